import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import t from 'tap';
import { ConflictError, StoreUnavailable } from '../../../../server/store/index.ts';
import { addObject, addVault, commit, sampleEvent, sampleObject } from '../samples.ts';
import { openRaw, openStore, transactionsInLog } from './workbench.ts';

t.test('units that are ready together share one durable write', async t => {
  const path = join(t.testdir(), 'kmipd.db');
  const store = openStore(t, { path });
  const vault = await addVault(store);
  const before = transactionsInLog(path);
  await Promise.all(
    Array.from({ length: 50 }, () =>
      commit(store, unit => {
        unit.insert(sampleObject(vault));
        unit.record(sampleEvent());
      }),
    ),
  );
  t.equal(transactionsInLog(path) - before, 1);
  for (let index = 0; index < 3; index++) await commit(store, unit => unit.record(sampleEvent()));
  t.equal(transactionsInLog(path) - before, 4, 'one by one they have their own');
  t.equal(await store.events.lastSeq(), 53);
});

t.test('a unit without changes needs no write, nor one in conflict', async t => {
  const path = join(t.testdir(), 'kmipd.db');
  const store = openStore(t, { path });
  const vault = await addVault(store);
  const uniqueIdentifier = await addObject(store, vault);
  const before = transactionsInLog(path);
  await store.begin().commit();
  await t.rejects(addObject(store, vault, { uniqueIdentifier }), ConflictError);
  t.equal(transactionsInLog(path), before);
});

t.test('an error of one unit that is no conflict is its own', async t => {
  const store = openStore(t);
  const vault = await addVault(store);
  const results = await Promise.allSettled([
    addObject(store, randomUUID()),
    addObject(store, vault),
    commit(store, unit => unit.record(sampleEvent({ time: new Date(NaN) }))),
  ]);
  t.match(results, [{ status: 'rejected' }, { status: 'fulfilled' }, { status: 'rejected' }]);
});

t.test('more units than fit into one group are all written', async t => {
  const store = openStore(t);
  await Promise.all(Array.from({ length: 600 }, () => commit(store, unit => unit.record(sampleEvent()))));
  t.equal(await store.events.lastSeq(), 600);
});

t.test(
  'while another process holds the lock the event loop turns, then commits fail, then they work again',
  async t => {
    const path = join(t.testdir(), 'kmipd.db');
    const store = openStore(t, { path, busyMs: 300 });
    const vault = await addVault(store);
    const other = openRaw(t, path);
    other.exec('BEGIN IMMEDIATE');
    let ticks = 0;
    let longestMs = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      ticks++;
      longestMs = Math.max(longestMs, performance.now() - last);
      last = performance.now();
    }, 5);
    t.teardown(() => clearInterval(timer));
    const start = performance.now();
    const results = await Promise.allSettled([addObject(store, vault), store.cursors.set('file', 1)]);
    const tookMs = performance.now() - start;
    for (const result of results) {
      t.match(result, {
        status: 'rejected',
        reason: { name: 'StoreUnavailable', isFull: false, message: /holds its lock/ },
      });
    }
    t.ok(tookMs >= 300 && tookMs < 1500, `gave up after ${tookMs} ms`);
    t.ok(ticks > 15 && longestMs < 200, `${ticks} ticks, ${longestMs} ms at most between two`);
    t.ok(await store.directory.vault(vault), 'reads work meanwhile');
    other.exec('COMMIT');
    await addObject(store, vault);
    t.equal((await store.directory.objects({ limit: 10 })).length, 1);
  },
);

t.test('a commit that waits for the lock is written when it is free', async t => {
  const path = join(t.testdir(), 'kmipd.db');
  const store = openStore(t, { path });
  const other = openRaw(t, path);
  other.exec('BEGIN IMMEDIATE');
  const waiting = commit(store, unit => unit.record(sampleEvent()));
  await new Promise(resolve => setTimeout(resolve, 100));
  const later = commit(store, unit => unit.record(sampleEvent()));
  other.exec('ROLLBACK');
  await Promise.all([waiting, later]);
  t.equal(await store.events.lastSeq(), 2);
});

t.test('close waits for a commit that waits for the lock', async t => {
  const path = join(t.testdir(), 'kmipd.db');
  const store = openStore(t, { path, busyMs: 100 });
  const other = openRaw(t, path);
  other.exec('BEGIN IMMEDIATE');
  const refused = t.rejects(
    commit(store, unit => unit.record(sampleEvent())),
    StoreUnavailable,
  );
  await store.close();
  await refused;
});
