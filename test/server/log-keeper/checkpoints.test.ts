import { existsSync, readFileSync, statSync } from 'node:fs';
import t from 'tap';
import { checkpointNoteIn, MerkleTree, openCheckpoint, parseVerifierKey } from '../../../server/chain/index.ts';
import { StoreUnavailable } from '../../../server/store/index.ts';
import { newWorld, type World } from './fixture.ts';

const signedBy = async (world: World) => (await world.told()).filter(({ what }) => what === 'checkpoint signed');

t.test('a checkpoint is signed after so many events, over all that are there (RFC 6962 §2.1)', async t => {
  const world = newWorld(t, { 'audit.checkpoint.events': 10 });
  const keeper = await world.start();
  await world.work(7); // with 'service started' and 'checkpoint key made' there are 9
  await keeper.look();
  t.equal(keeper.lastCheckpointSize(), 0);
  t.equal(keeper.checkpointAge(), undefined);
  await world.work(1);
  await keeper.look();
  t.equal(keeper.lastCheckpointSize(), 10);
  const note = readFileSync(world.file('audit.checkpoint'), 'utf8');
  const checkpoint = openCheckpoint(note, parseVerifierKey(world.key.verifierKey));
  const records = (await world.records()).slice(0, 10);
  const tree = new MerkleTree();
  for (const { hash } of records) tree.append(Buffer.from(hash, 'hex'));
  t.same(Buffer.from(checkpoint.root), Buffer.from(tree.root()));
  t.match(checkpoint, { origin: world.key.name, size: 10, head: records[9]!.hash, time: world.time.now() });
  t.match(await signedBy(world), [{ severity: 'normal', data: { size: 10 } }]);
  t.equal(checkpointNoteIn((await world.records()).at(-1)!.json), note, 'its event is the note, line by line');
  t.match(await world.store.log.checkpoint(), { size: 10, note });
  t.equal(statSync(world.file('audit.checkpoint')).mode & 0o777, 0o600);
  world.time.pass(5);
  t.equal(keeper.checkpointAge(), 5);

  await world.work(9);
  await keeper.look();
  t.equal(keeper.lastCheckpointSize(), 10, 'the event of a checkpoint does not count');
  await world.work(1);
  await keeper.look();
  t.equal(keeper.lastCheckpointSize(), 21, 'but is covered by the next');
  await keeper.stop();
});

t.test('and after a time, if there is an event that none covers; an idle server signs none', async t => {
  const world = newWorld(t, { 'audit.checkpoint.seconds': 60 });
  const keeper = await world.start();
  world.time.pass(59);
  await keeper.look();
  t.equal(keeper.lastCheckpointSize(), 0);
  world.time.pass(1);
  await keeper.look();
  t.equal(keeper.lastCheckpointSize(), 2);
  for (let i = 0; i < 50; i++) {
    world.time.pass(600);
    await keeper.look();
  }
  t.equal((await world.records()).length, 3, 'the log of an idle server does not grow');
  await world.work(1);
  await keeper.look();
  t.equal(keeper.lastCheckpointSize(), 4);
  await keeper.stop();
});

t.test('a burst of commits is noticed without anybody looking', async t => {
  const world = newWorld(t, { 'audit.checkpoint.events': 50 });
  const keeper = await world.start();
  await world.work(100);
  while (keeper.lastCheckpointSize() === 0) await new Promise(resolve => setTimeout(resolve, 20));
  t.equal(keeper.lastCheckpointSize(), 102);
  await keeper.stop();
});

t.test('at stop the last checkpoint covers everything, the stop included', async t => {
  const world = newWorld(t);
  const keeper = await world.start();
  await world.work(3);
  await Promise.all([keeper.stop(), keeper.stop()]);
  const told = (await world.told()).map(({ what }) => what);
  t.same(told, ['service started', 'checkpoint key made', 'service stopped', 'checkpoint signed']);
  t.equal((await world.store.log.checkpoint())?.size, 6);
  t.equal((await world.store.log.head()).seq, 7);
});

t.test('the tree goes on from the last checkpoint, over many pages', async t => {
  const world = newWorld(t);
  const keeper = await world.start();
  await world.work(1500);
  await keeper.look();
  await world.work(3210);
  await keeper.look();
  const checkpoint = (await world.store.log.checkpoint())!;
  const tree = new MerkleTree();
  for (const { hash } of (await world.records()).slice(0, checkpoint.size)) tree.append(Buffer.from(hash, 'hex'));
  t.equal(checkpoint.size, 4713);
  t.same(checkpoint.subtrees.map(String), tree.subtrees().map(String));
  await keeper.stop();
});

t.test('a checkpoint that cannot be kept is tried again, said once in the log, and thrown at nobody', async t => {
  const world = newWorld(t);
  let isFull = false;
  const store = new Proxy(world.store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (name !== 'begin') return member;
      return () => {
        const unit = target.begin();
        if (isFull) unit.commit = () => Promise.reject(new StoreUnavailable('no room', { isFull: true }));
        return unit;
      };
    },
  });
  const keeper = await world.start({ store });
  isFull = true;
  for (let i = 0; i < 5; i++) {
    world.time.pass(100);
    await keeper.look();
  }
  t.equal(keeper.lastCheckpointSize(), 0);
  t.notOk(existsSync(world.file('audit.checkpoint')), 'the one kept apart never runs ahead of the log');
  t.same(
    world.logged.map(({ level }) => level),
    ['error'],
  );
  isFull = false;
  await keeper.look();
  t.equal(keeper.lastCheckpointSize(), 2);
  t.match(world.logged.at(-1), { level: 'info', message: /works again/ });
  isFull = true;
  await keeper.stop();
  await world.reopen();
  isFull = false;
  await (await world.start()).stop();
  t.match((await world.told()).at(3)?.data, { lastStop: 'unclean' });
});

t.test('a start that cannot be recorded is recorded later, with the rest of what it has to tell', async t => {
  const world = newWorld(t);
  let isFull = true;
  const store = new Proxy(world.store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (name !== 'begin') return member;
      return () => {
        const unit = target.begin();
        if (isFull) unit.commit = () => Promise.reject(new StoreUnavailable('no room', { isFull: true }));
        return unit;
      };
    },
  });
  const keeper = await world.start({ store });
  t.equal((await world.records()).length, 0);
  isFull = false;
  await keeper.look();
  await keeper.look();
  t.same(
    (await world.told()).map(({ what }) => what),
    ['service started', 'checkpoint key made'],
  );
  await keeper.stop();
});

t.test('a look that goes on after the stop does nothing: the store is closed by then', async t => {
  const world = newWorld(t, { 'audit.checkpoint.events': 1 });
  const keeper = await world.start();
  await world.work(1);
  await keeper.stop();
  const { seq } = await world.store.log.head();
  await world.reopen();
  await keeper.look();
  t.same(
    world.logged.filter(({ level }) => level === 'error'),
    [],
  );
  t.equal((await world.store.log.head()).seq, seq);
});
