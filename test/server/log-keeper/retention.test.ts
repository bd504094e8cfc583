import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import t, { type Test } from 'tap';
import {
  canonicalJson,
  FIRST_PREV,
  MerkleTree,
  parseVerifierKey,
  recordHash,
  recordLine,
  verifyExports,
} from '../../../server/chain/index.ts';
import type { LogKeeper, LogKeeperOptions } from '../../../server/log-keeper/index.ts';
import type { Segment, Store } from '../../../server/store/index.ts';
import { sampleEvent } from '../store/samples.ts';
import { newWorld, type World } from './fixture.ts';

const SMALL = { 'audit.segment.events': 10, 'audit.checkpoint.events': 10 };
const DAY = 86_400;

const told = async (world: World, what: string) => (await world.told()).filter(each => each.what === what);
const kept = async (world: World) => (await world.store.log.segments()).filter(({ removedAt }) => !removedAt);
const removed = async (world: World) => (await world.store.log.segments()).filter(({ removedAt }) => removedAt);

/** Work for so many segments, each with a checkpoint. */
async function fill(world: World, keeper: LogKeeper, segments: number): Promise<void> {
  const count = async () => (await world.store.log.segments()).length;
  const enough = (await count()) + segments;
  while ((await count()) < enough) {
    await world.work(10);
    await keeper.look();
  }
}

/** Every kept record in order, chained to what was removed before it. */
async function checkChain(t: Test, world: World): Promise<void> {
  const start = await world.store.log.start();
  const records = await world.store.events.after(start.firstSeq - 1, 1_000_000);
  let [seq, prev] = [start.firstSeq, start.firstPrev];
  for (const record of records) {
    if (record.seq !== seq || record.prev !== prev || record.hash !== recordHash(record)) {
      return void t.fail(`record ${record.seq} does not follow ${seq - 1}`);
    }
    [seq, prev] = [seq + 1, record.hash];
  }
  t.pass(`${records.length} records from ${start.firstSeq}`);
  const tree = new MerkleTree(start.firstSeq - 1, start.subtrees);
  const checkpoint = (await world.store.log.checkpoint())!;
  for (const { hash } of records.slice(0, checkpoint.size - start.firstSeq + 1)) tree.append(Buffer.from(hash, 'hex'));
  t.same(tree.subtrees().map(hex), checkpoint.subtrees.map(hex), 'the tree goes on over what was removed');
}
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

t.test('segments are closed after so many events, and follow each other without gaps', async t => {
  const world = newWorld(t, SMALL);
  const keeper = await world.start();
  await world.work(95);
  await keeper.look();
  const segments = await world.store.log.segments();
  t.same(
    segments.map(({ number, firstSeq, lastSeq }) => [number, firstSeq, lastSeq]),
    Array.from({ length: 9 }, (_, i) => [i + 1, i * 10 + 1, i * 10 + 10]),
  );
  const records = await world.records();
  const tree = new MerkleTree();
  let last: Segment | undefined;
  for (const segment of segments) {
    const mine = records.slice(segment.firstSeq - 1, segment.lastSeq);
    for (const { hash } of mine) tree.append(Buffer.from(hash, 'hex'));
    t.match(segment, {
      firstPrev: last?.lastHash ?? FIRST_PREV,
      lastHash: mine.at(-1)!.hash,
      bytes: mine.reduce((sum, { json }) => sum + Buffer.byteLength(json), 0),
      closedAt: world.time.now(),
    });
    t.same(segment.subtrees.map(hex), tree.subtrees().map(hex));
    last = segment;
  }
  await keeper.stop();
});

t.test('and after so many days, also when nothing happens any more', async t => {
  const world = newWorld(t, { 'audit.segment.days': 1 });
  const keeper = await world.start();
  await world.work(3);
  world.time.pass(60);
  await keeper.look();
  t.same(await world.store.log.segments(), []);
  world.time.pass(DAY);
  await keeper.look();
  t.match(await world.store.log.segments(), [{ firstSeq: 1, lastSeq: 5 }]);
  for (let i = 0; i < 5; i++) {
    world.time.pass(DAY);
    await keeper.look();
  }
  t.equal((await world.store.log.segments()).length, 1, 'what is open has only the event of its checkpoint');
  await world.work(1);
  await keeper.look();
  t.match((await world.store.log.segments())[1], { firstSeq: 6, lastSeq: 7 });
  await keeper.stop();
});

t.test('segments that are too old are exported, then removed, oldest first; the removal is an event', async t => {
  const world = newWorld(t, { ...SMALL, 'audit.retention.days': 30 });
  const exports = world.file('exports');
  world.settings['audit.retention.exportTo'] = exports;
  let keeper = await world.start();
  await fill(world, keeper, 3);
  const everything = await world.records();
  const covering = (await world.store.log.checkpointCovering(20))!;
  world.time.pass(29 * DAY);
  await fill(world, keeper, 2);
  t.same(await removed(world), [], 'none is old enough');
  world.time.pass(DAY);
  await keeper.look();
  t.same(
    (await removed(world)).map(({ number }) => number),
    [1, 2, 3],
  );
  t.same(readdirSync(exports), [
    'audit-000000000001-000000000010.jsonl',
    'audit-000000000011-000000000020.jsonl',
    'audit-000000000021-000000000030.jsonl',
  ]);
  const events = await told(world, 'segment removed');
  t.match(events, [
    { severity: 'critical', data: { firstSeq: 1, lastSeq: 10, lastHash: everything[9]!.hash, exported: true } },
    { data: { firstSeq: 11, lastSeq: 20 } },
    { data: { firstSeq: 21, lastSeq: 30 } },
  ]);
  t.equal((await world.records())[0]!.seq, 31, 'the records are gone');
  await checkChain(t, world);

  const file = `${exports}/audit-000000000011-000000000020.jsonl`;
  t.equal(statSync(file).mode & 0o777, 0o600);
  const [header, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
  const first = (await world.store.log.segments())[0]!;
  t.same(JSON.parse(header!), {
    ...{ log: 'kmipd audit export', v: 1, origin: world.key.name, firstSeq: 11, firstPrev: first.lastHash },
    subtrees: first.subtrees.map(hex),
  });
  t.equal(header, canonicalJson(JSON.parse(header!)));
  t.same(lines.slice(0, 10), everything.slice(10, 20).map(recordLine));
  t.equal(lines.length, 11);
  t.match(JSON.parse(lines[10]!), { checkpoint: covering.note });
  const sources = () => readdirSync(exports).map(name => ({ name, bytes: [readFileSync(`${exports}/${name}`)] }));
  const keys = [parseVerifierKey(world.key.verifierKey)];
  for (const source of sources()) {
    t.match(await verifyExports([source], { keys }), { status: 'intact', records: 10 }, `${source.name} by itself`);
  }
  t.match(await verifyExports(sources(), { keys }), { status: 'intact', firstSeq: 1, lastSeq: 30 });

  await keeper.stop();
  await world.reopen();
  keeper = await world.start();
  await keeper.stop();
  await checkChain(t, world);
});

t.test('property 9: 50 small segments, with kills in a purge and between export and removal', async t => {
  const world = newWorld(t, { ...SMALL, 'audit.retention.days': 1 });
  const exports = world.file('exports');
  let keeper = await world.start();
  await fill(world, keeper, 50);
  await keeper.stop();
  const everything = await world.records();
  world.time.pass(2 * DAY);
  world.settings['audit.retention.exportTo'] = exports;

  // Killed in the middle of a purge: some records of the first segment are gone.
  await world.start({ store: failing(world.store, { purges: 1 }) }).then(next => next.look());
  await world.reopen();
  t.equal((await removed(world)).length, 1);

  // Killed between a file and its mark, and between the mark and the removal.
  for (const commits of [1, 2, 3]) {
    const store = failing(world.store, { commits });
    await world.start({ store }).then(next => next.look());
    await world.reopen();
  }
  keeper = await world.start();
  await keeper.look();
  const lastRemoved = (await removed(world)).at(-1)!;
  t.ok(lastRemoved.number >= 50, `${lastRemoved.number} removed`);
  await checkChain(t, world);
  t.equal((await world.records())[0]!.seq, lastRemoved.lastSeq + 1);
  const names = readdirSync(exports).sort();
  const sources = names.map(name => ({ name, bytes: [readFileSync(`${exports}/${name}`)] }));
  const verdict = await verifyExports(sources, { keys: [parseVerifierKey(world.key.verifierKey)] });
  t.match(verdict, { status: 'intact', firstSeq: 1, lastSeq: lastRemoved.lastSeq });
  const lines = sources.flatMap(({ bytes }) => bytes.join('').split('\n')).filter(line => line.startsWith('{"event"'));
  const before = everything.filter(({ seq }) => seq <= lastRemoved.lastSeq);
  t.same(lines.slice(0, before.length), before.map(recordLine), 'each record once, as it was');
  t.notOk(
    readdirSync(exports).some(name => name.startsWith('.')),
    'nothing is left over',
  );
  const ranges = (await told(world, 'segment removed')).map(({ data }) => data['firstSeq']);
  t.equal(new Set(ranges).size, ranges.length, 'no removal is told twice');
  await keeper.stop();
});

/** A store that is dead after so many commits of the keeper, or purges: what a kill leaves. */
function failing(store: Store, { commits = Infinity, purges = Infinity }: { commits?: number; purges?: number }) {
  let dead = false;
  const count = () => {
    if (dead) throw new Error('killed');
  };
  const begin = () => {
    const unit = store.begin();
    const commit = unit.commit.bind(unit);
    unit.commit = async () => {
      count();
      await commit();
      dead = --commits <= 0;
    };
    return unit;
  };
  const log = new Proxy(store.log, {
    get(target, name) {
      if (name === 'purge') {
        return async () => {
          count();
          const purged = await target.purge(3);
          dead = purged > 0 && --purges <= 0;
          return purged;
        };
      }
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
  return { ...pick(store), begin, log } satisfies LogKeeperOptions['store'];
}
const pick = ({ events, cursors }: Store) => ({ events, cursors });

t.test('nothing goes that a sink has not taken, or no checkpoint covers', async t => {
  const sinks = ['one', 'two'].map(name => ({ type: 'file', path: '/nowhere', name }));
  const world = newWorld(t, { ...SMALL, 'audit.retention.days': 1, 'audit.sinks': sinks });
  const keeper = await world.start();
  await fill(world, keeper, 3);
  world.time.pass(2 * DAY);
  await world.store.cursors.set('one', 1000);
  await keeper.look();
  t.same(await removed(world), []);
  await world.store.cursors.set('two', 19);
  await keeper.look();
  t.same(
    (await removed(world)).map(({ number }) => number),
    [1],
  );
  await world.store.cursors.set('two', 20);
  await keeper.look();
  t.same(
    (await removed(world)).map(({ number }) => number),
    [1, 2],
  );
  t.match(await told(world, 'segment removed'), [{ data: { exported: false } }, { data: { exported: false } }]);
  await checkChain(t, world);
  await keeper.stop();
});

t.test('without a sink and without a folder for exports nothing is lost silently', async t => {
  const world = newWorld(t, { ...SMALL, 'audit.retention.days': 1 });
  const keeper = await world.start();
  await fill(world, keeper, 3);
  world.time.pass(2 * DAY);
  for (let i = 0; i < 3; i++) await keeper.look();
  t.same(await removed(world), []);
  t.match(world.logged, [{ level: 'warn', message: /old events stay.*audit\.retention\.exportTo/ }]);
  await keeper.stop();
});

t.test('beyond so many bytes the oldest go', async t => {
  const world = newWorld(t, { 'audit.segment.events': 100, 'audit.checkpoint.events': 100 });
  world.settings['audit.retention.bytesMax'] = 1_000_000;
  world.settings['audit.retention.exportTo'] = world.file('exports');
  const keeper = await world.start();
  const text = 'x'.repeat(2000);
  for (let i = 0; i < 12; i++) {
    const unit = world.store.begin();
    for (let k = 0; k < 100; k++) {
      const json = canonicalJson({ text });
      unit.record({ ...sampleEvent({ time: world.time.now() }), json });
    }
    await unit.commit();
    await keeper.look();
  }
  const segments = await kept(world);
  const open = await world.store.log.bytes(segments.at(-1)!.lastSeq + 1, Number.MAX_SAFE_INTEGER);
  const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0) + open;
  t.ok(bytes <= 1_000_000 && bytes > 700_000, `${bytes} bytes are left`);
  await checkChain(t, world);
  await keeper.stop();
});

t.test('a file of the same name with another content is not overwritten, and the segment stays', async t => {
  const world = newWorld(t, { ...SMALL, 'audit.retention.days': 1 });
  world.settings['audit.retention.exportTo'] = t.testdir({ 'audit-000000000001-000000000010.jsonl': 'mine\n' });
  const keeper = await world.start();
  await fill(world, keeper, 2);
  world.time.pass(2 * DAY);
  await keeper.look();
  t.same(await removed(world), []);
  const path = `${String(world.settings['audit.retention.exportTo'])}/audit-000000000001-000000000010.jsonl`;
  t.equal(readFileSync(path, 'utf8'), 'mine\n');
  t.match(world.logged, [{ level: 'error', fields: { error: /is there with another content; move it elsewhere/ } }]);
  rmSync(path);
  await keeper.look();
  t.equal((await removed(world)).length, 2, 'once it is out of the way');
  await keeper.stop();
});
