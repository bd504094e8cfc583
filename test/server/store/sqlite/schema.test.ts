import Database from 'better-sqlite3';
import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { termsToJson } from '../../../../server/store/sqlite/term-values.ts';
import { APPLICATION_ID, migrations } from '../../../../server/store/sqlite/schema.ts';
import { administer, newAdministrator, newCertificate, newRefused, newRoot } from '../samples.ts';
import { openRaw, openStore } from './workbench.ts';

const schemaOf = (database: Database.Database) =>
  database.prepare<[], string>('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name').pluck().all();

t.test('a released step is never changed', async t => {
  const released = [
    'ec5a2e0837f55dc77df1a4136645b363cb4fb128f19dda97808b70b4d3e18f09',
    '96ff6e0066515a732ac69bfc4d4d6c83021637ac34792b15ed79591b5d3ab7f4',
    'f7bb4866ca283e09f40ec7398fb306839a36e917c606900077772786ebaa9b68',
  ];
  t.equal(migrations.length, released.length, 'a new step is added here too');
  const database = new Database(':memory:');
  t.teardown(() => database.close());
  for (const [index, step] of migrations.entries()) {
    step(database);
    const digest = createHash('sha256').update(schemaOf(database).join('\n')).digest('hex');
    t.equal(digest, released[index], `schema version ${index + 1}`);
  }
});

/** What each table of version 1 held. */
const VERSION_1_ROWS: Record<string, Record<string, unknown>[]> = {
  vault: [
    { number: 1, id: 'vault-1', name: 'default', created_at: 1, wrapped_key: Buffer.alloc(61, 1) },
    { number: 2, id: 'vault-2', name: 'lab', created_at: 2, wrapped_key: Buffer.alloc(61, 2) },
  ],
  client: [
    { number: 1, id: 'client-1', name: 'vc', vault: 1, created_at: 3, username: 'u', password_hash: 'h' },
    { number: 7, id: 'client-7', name: 'lab', vault: 2, created_at: 4, username: null, password_hash: null },
  ],
  client_certificate: [
    { fingerprint: 'aa', client: 1, der: Buffer.from('der a'), origin: 'issued', added_at: 5 },
    { fingerprint: 'bb', client: 1, der: Buffer.from('der b'), origin: 'pinned', added_at: 6 },
    { fingerprint: 'cc', client: 7, der: Buffer.from('der c'), origin: 'signed', added_at: 7 },
  ],
  material: [
    { number: 1, wrapped: Buffer.alloc(5000, 9) },
    { number: 2, wrapped: Buffer.alloc(60) },
  ],
  managed_object: [1, 2].map(object => ({
    object,
    vault: 1,
    unique_identifier: `object-${object}`,
    object_type: 2,
    state: object,
    is_archived: object - 1,
    revision: object,
    created_at: 8,
    next_transition_at: object === 1 ? 99 : null,
    material: object,
    attributes: Buffer.from(`attributes ${object}`),
    terms: termsToJson([{ name: 'Name', value: `n${object}`, unique: true }]),
  })),
  term_name: [{ number: 1, vault: 1, name: 'Name' }],
  term: [1, 2].map(object => ({ name: 1, value: `n${object}`, object, is_unique: 1 })),
  event: [1, 2].map(seq => ({
    seq,
    id: `event-${seq}`,
    time: seq,
    action: 'a',
    outcome: 'success',
    severity: 'normal',
    initiator: 'i',
    json: '{}',
  })),
  sink_cursor: [{ sink: 'file', seq: 1 }],
};

function makeVersion1(t: Test, path: string): void {
  const database = openRaw(t, path);
  database.pragma('journal_mode = WAL');
  migrations[0]!(database);
  database.pragma(`application_id = ${APPLICATION_ID}`);
  database.pragma('user_version = 1');
  for (const [table, rows] of Object.entries(VERSION_1_ROWS)) {
    for (const row of rows) {
      const columns = Object.keys(row);
      const places = columns.map(column => `@${column}`).join(', ');
      database.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places})`).run(row);
    }
  }
  database.close();
}

const rowsOf = (database: Database.Database) =>
  Object.fromEntries(
    Object.entries(VERSION_1_ROWS).map(([table, [row]]) => {
      // Of each table's first rows one column tells them apart.
      const by = table === 'term' ? 'object' : Object.keys(row!)[0]!;
      return [table, database.prepare(`SELECT * FROM ${table} ORDER BY ${by}`).all()];
    }),
  );

t.test(
  'a database of version 1 comes to the present one with all that it holds, and a copy stays beside it',
  async t => {
    const folder = t.testdir();
    const path = join(folder, 'kmipd.db');
    makeVersion1(t, path);
    const tables = openRaw(t, path).prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
    t.same(tables.pluck().all(), Object.keys(VERSION_1_ROWS).sort(), 'each table of version 1 is tried');

    const now = () => new Date('2026-01-02T03:04:05.678Z');
    const messages: string[] = [];
    const store = openStore(t, { path, now, log: message => messages.push(message) });
    const raw = openRaw(t, path);
    t.equal(raw.pragma('user_version', { simple: true }), migrations.length);
    const certificates = VERSION_1_ROWS['client_certificate']!.map(row => ({ ...row, issuers: Buffer.alloc(0) }));
    // Events are more than they were: chain-events.test.ts.
    const rows = rowsOf(raw);
    t.match(rows['event'], VERSION_1_ROWS['event']);
    t.same({ ...rows, event: [] }, { ...VERSION_1_ROWS, client_certificate: certificates, event: [] });

    const copy = 'kmipd.db.version-1.2026-01-02T03-04-05.678Z';
    t.ok(
      messages.some(message => message.includes(copy)),
      'the log names the copy',
    );
    t.equal(statSync(join(folder, copy)).mode & 0o777, 0o600);
    const copied = openRaw(t, join(folder, copy));
    t.equal(copied.pragma('user_version', { simple: true }), 1);
    t.same(rowsOf(copied), VERSION_1_ROWS);
    t.equal(readdirSync(folder).filter(name => name.includes('version')).length, 1);

    t.match(await store.directory.clientByFingerprint('bb'), {
      client: { id: 'client-1', vault: 'vault-1', credential: { username: 'u', passwordHash: 'h' } },
      certificate: { origin: 'pinned', der: Buffer.from('der b'), issuers: [] },
    });
    t.match(await store.begin().find('vault-1', 'object-1'), { state: 1, terms: [{ value: 'n1' }] });
    t.equal(await store.events.lastSeq(), 2);
    t.equal(await store.directory.objectCount('vault-1'), 2);
  },
);

t.test('a migrated database takes what is new, with rows of before', async t => {
  const path = join(t.testdir(), 'kmipd.db');
  makeVersion1(t, path);
  const store = openStore(t, { path });
  const [root, administrator] = [newRoot('client-7'), newAdministrator('ada')];
  await administer(
    store,
    { kind: 'add root', root },
    { kind: 'add administrator', administrator },
    { kind: 'add certificate', certificate: newCertificate('client-7', { origin: 'seen', issuers: [root.der] }) },
    { kind: 'remove client', id: 'client-1', at: new Date(100) },
  );
  await store.sightings.note({ seen: new Map(), refused: [newRefused()] });
  t.match(await store.directory.formerCertificate('aa'), { clientName: 'vc' });
  t.match(await store.directory.roots(), [{ client: { name: 'lab' }, root }]);
  t.same(await store.directory.administrators(), [administrator]);
  await store.close();
  const again = openStore(t, { path });
  t.match(await again.directory.roots(), [{ root }]);
});

t.test('an empty file and a migrated one have the same schema', async t => {
  const folder = t.testdir();
  const [fresh, migrated] = [join(folder, 'fresh.db'), join(folder, 'migrated.db')];
  makeVersion1(t, migrated);
  const [one, other] = [fresh, migrated].map(path => {
    openStore(t, { path });
    return schemaOf(openRaw(t, path));
  });
  t.same(other, one);
});
