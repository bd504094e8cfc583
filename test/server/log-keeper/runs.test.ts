import { readFileSync } from 'node:fs';
import t from 'tap';
import { LogVerifier, parseVerifierKey, type Verdict, verdictOf } from '../../../server/chain/index.ts';
import { newWorld, type World } from './fixture.ts';

/** What a verifier without the server makes of the database, with the checkpoint that is kept apart. */
async function verified(world: World): Promise<Verdict> {
  const note = readFileSync(world.file('audit.checkpoint'), 'utf8');
  const start = await world.store.log.start();
  const verifier = new LogVerifier(start, {
    keys: [parseVerifierKey(world.key.verifierKey)],
    checkpoints: [{ note, from: 'audit.checkpoint' }],
  });
  try {
    for (const record of await world.records()) verifier.take(record);
    return verifier.finish();
  } catch (error) {
    return verdictOf(error);
  }
}

t.test('the log of many runs is one chain, and every checkpoint of every run fits', async t => {
  const world = newWorld(t, { 'audit.checkpoint.events': 7, 'audit.segment.events': 20 });
  for (let run = 0; run < 5; run++) {
    const keeper = await world.start();
    for (let i = 0; i < 5; i++) {
      await world.work(5);
      world.time.pass(10);
      await keeper.look();
    }
    await keeper.stop();
    await world.reopen();
    const { seq } = await world.store.log.head();
    const verdict = await verified(world);
    t.match(verdict, { status: 'intact', firstSeq: 1, lastSeq: seq, signedSize: seq - 1 }, `after run ${run + 1}`);
    t.ok(verdict.status === 'intact' && verdict.checkpoints >= 3 * (run + 1), JSON.stringify(verdict));
  }
  t.equal((await world.told()).filter(({ what }) => what === 'service started').length, 5);
});

t.test('an unclean end leaves a chain as well, and the next run signs for it', async t => {
  const world = newWorld(t);
  for (let run = 0; run < 3; run++) {
    await world.start();
    await world.work(10);
    await world.reopen();
  }
  await (await world.start()).stop();
  const { seq } = await world.store.log.head();
  t.match(await verified(world), { status: 'intact', lastSeq: seq, signedSize: seq - 1 });
});
