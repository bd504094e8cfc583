import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import t from 'tap';
import { openCheckpoint, parseCheckpoint, parseVerifierKey } from '../../../server/chain/index.ts';
import { APPLICATION_ID, migrations } from '../../../server/store/sqlite/schema.ts';
import { newKey, newWorld, type World } from './fixture.ts';

const whats = async (world: World) => (await world.told()).map(({ what }) => what);
const told = async (world: World, what: string) => (await world.told()).filter(each => each.what === what);
const run = async (world: World) => (await world.start()).stop();

t.test('property 10: each start says whether the last stop was clean', async t => {
  const world = newWorld(t);
  await run(world);
  await run(world);
  await world.start(); // and is killed
  await run(world);
  t.match(await told(world, 'service started'), [
    { severity: 'normal', data: { version: '1.2.3', lastStop: 'none' } },
    { severity: 'normal', data: { lastStop: 'clean' } },
    { severity: 'normal', data: { lastStop: 'clean' } },
    { severity: 'normal', data: { lastStop: 'unclean' } },
  ]);
});

t.test('a start that changes nothing tells nothing else', async t => {
  const world = newWorld(t);
  await run(world);
  const before = (await whats(world)).length;
  await run(world);
  t.same((await whats(world)).slice(before), ['service started', 'service stopped', 'checkpoint signed']);
});

t.test('a database of another version is told of once, where something was there before', async t => {
  const world = newWorld(t);
  await run(world);
  for (let i = 0; i < 2; i++) await (await world.start({ schemaVersion: 4 })).stop();
  t.match(await told(world, 'database migrated'), [{ severity: 'normal', data: { from: 3, to: 4 } }]);
});

t.test('a database that this version brought up from an earlier one is told of', async t => {
  const world = newWorld(t);
  await world.store.close();
  rmSync(world.file('kmipd.db'));
  const database = new Sqlite(world.file('kmipd.db'));
  for (const step of migrations.slice(0, 2)) step(database);
  database.pragma(`application_id = ${APPLICATION_ID}`);
  database.pragma('user_version = 2');
  database.exec(`INSERT INTO event (seq, id, time, action, outcome, severity, initiator, json)
    VALUES (1, 'a', 1, 'b', 'success', 'normal', 'c', '{}')`);
  database.close();
  await world.reopen();
  await run(world);
  t.match(await told(world, 'database migrated'), [{ data: { from: 2, to: 3 } }]);
});

t.test('changed settings are told of: values only of numbers, switches and choices', async t => {
  const secrets = ['kms.internal.example', '10.11.12.13', 'collector.example', '/very/private'];
  const world = newWorld(t, { 'limits.depthMax': 20 });
  await run(world);
  world.settings = {
    'limits.depthMax': 21,
    'tls.rsaCbc': true,
    'tls.minVersion': '1.3',
    'audit.retention.days': 10,
    listen: '10.11.12.13:5696',
    'server.names': ['kms.internal.example'],
    'audit.sinks': [{ type: 'syslog', host: 'collector.example' }],
    data: '/very/private/data',
    'audit.retention.exportTo': '/very/private/exports',
  };
  await run(world);
  const [changed] = await told(world, 'settings changed');
  const sorted = [...(changed?.data['settings'] as { name: string }[])].sort((a, b) => (a.name < b.name ? -1 : 1));
  t.same(sorted, [
    { name: 'audit.retention.days', from: null, to: 10 },
    { name: 'audit.retention.exportTo' },
    { name: 'audit.sinks' },
    { name: 'data' },
    { name: 'limits.depthMax', from: 20, to: 21 },
    { name: 'listen' },
    { name: 'server.names' },
    { name: 'tls.minVersion', from: '1.2', to: '1.3' },
    { name: 'tls.rsaCbc', from: false, to: true },
  ]);
  await run(world);
  t.equal((await told(world, 'settings changed')).length, 1, 'once');
  await world.store.close();
  const everything = readFileSync(world.file('kmipd.db')).toString('latin1');
  for (const secret of secrets) t.notMatch(everything, secret, `${secret} is not in the database because it was set`);
  await world.reopen();
});

t.test('a setting that is new had its default', async t => {
  const world = newWorld(t);
  await run(world);
  const unit = world.store.begin();
  const { 'limits.depthMax': _, ...earlier } = JSON.parse((await world.store.log.remembered('settings'))!) as Record<
    string,
    unknown
  >;
  unit.keepLog({ kind: 'remember', name: 'settings', value: JSON.stringify(earlier) });
  await unit.commit();
  await run(world);
  t.same(await told(world, 'settings changed'), []);
});

t.test(
  'the checkpoint key is told of when it is made; one that follows another, critically, with both ids',
  async t => {
    const world = newWorld(t);
    const first = world.key;
    await run(world);
    world.key = newKey();
    await run(world);
    await run(world);
    const id = (text: string) => parseVerifierKey(text).keyId;
    t.match(await told(world, 'checkpoint key made'), [
      { severity: 'normal', data: { keyId: id(first.verifierKey), formerKeyId: undefined } },
      {
        severity: 'critical',
        data: {
          formerKeyId: id(first.verifierKey),
          keyId: id(world.key.verifierKey),
          verifierKey: world.key.verifierKey,
        },
      },
    ]);
    t.same(await told(world, 'log altered'), [], 'what the former one has signed is still good');
  },
);

t.test('property 10: a database that was put back from a backup is told of, with size and head of both', async t => {
  const world = newWorld(t);
  await world.work(5);
  await run(world);
  await world.store.close();
  copyFileSync(world.file('kmipd.db'), world.file('backup'));
  await world.reopen();
  await world.work(20);
  await run(world);
  const note = readFileSync(world.file('audit.checkpoint'), 'utf8');
  const apart = openCheckpoint(note, parseVerifierKey(world.key.verifierKey));
  await world.store.close();
  for (const name of ['kmipd.db-wal', 'kmipd.db-shm']) rmSync(world.file(name), { force: true });
  copyFileSync(world.file('backup'), world.file('kmipd.db'));
  await world.reopen();
  const head = await world.store.log.head();
  t.ok(head.seq < apart.size, 'the checkpoint kept apart shows it');
  await run(world);
  t.match(await told(world, 'log restored'), [
    {
      severity: 'critical',
      data: {
        ...{ checkpointSize: apart.size, checkpointHead: apart.head, databaseSize: head.seq, databaseHead: head.hash },
        checkpointKeptApart: note.trimEnd().split('\n'),
      },
    },
  ]);
  await run(world);
  t.equal((await told(world, 'log restored')).length, 1, 'once');
});

t.test('another database of the same length is told of as well', async t => {
  const [world, other] = [newWorld(t), newWorld(t)];
  await run(world);
  copyFileSync(world.file('audit.checkpoint'), other.file('audit.checkpoint'));
  other.key = world.key;
  await other.work(10);
  await run(other);
  t.match(await told(other, 'log restored'), [{ data: { checkpointSize: 3 } }]);
});

t.test('a checkpoint kept apart that nobody known has signed is told of', async t => {
  const world = newWorld(t);
  await run(world);
  const note = readFileSync(world.file('audit.checkpoint'), 'utf8');
  writeFileSync(world.file('audit.checkpoint'), note.replace(/time .*/, 'time 2020-01-01T00:00:00.000Z'));
  await run(world);
  t.match(await told(world, 'log altered'), [{ severity: 'critical', problem: /kept apart.* is not signed/ }]);
  t.ok(parseCheckpoint(readFileSync(world.file('audit.checkpoint'), 'utf8')).size > 0, 'the next takes its place');
  await run(world);
  t.equal((await told(world, 'log altered')).length, 1);
});

t.test('records that somebody changed under the newest checkpoint are told of, once', async t => {
  const world = newWorld(t);
  await world.work(5);
  await run(world);
  await world.store.close();
  const database = new Sqlite(world.file('kmipd.db'));
  const last = database.prepare('SELECT size FROM checkpoint ORDER BY size DESC').pluck().get() as number;
  database.prepare('UPDATE event SET hash = zeroblob(32) WHERE seq = ?').run(last);
  database.close();
  await world.reopen();
  for (let i = 0; i < 3; i++) await run(world);
  t.match(await told(world, 'log altered'), [
    { severity: 'critical', problem: /is another one/, data: { checkpointSize: last } },
  ]);
});

t.test('records that somebody cut off behind the server’s back are told of, and checkpoints go on', async t => {
  const world = newWorld(t);
  const keeper = await world.start();
  await world.work(30);
  world.time.pass(60);
  await keeper.look();
  const size = keeper.lastCheckpointSize();
  const other = new Sqlite(world.file('kmipd.db'), { timeout: 1000 });
  other.exec('DELETE FROM event WHERE seq > 20');
  other.close();
  await keeper.stop();
  await run(world);
  await run(world);
  t.match(await told(world, 'log altered'), [
    { problem: /more records than there are/, data: { checkpointSize: size } },
  ]);
  t.equal((await world.store.log.checkpoint((await world.store.log.head()).seq))?.note.split('\n')[0], world.key.name);
});

t.test('nothing is signed over a gap: the log says once that a record is missing', async t => {
  const world = newWorld(t);
  const keeper = await world.start();
  await world.work(10);
  const other = new Sqlite(world.file('kmipd.db'), { timeout: 1000 });
  other.exec('DELETE FROM event WHERE seq = 5');
  other.close();
  for (let i = 0; i < 3; i++) {
    world.time.pass(60);
    await keeper.look();
  }
  await keeper.stop();
  t.match(await told(world, 'log altered'), [{ severity: 'critical', problem: /A record is missing/ }]);
  t.same(await told(world, 'checkpoint signed'), []);
});

t.test('property 10: a clock that was set back an hour: order stays seq, and the log says by how much', async t => {
  const world = newWorld(t);
  const keeper = await world.start();
  await world.work(2);
  world.time.pass(5);
  world.time.set(-3600);
  await keeper.look();
  world.time.pass(5);
  await keeper.look();
  await world.work(2);
  t.match(await told(world, 'clock set back'), [{ severity: 'warning', data: { seconds: 3600 } }]);
  await keeper.stop();
  const records = await world.records();
  t.same(
    records.map(({ seq }) => seq),
    records.map((_, i) => i + 1),
  );
  t.ok(records.at(-1)!.time < records[0]!.time, 'times go back, records do not');

  world.time.set(-7200); // while the server is down
  await run(world);
  t.match(await told(world, 'clock set back'), [{ data: { seconds: 3600 } }, { data: { seconds: 7200 } }]);
});

t.test('a clock that is put right by a second or two is nothing to tell', async t => {
  const world = newWorld(t);
  const keeper = await world.start();
  for (let i = 0; i < 5; i++) {
    world.time.pass(5);
    world.time.set(-1.5);
    await keeper.look();
  }
  world.time.set(86_400);
  await keeper.look();
  t.same(await told(world, 'clock set back'), []);
  await keeper.stop();
});
