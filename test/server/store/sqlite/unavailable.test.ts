import Database from 'better-sqlite3';
import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { StoreUnavailable } from '../../../../server/store/index.ts';
import type { SqliteStore } from '../../../../server/store/sqlite/sqlite-store.ts';
import { addObject, addVault, commit, sampleEvent, sampleObject } from '../samples.ts';
import { mountSmall, openStore, transactionsInLog } from './workbench.ts';

const large = (vault: string) => sampleObject(vault, { attributes: randomBytes(200_000) });
const counts = async (store: SqliteStore) => ({
  objects: (await store.directory.objects({ limit: 1000 })).length,
  events: await store.events.lastSeq(),
});

t.test('a database that may not grow: nothing has changed, and it goes on when there is room', async t => {
  const store = openStore(t);
  const vault = await addVault(store);
  await addObject(store, vault);
  const pragma = (text: string) => store.connection.use(({ database }) => database.pragma(text, { simple: true }));
  pragma(`max_page_count = ${Number(pragma('page_count')) + 5}`);
  const both = [large(vault), sampleObject(vault)].map(object =>
    commit(store, unit => {
      unit.insert(object);
      unit.record(sampleEvent());
    }),
  );
  for (const result of await Promise.allSettled(both)) {
    t.match(result, { status: 'rejected', reason: { name: 'StoreUnavailable', isFull: true, message: /no room/ } });
  }
  t.same(await counts(store), { objects: 1, events: 0 });
  pragma('max_page_count = 1000000');
  await commit(store, unit => {
    unit.insert(large(vault));
    unit.record(sampleEvent());
  });
  t.same(await counts(store), { objects: 2, events: 1 });
});

t.test('a full disk: nothing has changed, reads work, and it recovers by itself', async t => {
  const folder = mountSmall(t, '2m');
  if (!folder) {
    t.comment('left out: mounting a file system needs root');
    return;
  }
  const store = openStore(t, { path: join(folder, 'kmipd.db') });
  const vault = await addVault(store);
  const first = await addObject(store, vault);
  const filler = join(folder, 'filler');
  for (let size = 1 << 20; size >= 1024; size >>= 1) {
    try {
      for (;;) writeFileSync(filler, Buffer.alloc(size), { flag: 'a' });
    } catch {
      // Full but for less than that.
    }
  }
  for (let attempt = 0; attempt < 3; attempt++) {
    const failing = commit(store, unit => {
      unit.insert(large(vault));
      unit.record(sampleEvent());
    });
    await t.rejects(failing, { name: 'StoreUnavailable', isFull: true });
    t.same(await counts(store), { objects: 1, events: 0 }, `attempt ${attempt}`);
  }
  t.ok(await store.begin().find(vault, first));
  rmSync(filler);
  await commit(store, unit => {
    unit.insert(large(vault));
    unit.record(sampleEvent());
  });
  t.same(await counts(store), { objects: 2, events: 1 });
  await store.close();
  const again = openStore(t, { path: join(folder, 'kmipd.db') });
  t.same(await counts(again), { objects: 2, events: 1 });
});

t.test('a connection that may only read: the commit fails, the next one has a new connection', async t => {
  const store = openStore(t);
  const vault = await addVault(store);
  const object = sampleObject(vault);
  store.connection.use(({ database }) => database.pragma('query_only = ON'));
  await t.rejects(
    commit(store, unit => unit.insert(object)),
    { name: 'StoreUnavailable', isFull: false, message: /SQLITE_READONLY/ },
  );
  t.equal(await store.begin().find(vault, object.uniqueIdentifier), undefined);
  await commit(store, unit => unit.insert(object));
  t.ok(await store.begin().find(vault, object.uniqueIdentifier));
});

t.test('a COMMIT that fails has written nothing, nor has it after the next start', async t => {
  const path = join(t.testdir(), 'kmipd.db');
  const store = openStore(t, { path });
  const vault = await addVault(store);
  // A foreign key that is checked at the end makes COMMIT itself fail and leaves the transaction open.
  store.connection.use(({ database }) =>
    database.exec(`
    CREATE TABLE late (parent INTEGER REFERENCES vault (number) DEFERRABLE INITIALLY DEFERRED) STRICT;
    CREATE TRIGGER late_event AFTER INSERT ON event BEGIN INSERT INTO late VALUES (999); END;`),
  );
  await t.rejects(
    commit(store, unit => {
      unit.insert(sampleObject(vault));
      unit.record(sampleEvent());
    }),
  );
  t.equal(
    store.connection.use(({ database }) => database.inTransaction),
    false,
  );
  t.same(await counts(store), { objects: 0, events: 0 });
  t.equal(transactionsInLog(path), 0, 'the journal was emptied');
  await addObject(store, vault);
  t.same(await counts(store), { objects: 1, events: 0 });
});

t.test('a database that is gone is not made anew, and is used again when it is back', async t => {
  const path = join(t.testdir(), 'kmipd.db');
  const store = openStore(t, { path });
  const vault = await addVault(store);
  renameSync(path, `${path}.away`);
  // Spoils the connection, as an input/output error does, so that it is opened again.
  store.connection.use(({ database }) => database.pragma('query_only = ON'));
  await t.rejects(addObject(store, vault), StoreUnavailable);
  await t.rejects(addObject(store, vault), StoreUnavailable);
  await t.rejects(store.directory.vaults(), StoreUnavailable);
  const generation = store.generation();
  t.not(store.generation(), generation, 'what cannot be asked may have changed');
  t.notOk(existsSync(path));
  renameSync(`${path}.away`, path);
  await addObject(store, vault);
  t.same(await counts(store), { objects: 1, events: 0 });
});

t.test('a read that finds the database locked is tried again, for a while', async t => {
  const { connection } = openStore(t, { busyMs: 60 });
  const busy = new Database.SqliteError('database is locked', 'SQLITE_BUSY_RECOVERY');
  let attempts = 0;
  const third = await connection.read(() => {
    if (++attempts < 3) throw busy;
    return attempts;
  });
  t.equal(third, 3);
  const never = connection.read(() => {
    attempts++;
    throw busy;
  });
  await t.rejects(never, { name: 'StoreUnavailable', message: /another process holds its lock/ });
  t.ok(attempts > 5, `${attempts} attempts`);
});
