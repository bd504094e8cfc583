import Sqlite from 'better-sqlite3';
import { statSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import t from 'tap';
import { Operation, ResultReason } from '../../../kmip-codec/index.ts';
import { Ledger } from '../kill-ledger.ts';
import { drawsFrom, Load, type Answered } from '../kill-load.ts';
import { createItem, endings, getItem, identifierIn, itemFor } from '../kmip/messages.ts';
import { ChainCheck } from '../log-chain.ts';
import { eventsIn, MARKS, MIB, onSmallDisk } from './small-disk.ts';

t.setTimeout(240_000);

const GENERAL_FAILURE = ResultReason.names.show(ResultReason.GeneralFailure);

t.test('a disk that runs full: a warning, then reads only, then nothing, and back by itself (property 5)', async t => {
  const disk = await onSmallDisk(t);
  if (!disk) return;
  const { server } = disk;
  const client = await server.connect(await server.addClient('vcenter'));
  const one = async (item: ReturnType<typeof createItem>) =>
    client.batch([item], { header: { clientCorrelationValue: 'x' } });
  const uniqueIdentifier = identifierIn((await one(createItem())).batchItems![0]);
  const reads = [
    getItem(uniqueIdentifier),
    itemFor(Operation.GetAttributes, uniqueIdentifier),
    itemFor(Operation.GetAttributeList, uniqueIdentifier),
    itemFor(Operation.Locate, undefined, { requestPayload: { attributes: [] } }),
    itemFor(Operation.Query, undefined, { requestPayload: { queryFunctions: [1] } }),
    itemFor(Operation.DiscoverVersions, undefined, { requestPayload: {} }),
  ];
  const changes = [
    createItem(),
    ...[Operation.Activate, Operation.Destroy].map(code => itemFor(code, uniqueIdentifier)),
  ];
  const recorded = () => eventsIn(disk.database).length;

  disk.leave(MARKS.warnBytes - MIB);
  await disk.reached('storage low');
  t.same(endings(await one(createItem())), ['Success'], 'low: changes go on');

  disk.leave(MARKS.refuseChangesBytes - MIB);
  await disk.reached('storage: changes refused');
  for (const item of changes) {
    const before = recorded();
    t.same(endings(await one(item)), [GENERAL_FAILURE], 'no changes');
    t.equal(recorded(), before + 1, 'the refusal is recorded');
    t.match(eventsIn(disk.database).at(-1), { outcome: 'failure', reason: { reasonCode: 507 } });
  }
  for (const item of reads) {
    const before = recorded();
    t.same(endings(await one(item)), ['Success'], 'reads go on');
    const isRecorded = item.operation !== Operation.Query && item.operation !== Operation.DiscoverVersions;
    t.equal(recorded(), before + (isRecorded ? 1 : 0), 'and are recorded, those that ever are');
  }
  const added = await server.kmipd('client', 'add', 'another', '--issue', '--out', `${server.data}-out`);
  t.not(added.code, 0, 'administrators may not change anything either');
  t.match(added.err, /too little room.*; make room on the disk/s);
  t.equal((await server.kmipd('client', 'list')).code, 0, 'but may look');

  await disk.fillUp();
  disk.leave(0);
  await wait(1500);
  const before = recorded();
  for (const item of [...changes, ...reads]) t.same(endings(await one(item)), [GENERAL_FAILURE], 'nothing');
  const { length: refused } = [...changes, ...reads];
  t.equal((await server.kmipd('status')).code, 0, 'the owner can still see how it is');

  disk.empty();
  await disk.reached('storage recovered');
  t.same(endings(await one(createItem())), ['Success'], 'on the same connection, without a restart');
  t.same(endings(await one(getItem(uniqueIdentifier))), ['Success'], 'and nothing of what was refused was done');
  const since = eventsIn(disk.database).slice(before);
  const ofClients = since.filter(({ initiator }) => initiator.typeURI === 'service/security/client/certificateid');
  t.equal(ofClients.length, 2, 'what was refused without room has no event');
  const told = disk.steps().map(({ responseData }) => Number(responseData['refusedUnrecorded']));
  t.equal(
    told.reduce((sum, count) => sum + count, 0),
    refused,
    'but the log says how many there were',
  );
  t.same(
    disk
      .steps()
      .map(({ responseData, severity }) => `${String(responseData['action'])}, ${severity}`)
      .slice(0, 3),
    ['storage low, warning', 'storage: changes refused, critical', 'storage: everything refused, critical'],
  );
  await wait(100);
  t.match(await server.stop(), { code: 0 });
  t.same(problemsOf(disk.database), []);
});

t.test('filled to the last byte under load, again and again: nothing happens unrecorded (property 5)', async t => {
  const disk = await onSmallDisk(t);
  if (!disk) return;
  const { server, database } = disk;
  const vcenter = await server.addClient('vcenter');
  const load = new Load(drawsFrom(7));
  let isOver = false;
  const connections = await Promise.all(Array.from({ length: 4 }, () => server.connect(vcenter)));
  const driven = Promise.all(connections.map(connection => load.drive(connection, () => isOver)));
  for (let time = 0; time < 2; time++) {
    await Promise.race([wait(1000), driven]);
    await disk.fillUp();
    // Long enough for the reserve to be found, and for that to be taken as well.
    await Promise.race([wait(1000), driven]);
    if (time > 0) await disk.fillUp();
    await Promise.race([wait(1000), driven]);
    disk.empty();
    await Promise.race([disk.reached('storage recovered'), driven]);
  }
  await Promise.race([wait(1000), driven]);
  isOver = true;
  t.match(await server.stop(), { code: 0 }, 'stops cleanly');
  await driven;

  const byMessage = new Set(eventsIn(database).map(({ correlationId }) => correlationId));
  const isRecorded = ({ correlationId }: Answered) => byMessage.has(correlationId);
  const unrecorded = load.answered.filter(one => !isRecorded(one));
  const done = unrecorded.filter(({ items }) => items.some(({ reason }) => reason !== GENERAL_FAILURE));
  t.same(done, [], 'what has no event was refused as a whole');
  const told = disk.steps().map(({ responseData }) => Number(responseData['refusedUnrecorded']));
  t.equal(
    told.reduce((sum, count) => sum + count, 0),
    unrecorded.length,
    'and counted in the log',
  );
  t.comment(`${load.answered.length} messages answered, ${unrecorded.length} of them refused without an event`);
  t.ok(unrecorded.length > 0, 'there was a time without any room');
  const ledger = new Ledger(database);
  t.same(ledger.check(load.answered.filter(isRecorded), 4), [], 'objects, events and answers fit together');
  t.same(problemsOf(database), []);
});

t.test('a write-ahead log that is due to be moved while the disk is full is moved when there is room', async t => {
  const disk = await onSmallDisk(t);
  if (!disk) return;
  const { server, database } = disk;
  const client = await server.connect(await server.addClient('vcenter'));
  const uniqueIdentifier = identifierIn((await client.batch([createItem()])).batchItems![0]);
  disk.leave(MARKS.refuseChangesBytes - MIB);
  await disk.reached('storage: changes refused');
  // Reads alone, until the journal must be longer than what lets SQLite move it (8 MiB) or there is no room any more.
  const { size } = statSync(database);
  let answered = 0;
  for (let isFull = false; !isFull && answered < 20_000;) {
    const items = Array.from({ length: 50 }, () => getItem(uniqueIdentifier));
    const ends = new Set(endings(await client.batch(items)));
    isFull = ends.has(GENERAL_FAILURE);
    if (!isFull) answered += items.length;
    if (statSync(`${database}-wal`).size > 7 * MIB) await disk.fillUp();
  }
  t.comment(`${answered} reads were served from the reserve`);
  t.ok(answered > 1000, 'the reserve is worth something');
  disk.empty();
  await disk.reached('storage recovered');
  for (let round = 0; round < 20; round++)
    t.same(new Set(endings(await client.batch(Array.from({ length: 100 }, () => createItem())))), new Set(['Success']));
  t.ok(statSync(database).size > size, 'the server has moved it into the database');
  const gets = eventsIn(database).filter(
    ({ requestData, outcome }) => outcome === 'success' && String(requestData['requestURI']).endsWith('/Get'),
  );
  t.equal(gets.length, answered, 'every read that was answered has its event');
  t.match(await server.stop(), { code: 0 });
  t.same(problemsOf(database), []);
});

/** What is wrong with the log and its database. */
function problemsOf(path: string): string[] {
  const database = new Sqlite(path, { readonly: true, fileMustExist: true });
  try {
    const integrity = String(database.pragma('integrity_check', { simple: true }));
    return [...(integrity === 'ok' ? [] : [integrity]), ...new ChainCheck().problems(database)];
  } finally {
    database.close();
  }
}
