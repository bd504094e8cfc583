import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import {
  type DeliveredEvent,
  type Delivery,
  type DeliveryProblem,
  type Sink,
  type SinkState,
  startDelivery,
} from '../../../../server/audit/delivery/index.ts';
import { FIRST_PREV, nextRecord } from '../../../../server/chain/index.ts';
import { memoryLog, until } from './memory-log.ts';

/** Collects what it takes. */
function collector(name = 'collector') {
  const seqs: number[] = [];
  const state = { isClosed: false };
  const sink: Sink = {
    name,
    async deliver(events) {
      seqs.push(...events.map(({ seq }) => seq));
    },
    async close() {
      state.isClosed = true;
    },
  };
  return { sink, seqs, state };
}

const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);
const timing = { retryFirstMs: 5, retryMaxMs: 40, lookMs: 20, hangingMs: 30, giveUpMs: 60_000, drainMs: 100 };
const common = { now: () => new Date(0), timing };

async function untilStates(delivery: Delivery, holds: (states: readonly SinkState[]) => boolean) {
  for (let i = 0; i < 1_000; i++) {
    const states = await delivery.states();
    if (holds(states)) return states;
    await delay(5);
  }
  throw new Error(`did not come true within 5 s: ${JSON.stringify(await delivery.states())}`);
}

t.test('delivers what is committed before and after the start, in order, and remembers it', async t => {
  const log = memoryLog();
  const { sink, seqs, state } = collector();
  log.append(10);
  const problems: DeliveryProblem[] = [];
  const delivery = startDelivery({
    ...common,
    ...log,
    sinks: [sink],
    batchSize: 3,
    onProblem: problem => problems.push(problem),
  });
  await until(() => seqs.length === 10, 'ten delivered');
  log.append(5);
  await until(() => seqs.length === 15, 'fifteen delivered');
  await delivery.stop();
  t.same(seqs, upTo(15));
  t.equal(log.kept.get('collector'), 15);
  t.same(problems, []);
  t.ok(state.isClosed);
  t.equal(log.callbacks.size, 0);
});

t.test('finds what another process has committed', async t => {
  const log = memoryLog();
  const { sink, seqs } = collector();
  const delivery = startDelivery({ ...common, ...log, sinks: [sink], onProblem: t.error });
  await delay(30);
  log.append(2, { announce: false });
  await until(() => seqs.length === 2, 'two delivered');
  await delivery.stop();
  t.same(seqs, [1, 2]);
});

t.test('a sink that fails gets its events again, others go on meanwhile', async t => {
  const log = memoryLog();
  const good = collector('good');
  const bad = collector('bad');
  let failures = 4;
  const failing: Sink = {
    ...bad.sink,
    async deliver(events) {
      if (failures-- > 0) throw new Error('no room');
      await bad.sink.deliver(events);
    },
  };
  const problems: DeliveryProblem[] = [];
  log.append(20);
  const delivery = startDelivery({
    ...common,
    ...log,
    sinks: [failing, good.sink],
    batchSize: 5,
    onProblem: problem => problems.push(problem),
  });
  await until(() => good.seqs.length === 20, 'the good one has all');
  t.equal(log.kept.get('bad'), undefined, 'the bad one has none yet');
  await until(() => bad.seqs.length === 20, 'the bad one has all');
  await delivery.stop();
  t.same(bad.seqs, upTo(20));
  t.same(good.seqs, upTo(20));
  t.same(
    problems.map(({ sink, failures, retryMs }) => [sink, failures, retryMs]),
    [1, 2, 3, 4].map(n => ['bad', n, 5 * 2 ** (n - 1)]),
  );
  t.match((problems[0]?.error as Error).message, 'no room');
});

t.test('the wait between attempts doubles up to its bound', async t => {
  const log = memoryLog();
  const waits: (number | undefined)[] = [];
  const sink: Sink = { name: 'never', deliver: () => Promise.reject(new Error('no')), close: async () => {} };
  log.append(1);
  const delivery = startDelivery({ ...common, ...log, sinks: [sink], onProblem: ({ retryMs }) => waits.push(retryMs) });
  await until(() => waits.length >= 6, 'six attempts');
  await delivery.stop();
  t.same(waits.slice(0, 6), [5, 10, 20, 40, 40, 40]);
  t.equal(log.kept.get('never'), undefined);
});

t.test('a sink that hangs disturbs nobody, is reported, and does not hold up stop', async t => {
  const log = memoryLog();
  const good = collector('good');
  let release = () => {};
  const hanging: Sink = {
    name: 'hanging',
    deliver: () => new Promise(resolve => (release = resolve)),
    close: () => new Promise(() => {}),
  };
  const problems: DeliveryProblem[] = [];
  log.append(10);
  const delivery = startDelivery({
    ...common,
    ...log,
    sinks: [hanging, good.sink],
    onProblem: problem => problems.push(problem),
  });
  await until(
    () => good.seqs.length === 10 && problems.length === 1,
    'the good one is served, the hanging one reported',
  );
  t.match(problems[0], { sink: 'hanging', failures: 0, retryMs: undefined, error: { message: /within 30 ms/ } });
  await delivery.stop();
  release();
  await delay(10);
  t.equal(log.kept.get('hanging'), undefined, 'what it took after stop is not counted');
});

t.test('resumes behind the cursor after a restart: nothing lost, nothing out of order', async t => {
  const log = memoryLog();
  const seen: number[] = [];
  for (let round = 0; round < 20; round++) {
    const { sink, seqs } = collector();
    // Every third one dies after taking a batch, before the cursor moves.
    if (round % 3 === 2) log.failing.cursors = 1_000;
    const delivery = startDelivery({ ...common, ...log, sinks: [sink], batchSize: 4, onProblem: () => {} });
    log.append(7);
    await delay(round % 4);
    await delivery.stop();
    log.failing.cursors = 0;
    t.same(
      seqs,
      [...seqs].sort((a, b) => a - b),
      `round ${round} in order`,
    );
    seen.push(...seqs);
  }
  const { sink, seqs } = collector();
  const last = startDelivery({ ...common, ...log, sinks: [sink], onProblem: t.error });
  await until(() => log.kept.get('collector') === 140, 'all delivered');
  await last.stop();
  seen.push(...seqs);
  const distinct = seen.filter((seq, i) => seen.indexOf(seq) === i);
  t.same(distinct, upTo(140));
});

t.test('waits out a store that cannot be read or written, without delivering twice', async t => {
  const log = memoryLog();
  const { sink, seqs } = collector();
  const problems: DeliveryProblem[] = [];
  log.append(3);
  log.failing.events = 2;
  log.failing.cursors = 2;
  const delivery = startDelivery({ ...common, ...log, sinks: [sink], onProblem: problem => problems.push(problem) });
  await until(() => log.kept.get('collector') === 3, 'the cursor is written');
  await delivery.stop();
  t.same(seqs, [1, 2, 3]);
  t.equal(problems.length, 4);
});

t.test('stop hands out what is committed first', async t => {
  const log = memoryLog();
  const { sink, seqs } = collector();
  const delivery = startDelivery({ ...common, ...log, sinks: [sink], batchSize: 10, onProblem: t.error });
  log.append(95);
  await Promise.all([delivery.stop(), delivery.stop()]);
  t.same(seqs, upTo(95));
});

t.test('refuses two sinks of one name, which would share a cursor', async t => {
  const sinks = [collector().sink, collector().sink];
  t.throws(() => startDelivery({ ...common, ...memoryLog(), sinks, onProblem: t.error }), { message: /same name/ });
});

t.test('tells how each sink is: cursor, lag, age of the oldest event, failures, and what hangs', async t => {
  const log = memoryLog();
  const good = collector('good');
  let isBroken = true;
  const bad = collector('bad');
  const failing: Sink = {
    ...bad.sink,
    deliver: events => (isBroken ? Promise.reject(new Error('no room')) : bad.sink.deliver(events)),
  };
  let release = () => {};
  const hanging: Sink = {
    name: 'hanging',
    deliver: () => new Promise(resolve => (release = resolve)),
    close: async () => {},
  };
  log.append(10);
  const options = { ...log, timing, now: () => new Date(100_000), sinks: [good.sink, failing, hanging] };
  const delivery = startDelivery({ ...options, onProblem: () => {} });
  const [stateOfGood, stateOfBad, stateOfHanging] = await untilStates(
    delivery,
    ([good, bad, hanging]) => good?.lag === 0 && (bad?.failures ?? 0) > 1 && hanging?.isHanging === true,
  );
  const none = { failures: 0, failuresTotal: 0, isHanging: false, since: undefined };
  t.same(stateOfGood, { sink: 'good', cursor: 10, lag: 0, oldestAgeSeconds: 0, deliveredTotal: 10, ...none });
  t.match(stateOfBad, { sink: 'bad', cursor: 0, lag: 10, oldestAgeSeconds: 99, deliveredTotal: 0, isHanging: false });
  t.equal(stateOfBad?.failures, stateOfBad?.failuresTotal);
  t.same(stateOfBad?.since, new Date(100_000));
  t.match(stateOfHanging, { lag: 10, oldestAgeSeconds: 99, failures: 0, since: new Date(100_000) });
  isBroken = false;
  release();
  const [, mended, released] = await untilStates(delivery, states => states.every(({ lag }) => lag === 0));
  t.match(mended, { cursor: 10, failures: 0, deliveredTotal: 10, since: undefined, oldestAgeSeconds: 0 });
  t.ok((mended?.failuresTotal ?? 0) > 1, 'failures of the past are still counted');
  t.match(released, { isHanging: false, since: undefined });
  await delivery.stop();
});

t.test('a sink that hangs is given up after a time and recovers by itself', async t => {
  const log = memoryLog();
  const { sink, seqs } = collector();
  const attempts: number[] = [];
  const hangingTwice: Sink = {
    ...sink,
    deliver(events, signal) {
      attempts.push(events.length);
      if (attempts.length > 2) return sink.deliver(events);
      return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)));
    },
  };
  const problems: DeliveryProblem[] = [];
  log.append(3);
  const delivery = startDelivery({
    ...{ ...common, ...log, sinks: [hangingTwice], timing: { ...timing, hangingMs: 5, giveUpMs: 20 } },
    onProblem: problem => problems.push(problem),
  });
  await until(() => seqs.length === 3, 'the third attempt');
  t.same(attempts, [3, 3, 3]);
  t.same(
    problems.map(({ failures, error }) => [failures, (error as Error).message]),
    [1, 2].flatMap(n => [
      [0, 'has not taken the events within 5 ms, still waiting'],
      [n, 'has not taken the events within 20 ms, given up'],
    ]),
  );
  const [state] = await delivery.states();
  t.match(state, { lag: 0, isHanging: false, failuresTotal: 2, since: undefined });
  await delivery.stop();
});

t.test('while a sink hangs it is not called again, however much is committed', async t => {
  const log = memoryLog();
  let calls = 0;
  const hanging: Sink = { name: 'deaf', deliver: () => (calls++, new Promise(() => {})), close: async () => {} };
  const delivery = startDelivery({
    ...{ ...common, ...log, sinks: [hanging], timing: { ...timing, giveUpMs: 10 } },
    onProblem: () => {},
  });
  for (let i = 0; i < 20; i++) {
    log.append(10);
    await delay(3);
  }
  t.equal(calls, 1);
  t.match(await delivery.states(), [{ lag: 200, isHanging: true }]);
  await delivery.stop();
});

t.test('a sink that takes events and says it did not gets them again, in order and with the same ids', async t => {
  const log = memoryLog();
  const ids: string[] = [];
  let calls = 0;
  const lying: Sink = {
    name: 'lying',
    async deliver(events) {
      ids.push(...events.map(({ id }) => id));
      if (calls++ % 2 === 0) throw new Error('not taken');
    },
    close: async () => {},
  };
  log.append(9);
  const delivery = startDelivery({ ...common, ...log, sinks: [lying], batchSize: 3, onProblem: () => {} });
  await until(() => log.kept.get('lying') === 9, 'all taken');
  await delivery.stop();
  t.same(
    [...new Set(ids)],
    upTo(9).map(seq => `id-${seq}`),
  );
  t.equal(ids.length, 18);
});

t.test('hands out whole records, and no more bytes at once than a mebibyte', async t => {
  const log = memoryLog();
  const batches: (readonly DeliveredEvent[])[] = [];
  const sink: Sink = {
    name: 'sink',
    deliver: async events => void batches.push(events),
    close: async () => {},
  };
  const long = '"' + 'ü'.repeat(200_000) + '"';
  log.append(5, { json: seq => (seq === 3 ? `"${'x'.repeat(2 * 1024 * 1024)}"` : long) });
  const delivery = startDelivery({ ...common, ...log, sinks: [sink], onProblem: t.error });
  await until(() => log.kept.get('sink') === 5, 'all taken');
  await delivery.stop();
  t.same(
    batches.map(events => events.map(({ seq }) => seq)),
    [[1, 2], [3], [4, 5]],
  );
  const [first] = batches[0] ?? [];
  t.same(first, { ...nextRecord(1, FIRST_PREV, long), id: 'id-1' });
});

t.test('others have their turn while a sink that takes at once works off a long log', async t => {
  const log = memoryLog();
  const { sink, seqs } = collector();
  log.append(500);
  const delivery = startDelivery({ ...common, ...log, sinks: [sink], batchSize: 1, onProblem: t.error });
  // Comes with the next turn of the event loop, however long that took: nobody's clock decides.
  await nextTurn();
  t.ok(seqs.length < 500, `${seqs.length} of 500 at the first turn`);
  await delivery.stop();
  t.same(seqs, upTo(500));
});

t.test('of a sink that learns later what is safe, only that is remembered, while handing out goes on', async t => {
  const log = memoryLog();
  const { sink, seqs, state } = collector();
  let safe = 0;
  const slow: Sink = {
    ...sink,
    async deliver(events) {
      await sink.deliver(events);
      return { safeUpTo: safe };
    },
    safeUpTo: () => (state.isClosed ? 7 : safe),
  };
  const delivery = startDelivery({ ...common, ...log, sinks: [slow], batchSize: 2, onProblem: t.error });
  log.append(8);
  await until(() => seqs.length === 8, 'all handed out');
  t.match(await delivery.states(), [{ cursor: 0, lag: 8, deliveredTotal: 8 }]);
  safe = 5;
  await until(() => log.kept.get('collector') === 5, 'what is safe is remembered');
  await delivery.stop();
  t.equal(log.kept.get('collector'), 7, 'closing made two more safe');
  t.same(seqs, upTo(8), 'nothing came twice');
});

t.test(
  'what was handed out and not safe comes again after a failure, also one that is found between deliveries',
  async t => {
    const log = memoryLog();
    const { sink, seqs } = collector();
    let safe = 0;
    let isLost = false;
    const connection: Sink = {
      ...sink,
      async deliver(events) {
        if (events.some(({ seq }) => seq === 5) && !isLost) {
          isLost = true;
          throw new Error('reset');
        }
        await sink.deliver(events);
        return { safeUpTo: safe };
      },
      safeUpTo() {
        if (safe === -1) {
          safe = 4;
          throw new Error('the connection was lost');
        }
        return safe;
      },
    };
    const problems: unknown[] = [];
    const onProblem = ({ error }: DeliveryProblem) => problems.push((error as Error).message);
    const delivery = startDelivery({ ...common, ...log, sinks: [connection], batchSize: 2, onProblem });
    log.append(4);
    await until(() => seqs.length === 4, 'four handed out');
    safe = 2;
    log.append(2);
    await until(() => seqs.length === 8, 'three to six after the failure');
    t.same(seqs, [1, 2, 3, 4, 3, 4, 5, 6]);
    safe = -1;
    await until(() => seqs.length === 12, 'again after the loss');
    safe = 6;
    await until(() => log.kept.get('collector') === 6, 'remembered');
    await delivery.stop();
    t.same(seqs, [1, 2, 3, 4, 3, 4, 5, 6, 3, 4, 5, 6]);
    t.same(problems, ['reset', 'the connection was lost']);
  },
);
