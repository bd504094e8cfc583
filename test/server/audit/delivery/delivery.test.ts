import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { type DeliveryProblem, type Sink, startDelivery } from '../../../../server/audit/delivery/index.ts';
import type { CursorKeeper, EventReader, SequencedEvent } from '../../../../server/store/store.ts';

/** A log of events in memory, with cursors that outlive a delivery as a database does. */
function memoryLog() {
  const log: SequencedEvent[] = [];
  const cursors = new Map<string, number>();
  const callbacks = new Set<() => void>();
  const failing = { events: 0, cursors: 0 };
  const events: EventReader = {
    async after(seq, limit) {
      if (failing.events-- > 0) throw new Error('the database is locked');
      return log.filter(event => event.seq > seq).slice(0, limit);
    },
    latest: async limit => log.slice(-limit),
    lastSeq: async () => log.length,
    onCommitted(callback) {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
  };
  const keeper: CursorKeeper = {
    get: async sink => cursors.get(sink) ?? 0,
    async set(sink, seq) {
      if (failing.cursors-- > 0) throw new Error('the database is full');
      cursors.set(sink, seq);
    },
  };
  return {
    events,
    cursors: keeper,
    kept: cursors,
    failing,
    callbacks,
    append(count: number, announce = true) {
      for (let i = 0; i < count; i++) {
        const seq = log.length + 1;
        const fields = { action: 'a', outcome: 'success', severity: 'normal', initiator: 'i' };
        log.push({ seq, id: `id-${seq}`, json: `{"seq":${seq}}`, time: new Date(seq), ...fields });
      }
      if (announce) callbacks.forEach(callback => callback());
    },
  };
}

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
const timing = { retryFirstMs: 5, retryMaxMs: 40, lookMs: 20, hangingMs: 30, drainMs: 100 };
const common = { now: () => new Date(0), timing };

async function until(holds: () => boolean, what: string) {
  for (let i = 0; i < 1_000 && !holds(); i++) await delay(5);
  if (!holds()) throw new Error(`did not come true within 5 s: ${what}`);
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
  log.append(2, false);
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
  const start = performance.now();
  await delivery.stop();
  t.ok(performance.now() - start < 1_000, 'stop came back');
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
