import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { canonicalJson, FIRST_PREV } from '../../../../server/chain/index.ts';
import { openSqliteStore } from '../../../../server/store/index.ts';
import { migrations } from '../../../../server/store/sqlite/schema.ts';
import { checkChain } from '../chain.ts';
import { commit, sampleEvent } from '../samples.ts';
import { asVersion2, makeVersion2, oldEvents } from './version-2.ts';
import { openRaw, openStore } from './workbench.ts';

const copiesIn = (folder: string) => readdirSync(folder).filter(name => name.startsWith('kmipd.db.version-2'));

t.test('events of version 2 are chained as they stand, in the form that is hashed', async t => {
  const folder = t.testdir();
  const path = join(folder, 'kmipd.db');
  const old = oldEvents(400);
  makeVersion2(t, path, old);
  const store = openStore(t, { path });
  const records = await checkChain(t, store);
  t.equal(records.length, old.length);
  t.equal(records[0]?.prev, FIRST_PREV);
  for (const [index, record] of records.entries()) {
    const { json, time, ...same } = old[index]!;
    t.match(record, { ...same, time: new Date(time) });
    t.equal(record.json, canonicalJson(JSON.parse(json)));
    t.same(JSON.parse(record.json), JSON.parse(json), 'says what it said');
    const vault = index % 2 === 1 ? 'lab' : '';
    t.match(record, { target: `key-${index}`, vault, correlationId: `correlation-${index}`, v: 1 });
  }
  t.equal(await store.cursors.get('file'), 7, 'sinks go on where they were');
  await commit(store, unit => unit.record(sampleEvent()));
  t.match((await checkChain(t, store)).at(-1), { seq: 401, prev: records.at(-1)?.hash });

  const [copy] = copiesIn(folder);
  t.same(asVersion2(openRaw(t, join(folder, copy!))), { version: 2, events: old }, 'the copy is as it was');
});

t.test('a log without events starts with the first', async t => {
  const path = join(t.testdir(), 'kmipd.db');
  makeVersion2(t, path, []);
  const store = openStore(t, { path });
  t.same(await store.log.head(), { seq: 0, hash: FIRST_PREV, time: undefined });
  await commit(store, unit => unit.record(sampleEvent()));
  t.match(await checkChain(t, store), [{ seq: 1 }]);
});

t.test('half a surrogate pair in an old event does not keep the server from starting', async t => {
  const path = join(t.testdir(), 'kmipd.db');
  const [old] = oldEvents(1);
  makeVersion2(t, path, [{ ...old!, json: '{"message":"a\\ud83dz"}' }]);
  const store = openStore(t, { path });
  t.match(await checkChain(t, store), [{ json: '{"message":"a\ufffdz"}', target: '', vault: '', correlationId: '' }]);
});

t.test('an old event that is not JSON is named, and the database stays as it was', async t => {
  const path = join(t.testdir(), 'kmipd.db');
  const old = oldEvents(3).map(event => (event.seq === 2 ? { ...event, json: '{"cut' } : event));
  makeVersion2(t, path, old);
  t.throws(() => openSqliteStore({ path }), { name: 'StoreUnusable', message: /^event 2 is not JSON/ });
  t.same(asVersion2(openRaw(t, path)), { version: 2, events: old });
});

for (const moment of ['before', 'amid', 'at the end', 'afterwards']) {
  t.test(`a migration whose process is killed ${moment} leaves one version or the other, whole`, async t => {
    const folder = t.testdir();
    const path = join(folder, 'kmipd.db');
    const old = oldEvents(1500);
    makeVersion2(t, path, old);
    const child = fork(new URL('./migrating-process.ts', import.meta.url), [path, moment]);
    t.same(await once(child, 'exit'), [null, 'SIGKILL']);
    if (moment === 'amid' || moment === 'at the end') {
      t.ok(statSync(`${path}-wal`).size > 0, 'part of it had come to the disk');
    }
    const found = openRaw(t, path);
    if (moment === 'afterwards') t.equal(found.pragma('user_version', { simple: true }), migrations.length);
    else t.same(asVersion2(found), { version: 2, events: old });
    found.close();
    const store = openStore(t, { path });
    t.equal((await checkChain(t, store)).length, old.length);
    t.equal(copiesIn(folder).length, moment === 'afterwards' ? 1 : 2);
  });
}
