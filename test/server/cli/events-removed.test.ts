import { setTimeout as wait } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { parseRecordLine } from '../../../server/chain/index.ts';
import { followEvents } from '../../../server/cli/events/follow.ts';
import { run } from '../../../server/cli/run.ts';
import type { SequencedEvent, Store } from '../../../server/store/index.ts';
import { closing } from '../store/chain.ts';
import { commit, sampleEvent } from '../store/samples.ts';
import { dataFolder, testWorld } from './fixture.ts';

/** Removes all that the log holds, as retention does. */
async function removeAll(store: Store): Promise<number> {
  const closed = await closing(store);
  await commit(store, unit => unit.keepLog(closed));
  const { number, lastSeq } = closed.segment;
  await commit(store, unit => unit.keepLog({ kind: 'remove segment', number, at: new Date(0) }));
  return lastSeq;
}

const record = (store: Store) => commit(store, unit => unit.record(sampleEvent()));

t.test('who follows from an event behind which others were removed is told which', async t => {
  const { open, data } = await dataFolder(t);
  const { store } = await open();
  for (let i = 0; i < 5; i++) await record(store);
  const last = await removeAll(store);
  await record(store);
  const { world, written, stop } = testWorld();
  const argv = ['events', '--follow', '--after-seq', '2', '--format', 'record', '--data', data];
  const following = run(argv, world);
  while (!written.out.endsWith('\n')) await wait(10);
  await record(store);
  while (written.out.split('\n').length < 3) await wait(10);
  stop();
  t.equal(await following, 0);
  t.equal(written.err, `events 3 to ${last} were removed by retention before they were shown\n`, 'once');
  t.same(
    written.out
      .trim()
      .split('\n')
      .map(line => parseRecordLine(line)?.seq),
    [last + 1, last + 2],
  );
});

/** Follows from the start, while all events are removed before or after the first page is read. */
async function following(t: Test, when: 'before' | 'after') {
  const { open } = await dataFolder(t);
  const { store } = await open();
  for (let i = 0; i < 5; i++) await record(store);
  const { world, written, stop } = testWorld();
  const shown: SequencedEvent[] = [];
  let last = 0;
  const remove = async () => {
    if (last === 0) last = await removeAll(store);
  };
  const events = {
    lastSeq: () => store.events.lastSeq(),
    async after(...args: Parameters<Store['events']['after']>) {
      if (when === 'before') await remove();
      const page = await store.events.after(...args);
      await remove();
      return page;
    },
  };
  const ended = followEvents(
    { world, store: { events, log: store.log, generation: () => store.generation() } },
    {},
    0,
    page => void shown.push(...page),
  );
  while (last === 0) await wait(5);
  await record(store);
  while (shown.at(-1)?.seq !== last + 1) await wait(5);
  stop();
  await ended;
  return { seqs: shown.map(({ seq }) => seq), last, err: written.err };
}

t.test('events that are removed while a page is read are shown or told of', async t => {
  const before = await following(t, 'before');
  t.same(before.seqs, [before.last + 1]);
  t.equal(before.err, `events 1 to ${before.last} were removed by retention before they were shown\n`);
});

t.test('events that are removed once they were read are shown, and nothing is told', async t => {
  const { seqs, last, err } = await following(t, 'after');
  t.same(
    seqs,
    Array.from({ length: last + 1 }, (_, index) => index + 1),
  );
  t.equal(err, '');
});
