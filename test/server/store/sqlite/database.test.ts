import Database from 'better-sqlite3';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openSqliteStore, StoreUnavailable, StoreUnusable } from '../../../../server/store/index.ts';
import { APPLICATION_ID, migrations, type Migration } from '../../../../server/store/sqlite/schema.ts';
import { addObject, addVault, commit, sampleEvent } from '../samples.ts';
import { mountSmall, openRaw, openStore } from './workbench.ts';

const modeOf = (path: string) => statSync(path).mode & 0o777;

t.test('the database is durable, checks foreign keys and overwrites what is deleted', async t => {
  const store = openStore(t);
  const ask = (name: string) => store.connection.use(({ database }) => database.pragma(name, { simple: true }));
  t.equal(ask('journal_mode'), 'wal');
  t.equal(ask('synchronous'), 2, 'FULL');
  t.equal(ask('foreign_keys'), 1);
  t.equal(ask('secure_delete'), 1);
  t.equal(ask('temp_store'), 2, 'MEMORY');
  t.equal(ask('busy_timeout'), 0);
  t.equal(ask('application_id'), APPLICATION_ID);
  t.equal(ask('user_version'), migrations.length);
});

t.test('all files are for their owner only, whatever the umask', async t => {
  const before = process.umask(0);
  t.teardown(() => process.umask(before));
  const folder = t.testdir();
  const path = join(folder, 'kmipd.db');
  const store = openStore(t, { path });
  await addVault(store);
  t.same(readdirSync(folder).sort(), ['kmipd.db', 'kmipd.db-shm', 'kmipd.db-wal']);
  for (const name of readdirSync(folder)) t.equal(modeOf(join(folder, name)), 0o600, name);
  await store.close();
  chmodSync(path, 0o644);
  openStore(t, { path });
  t.equal(modeOf(path), 0o600, 'a file that was opened up is closed again');
});

t.test('what was committed is there after the store is opened again', async t => {
  const path = join(t.testdir(), 'kmipd.db');
  const first = openStore(t, { path });
  const vault = await addVault(first);
  const uniqueIdentifier = await addObject(first, vault, { terms: [{ name: 'a', value: 1 }] });
  await first.close();
  t.notOk(existsSync(`${path}-wal`), 'nothing is left in the journal');
  const second = openStore(t, { path });
  t.match(await second.begin().find(vault, uniqueIdentifier), { terms: [{ name: 'a', value: 1 }] });
});

const addNote: Migration = database => database.exec('ALTER TABLE managed_object ADD COLUMN note TEXT');

t.test('an older file is migrated, after a copy was made beside it', async t => {
  const folder = t.testdir();
  const path = join(folder, 'kmipd.db');
  const older = openStore(t, { path });
  const vault = await addVault(older);
  const uniqueIdentifier = await addObject(older, vault);
  await older.close();

  const messages: string[] = [];
  const now = () => new Date('2026-01-02T03:04:05.678Z');
  const newer = openStore(t, { path, steps: [...migrations, addNote], now, log: message => messages.push(message) });
  t.ok(await newer.begin().find(vault, uniqueIdentifier));
  await addObject(newer, vault);
  const raw = openRaw(t, path);
  t.equal(raw.pragma('user_version', { simple: true }), migrations.length + 1);
  t.equal(raw.prepare('SELECT count(*) FROM managed_object WHERE note IS NULL').pluck().get(), 2);

  const copy = join(folder, `kmipd.db.version-${migrations.length}.2026-01-02T03-04-05.678Z`);
  t.equal(modeOf(copy), 0o600);
  t.ok(
    messages.some(message => message.includes(copy)),
    'the log names the copy',
  );
  const copied = openStore(t, { path: copy });
  t.ok(await copied.begin().find(vault, uniqueIdentifier), 'the copy is a whole database of the older version');
});

t.test('a file that is up to date is not copied', async t => {
  const folder = t.testdir();
  const path = join(folder, 'kmipd.db');
  await openStore(t, { path }).close();
  await openStore(t, { path }).close();
  t.same(readdirSync(folder), ['kmipd.db']);
});

t.test('a migration that fails leaves the file as it was, and the next attempt makes a copy of its own', async t => {
  const folder = t.testdir();
  const path = join(folder, 'kmipd.db');
  const older = openStore(t, { path });
  const vault = await addVault(older);
  await older.close();
  const failing: Migration = database => {
    addNote(database);
    throw new Error('half way');
  };
  t.throws(() => openSqliteStore({ path, steps: [...migrations, failing] }), /half way/);
  const again = openStore(t, { path });
  t.ok(await again.directory.vault(vault));
  await again.close();
  openStore(t, { path, steps: [...migrations, addNote] });
  t.same(
    readdirSync(folder)
      .filter(name => name.includes('version'))
      .sort(),
    [`kmipd.db.version-${migrations.length}`, `kmipd.db.version-${migrations.length}.2`],
  );
});

t.test('a newer file is refused with both versions, and stays as it is', async t => {
  const path = join(t.testdir(), 'kmipd.db');
  await openStore(t, { path, steps: [...migrations, addNote] }).close();
  t.throws(() => openSqliteStore({ path }), {
    name: 'StoreUnusable',
    message: new RegExp(
      `has schema version ${migrations.length + 1}, this kmipd knows up to version ${migrations.length}`,
    ),
  });
  t.equal(openRaw(t, path).pragma('user_version', { simple: true }), migrations.length + 1);
});

t.test("another program's database and other files are refused and left alone", async t => {
  const folder = t.testdir({ text: 'something else, long enough to have a header of its own: '.repeat(20) });
  t.throws(() => openSqliteStore({ path: join(folder, 'text') }), StoreUnusable);
  const path = join(folder, 'other.db');
  const other = new Database(path);
  other.exec('CREATE TABLE t (x)');
  other.close();
  t.throws(() => openSqliteStore({ path }), { name: 'StoreUnusable', message: /application_id is 0x00000000/ });
  const raw = openRaw(t, path);
  t.same(raw.prepare('SELECT name FROM sqlite_schema').pluck().all(), ['t']);
  t.equal(raw.pragma('journal_mode', { simple: true }), 'delete');
});

t.test('a folder that does not exist, and a path that is a folder, are named', async t => {
  const folder = t.testdir();
  const path = join(folder, 'none', 'kmipd.db');
  t.throws(() => openSqliteStore({ path }), { name: 'StoreUnavailable', message: new RegExp(`${path} .*ENOENT`) });
  t.throws(() => openSqliteStore({ path: folder }), StoreUnavailable);
});

t.test('an empty file becomes a database', async t => {
  const path = join(t.testdir(), 'kmipd.db');
  writeFileSync(path, '');
  t.ok(await addVault(openStore(t, { path })));
});

t.test('a read-only file system is said at the start, and opening works when it is writable again', async t => {
  const folder = mountSmall(t, '4m');
  if (!folder) {
    t.comment('left out: mounting a file system needs root');
    return;
  }
  const path = join(folder, 'kmipd.db');
  const first = openStore(t, { path });
  const vault = await addVault(first);
  await first.close();
  execFileSync('mount', ['-o', 'remount,ro', folder]);
  t.throws(() => openSqliteStore({ path }), StoreUnavailable);
  execFileSync('mount', ['-o', 'remount,rw', folder]);
  t.ok(await openStore(t, { path }).directory.vault(vault));
});

t.test('the journal stays bounded under load', async t => {
  const path = join(t.testdir(), 'kmipd.db');
  const store = openStore(t, { path });
  let largest = 0;
  for (let round = 0; round < 12; round++) {
    for (let count = 0; count < 50; count++) {
      await commit(store, unit => {
        for (let index = 0; index < 20; index++) unit.record(sampleEvent({ json: 'x'.repeat(3000) }));
      });
    }
    largest = Math.max(largest, statSync(`${path}-wal`).size);
  }
  t.ok(statSync(path).size > 30e6, 'far more was written');
  t.ok(largest < 12e6, `${largest} bytes`);
});
