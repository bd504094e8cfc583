import Sqlite from 'better-sqlite3';
import { randomUUID } from 'node:crypto';
import { copyFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { serviceEvent } from '../../../server/audit/index.ts';
import { FIRST_PREV, nextRecord } from '../../../server/chain/index.ts';
import { newKey, newWorld, service, type World } from '../log-keeper/fixture.ts';
import { kmipd, parsed } from './fixture.ts';

/** A data folder with a log of record: `count` events, a stop with its checkpoint, and what a later run adds. */
async function loggedFolder(t: Test, count = 40) {
  const world = newWorld(t);
  await writeFile(world.file('audit.pub'), `${world.key.verifierKey}\n`);
  const keeper = await world.start();
  await work(world, count);
  await keeper.stop();
  await world.store.close();
  const { folder } = world;
  const audit = (...argv: string[]) =>
    kmipd(['audit', ...argv, ...(argv[0] === 'check-proof' ? [] : ['--data', folder])]);
  return { world, folder, audit, key: world.file('audit.pub') };
}

async function work({ store, time }: World, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    time.pass(0.123);
    const unit = store.begin();
    unit.record(
      serviceEvent(
        { id: randomUUID(), time: time.now(), what: 'sink changed', target: 'sink', data: { index } },
        service,
      ),
    );
    await unit.commit();
  }
}

type Logged = Awaited<ReturnType<typeof loggedFolder>>;

/** Changes the database as somebody would who has its file. */
function withSql({ folder }: Logged, change: (database: Sqlite.Database) => void): void {
  const database = new Sqlite(join(folder, 'kmipd.db'));
  try {
    change(database);
  } finally {
    database.close();
  }
}

/** A folder beside the test's own, which is the data folder. */
async function elsewhere(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kmipd-audit-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs the test on a copy of the folder. */
async function onCopy(t: Test, logged: Logged): Promise<Logged> {
  const folder = join(await elsewhere(t), 'copy');
  await cp(logged.folder, folder, { recursive: true });
  const audit: Logged['audit'] = (...argv) => kmipd(['audit', ...argv, '--data', folder]);
  return { ...logged, folder, audit };
}

t.test('finds the log of a data folder intact, and says how far it is signed', async t => {
  const logged = await loggedFolder(t);
  const ran = await logged.audit('verify');
  t.equal(ran.code, 0, ran.err);
  t.match(ran.out, /^intact: \d+ records, 1 to \d+\nsigned for up to record \d+ by a checkpoint of 2026-/);
  const verdict = parsed(await logged.audit('verify', '--json'));
  t.match(verdict, { status: 'intact', firstSeq: 1 });
  t.match(await readFile(logged.key, 'utf8'), (await logged.audit('key')).out);
});

t.test('checks beside whoever writes, and changes nothing', async t => {
  const logged = await loggedFolder(t);
  const file = join(logged.folder, 'kmipd.db');
  const before = await readFile(file);
  await logged.audit('verify');
  t.ok(before.equals(await readFile(file)));
  await logged.world.reopen();
  await work(logged.world, 5);
  const ran = await logged.audit('verify');
  t.equal(ran.code, 0, ran.err);
  t.match(ran.out, /6 records after it: chained, not signed for yet/, 'five, and the event of the checkpoint');
});

t.test('finds every kind of change with SQL, and says which record', async t => {
  const logged = await loggedFolder(t);
  const changes: readonly [string, RegExp][] = [
    [`UPDATE event SET json = replace(json, 'sink changed', 'sink checked') WHERE seq = 7`, /record 7: its hash/],
    [`UPDATE event SET json = json || ' ' WHERE seq = 7`, /record 7: its hash/],
    [`UPDATE event SET prev = zeroblob(32) WHERE seq = 7`, /record 7: its prev/],
    [`UPDATE event SET hash = zeroblob(32) WHERE seq = 7`, /record 7: its hash/],
    [`DELETE FROM event WHERE seq = 7`, /record 7: it is missing/],
    [`DELETE FROM event WHERE seq = 1`, /record 1: it is missing/],
    [`DELETE FROM event WHERE seq > 10`, /the tail was cut/],
    [`DELETE FROM event WHERE seq = (SELECT max(seq) - 1 FROM event)`, /missing/],
    [`DELETE FROM event`, /the tail was cut/],
    [`UPDATE event SET seq = 100000 WHERE seq = 7`, /record 7: it is missing/],
    [
      `UPDATE event SET seq = -1 WHERE seq = 7; UPDATE event SET seq = 7 WHERE seq = 8; UPDATE event SET seq = 8 WHERE seq = -1`,
      /record 7: its prev/,
    ],
    ...['action', 'outcome', 'severity', 'initiator', 'target', 'vault', 'correlation_id', 'id'].map(
      (column): [string, RegExp] => [
        `UPDATE event SET ${column} = 'other' WHERE seq = 7`,
        new RegExp(`record 7: its column ${column}`),
      ],
    ),
    [`UPDATE event SET time = time + 10 WHERE seq = 7`, /record 7: its column time/],
  ];
  for (const [sql, message] of changes) {
    const copy = await onCopy(t, logged);
    withSql(copy, database => database.exec(sql));
    const { code, out } = await copy.audit('verify');
    t.equal(code, 1, sql);
    t.match(out, message, sql);
    const json = parsed(await copy.audit('verify', '--json'));
    t.match(json, { status: 'altered' });
  }
});

t.test('could not check: ends with 2', async t => {
  const logged = await loggedFolder(t);
  const copy = await onCopy(t, logged);
  withSql(copy, database => database.exec('UPDATE event SET v = 9 WHERE seq = 7'));
  t.match(await copy.audit('verify'), { code: 2, out: /record 7 has version 9/ });
  t.match(await logged.audit('verify', '--key', join(logged.folder, 'nothing')), { code: 2, err: /no such file/ });
  t.match(await logged.audit('verify', join(logged.folder, 'nothing')), { code: 2, err: /--key FILE/ });
  t.match(await logged.audit('verify', join(logged.folder, 'kmipd.db'), '--key', logged.key), { code: 2 });
  t.match(await kmipd(['audit', 'verify', '--data', join(logged.folder, 'nowhere')]), { code: 2 });
  const other = join(await elsewhere(t), 'other.pub');
  await writeFile(other, newKey().verifierKey);
  t.match(await logged.audit('verify', '--key', other), { code: 2, out: /not signed by a key/ });
});

t.test('finds the whole database replaced, and an older backup, by a checkpoint from a sink', async t => {
  const logged = await loggedFolder(t);
  const backup = await onCopy(t, logged);
  await logged.world.reopen();
  const keeper = await logged.world.start();
  await work(logged.world, 30);
  await keeper.stop();
  const events = await logged.world.store.events.after(0, 1000);
  const sink = logged.world.file('sink.jsonl');
  await writeFile(sink, events.map(({ json }) => `${json}\n`).join(''));
  await logged.world.store.close();

  t.match(await logged.audit('verify', '--checkpoint', sink), { code: 0 });
  t.match(await logged.audit('verify', '--checkpoint', logged.world.file('audit.checkpoint')), { code: 0 });
  t.match(await backup.audit('verify'), { code: 0 }, 'a backup alone is a valid log');
  t.match(await backup.audit('verify', '--checkpoint', sink), { code: 1, out: /the tail was cut: the checkpoint of / });
  // The newest checkpoint of the data folder, too, is found when only the database is older.
  await copyFile(logged.world.file('audit.checkpoint'), join(backup.folder, 'audit.checkpoint'));
  t.match(await backup.audit('verify'), { code: 1, out: /the tail was cut: the checkpoint of the data folder/ });

  const forged = await onCopy(t, logged);
  withSql(forged, database => {
    const rows = database.prepare<[], { seq: number; json: string }>('SELECT seq, json FROM event ORDER BY seq').all();
    const update = database.prepare('UPDATE event SET json = ?, prev = ?, hash = ? WHERE seq = ?');
    let prev = FIRST_PREV;
    for (const { seq, json } of rows) {
      const record = nextRecord(seq, prev, json.replace('"index":3', '"index":4'));
      update.run(record.json, Buffer.from(prev, 'hex'), Buffer.from(record.hash, 'hex'), seq);
      prev = record.hash;
    }
  });
  t.match(await forged.audit('verify', '--checkpoint', sink), { code: 1, out: /not those that the checkpoint/ });
});

t.test('exports what verifies on another machine, whole and in part', async t => {
  const logged = await loggedFolder(t);
  const { audit, key } = logged;
  const file = join(await elsewhere(t), 'whole.jsonl');
  t.match(await audit('export', '--out', file), { code: 0, err: /records, 1 to / });
  t.match(await audit('export', '--out', file), { code: 4, err: /exists already/ });
  t.match(await audit('export', '--out', file, '--force'), { code: 0 });
  const away = ['audit', 'verify', file, '--key', key];
  t.match(await kmipd(away), { code: 0, out: /^intact: / });
  t.equal((await audit('export')).out, await readFile(file, 'utf8'));

  const parts = await elsewhere(t);
  for (const [from, to] of [
    ['1', '10'],
    ['11', '33'],
    ['34', '41'],
  ] as const) {
    const part = join(parts, `audit-0000000000${from.padStart(2, '0')}-0000000000${to}.jsonl`);
    t.match(await audit('export', '--from', from, '--to', to, '--out', part), { code: 0 });
    t.match(await kmipd(['audit', 'verify', part, '--key', key]), { code: 0 }, `${from} to ${to}`);
  }
  t.match(await kmipd(['audit', 'verify', parts, '--key', key, '--json']), { code: 0, out: /"records": 41/ });
  t.match(await audit('export', '--from', '2', '--to', '999'), { code: 3, err: /there are records 1 to/ });

  const bytes = await readFile(file);
  const torn = join(await elsewhere(t), 'torn.jsonl');
  await writeFile(torn, bytes.subarray(0, bytes.length / 2));
  t.match(await kmipd(['audit', 'verify', torn, '--key', key]), {
    code: 2,
    out: /is torn: .* records before it are intact/,
  });
  await writeFile(torn, bytes.toString().replace('sink changed', 'sink checked'));
  t.match(await kmipd(['audit', 'verify', torn, '--key', key]), { code: 1, out: /record \d+: .*line \d+\)/ });
});

t.test('proves one event, by its id and by its seq', async t => {
  const logged = await loggedFolder(t);
  const { audit, key } = logged;
  const file = join(await elsewhere(t), 'proof.json');
  t.match(await audit('prove', '7', '--out', file), { code: 0 });
  const proof = JSON.parse(await readFile(file, 'utf8')) as { record: { event: { id: string } }; hashes: string[] };
  t.ok(proof.hashes.length <= 6);
  t.equal((await audit('prove', proof.record.event.id)).out, await readFile(file, 'utf8'));
  const checked = await audit('check-proof', file, '--key', key);
  t.match(checked, { code: 0, out: /intact: 1 record, 7 to 7/ });
  t.match(checked.out, proof.record.event.id);

  const text = await readFile(file, 'utf8');
  for (const [from, to, code] of [
    ['sink changed', 'sink checked', 1],
    [proof.hashes[0] as string, proof.hashes[1] as string, 1],
    ['"seq":7', '"seq":8', 1],
    ['kmipd audit proof', 'proof', 2],
  ] as const) {
    await writeFile(file, text.replace(from, to));
    t.match(await audit('check-proof', file, '--key', key), { code }, `${from} -> ${to}`);
  }
  t.match(await audit('prove', '99999'), { code: 3 });
  await logged.world.reopen();
  const { seq } = await logged.world.store.log.head();
  t.match(await audit('prove', String(seq)), { code: 5, err: /no checkpoint covers record \d+ yet; .* within \d+ s/ });
  t.match(await audit('segments'), { code: 0, out: /no segment is closed yet/ });
});

t.test(
  'finds intact what retention has left, also with what it exported; but not records that nobody removed',
  async t => {
    const exports = await elsewhere(t);
    const world = newWorld(t, {
      ...{ 'audit.segment.events': 10, 'audit.checkpoint.events': 10 },
      ...{ 'audit.retention.days': 1, 'audit.retention.exportTo': exports },
    });
    await writeFile(world.file('audit.pub'), world.key.verifierKey);
    const keeper = await world.start();
    await work(world, 25);
    await keeper.look();
    world.time.pass(2 * 86_400);
    await work(world, 15);
    await keeper.look();
    world.time.pass(120);
    await keeper.look();
    await keeper.stop();
    const { firstSeq } = await world.store.log.start();
    t.ok(firstSeq > 1, 'some records were removed');
    await world.store.close();
    const verify = () => kmipd(['audit', 'verify', '--data', world.folder, '--json']);
    const ran = await verify();
    t.match(ran, { code: 0 });
    t.match(parsed(ran), { status: 'intact', firstSeq });
    const files = await kmipd(['audit', 'verify', exports, '--key', world.file('audit.pub'), '--json']);
    t.match(files, { code: 0 });
    t.match(parsed(files), { status: 'intact', firstSeq: 1, lastSeq: firstSeq - 1 });

    const database = new Sqlite(world.file('kmipd.db'));
    database.exec('UPDATE segment SET removed_at = 1 WHERE removed_at IS NULL');
    database.close();
    t.match(await verify(), { code: 1, out: /no event tells of their removal/ });
  },
);
