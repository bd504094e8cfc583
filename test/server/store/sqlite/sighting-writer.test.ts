import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { SqliteStore } from '../../../../server/store/sqlite/sqlite-store.ts';
import { addVault, commit, newRefused, sampleEvent } from '../samples.ts';
import { openRaw, openStore } from './workbench.ts';

const note = (store: SqliteStore) => store.sightings.note({ seen: new Map(), refused: [newRefused()] });

function isCareful(t: Test, store: SqliteStore): void {
  const ask = (name: string) => store.connection.use(({ database }) => database.pragma(name, { simple: true }));
  t.equal(ask('synchronous'), 2, 'FULL');
  t.equal(ask('secure_delete'), 1, 'ON');
  t.equal(
    store.connection.use(({ database }) => database.inTransaction),
    false,
  );
}

t.test('what is committed after a note is durable and overwrites what it deletes, as before', async t => {
  const store = openStore(t);
  await note(store);
  isCareful(t, store);
  const bad = newRefused({ lastAt: new Date(NaN) });
  await t.rejects(store.sightings.note({ seen: new Map(), refused: [bad] }));
  isCareful(t, store);
});

t.test('a note stands in the way of no commit, and fails by itself', async t => {
  const store = openStore(t);
  const bad = newRefused({ lastAt: new Date(NaN) });
  const committed = commit(store, unit => unit.record(sampleEvent()));
  await t.rejects(store.sightings.note({ seen: new Map(), refused: [bad] }));
  await committed;
  t.equal(await store.events.lastSeq(), 1);
});

t.test('while another process holds the lock a note waits, then fails, then works again', async t => {
  const path = join(t.testdir(), 'kmipd.db');
  const store = openStore(t, { path, busyMs: 100 });
  await addVault(store);
  const other = openRaw(t, path);
  other.exec('BEGIN IMMEDIATE');
  await t.rejects(note(store), { name: 'StoreUnavailable', message: /holds its lock/ });
  isCareful(t, store);
  const waiting = note(store);
  const closed = store.close();
  other.exec('ROLLBACK');
  await waiting;
  await closed;
  t.equal((await openStore(t, { path }).sightings.refused()).length, 1, 'close waited for it');
});

t.test('no room: a note fails, is not kept in part, and works again', async t => {
  const store = openStore(t);
  const pragma = (text: string) => store.connection.use(({ database }) => database.pragma(text, { simple: true }));
  pragma(`max_page_count = ${Number(pragma('page_count')) + 2}`);
  const refused = Array.from({ length: 50 }, () => newRefused({ der: Buffer.alloc(3000) }));
  await t.rejects(store.sightings.note({ seen: new Map(), refused }), { name: 'StoreUnavailable', isFull: true });
  t.same(await store.sightings.refused(), []);
  isCareful(t, store);
  pragma('max_page_count = 1000000');
  await store.sightings.note({ seen: new Map(), refused });
  t.equal((await store.sightings.refused()).length, 50);
});
