import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { type DeliveryProblem, startDelivery } from '../../../server/audit/index.ts';
import { syslogSink, type SyslogTiming } from '../../../server/sinks/index.ts';
import type { SyslogSinkSetting } from '../../../server/settings/index.ts';
import { memoryLog, until } from '../audit/delivery/memory-log.ts';
import { asEvent, certificates, events, idOf, jsonOf } from './receiver.ts';
import { type Manner, type SyslogReceiver, syslogReceiver } from './syslog-receiver.ts';

/** So that minutes of a receiver's life pass in seconds. */
const SOON: SyslogTiming = {
  ...{ stallMs: 250, endMs: 250, closeMs: 1_500 },
  ...{ turnMs: 30, turnBytes: 64 * 1024, quietMs: 5, settleMs: 60 },
};
const options = { name: 'syslog', format: asEvent, serviceName: 'Key service', timing: SOON };
const sinkTo = (receiver: SyslogReceiver, more: Partial<SyslogSinkSetting> = {}, timing: Partial<SyslogTiming> = {}) =>
  syslogSink(
    { type: 'syslog', host: '127.0.0.1', transport: 'tcp', ...more, port: receiver.port },
    { ...options, timing: { ...SOON, ...timing } },
  );
const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);
const distinct = <T>(all: readonly T[]): T[] => [...new Set(all)];

/** Delivers a log to the receiver as the server does. */
function delivered(t: Test, receiver: SyslogReceiver, more: Partial<SyslogSinkSetting> = {}, timing = {}) {
  const log = memoryLog();
  const problems: DeliveryProblem[] = [];
  const delivery = startDelivery({
    events: log.events,
    cursors: log.cursors,
    sinks: [sinkTo(receiver, more, timing)],
    batchSize: 20,
    now: () => new Date(0),
    onProblem: problem => problems.push(problem),
    timing: { retryFirstMs: 5, retryMaxMs: 40, lookMs: 10, hangingMs: 60_000 },
  });
  t.teardown(() => delivery.stop());
  return {
    append: (count: number) => log.append(count, { json: jsonOf, id: idOf }),
    cursor: () => log.kept.get('syslog') ?? 0,
    problems,
    delivery,
  };
}

t.test('sends each event as one message, in order; safe when the receiver has read it and lived on', async t => {
  const receiver = await syslogReceiver(t);
  const { append, cursor, problems } = delivered(t, receiver);
  append(50);
  await until(() => receiver.kept.length === 50, '50 kept');
  await until(() => cursor() === 50, 'the cursor at 50');
  append(3);
  await until(() => cursor() === 53, 'the cursor at 53');
  t.same(receiver.seqs(), upTo(53), 'none twice');
  t.same(
    receiver.kept.map(({ msg }) => msg),
    upTo(53).map(jsonOf),
  );
  t.ok(receiver.kept.every(({ hostname, appName }) => hostname === 'Key-service' && appName === 'kmipd'));
  t.same(problems, []);
  await until(() => receiver.open.size === 0, 'no connection while there is nothing to send');
});

t.test('nothing is safe before its connection’s end was answered and the next one’s too', async t => {
  const receiver = await syslogReceiver(t);
  const sink = sinkTo(receiver, {}, { turnMs: 60_000 });
  t.same(await sink.deliver(events(1, 5)), { safeUpTo: 0 });
  await until(() => receiver.kept.length === 5, '5 kept');
  t.equal(sink.safeUpTo?.(), 0, 'on the disk of the receiver, but who knows');
  await sink.close();
  t.equal(sink.safeUpTo?.(), 5, 'proved at the end');
  t.equal(receiver.connections, 2);
  t.equal(receiver.open.size, 0);
});

t.test('what was read a moment ago is not safe, however many connections have followed', async t => {
  const receiver = await syslogReceiver(t);
  const sink = sinkTo(receiver, {}, { turnBytes: 1, settleMs: 60_000, closeMs: 50 });
  for (const seq of [1, 2, 3]) t.same(await sink.deliver(events(seq, seq)), { safeUpTo: 0 });
  t.same(receiver.seqs(), [1, 2, 3]);
  t.equal(receiver.connections, 4);
  await sink.close();
  t.throws(() => sink.safeUpTo?.(), { message: 'the receiver was not done in time' }, 'it comes again');
});

t.test('TLS: only to a receiver whose name an authority of ours vouches for (RFC 5425 §5)', async t => {
  const { ca, otherCa, server, elsewhere, wantingClients, client } = await certificates(t);
  const tls = { transport: 'tls', ca } as const;
  const refused = async (receiver: SyslogReceiver, more: Partial<SyslogSinkSetting>) => {
    const sink = sinkTo(receiver, more);
    const error = await sink.deliver(events(1, 1)).then(
      () => sink.close().then(() => sink.safeUpTo?.() ?? 0),
      (problem: Error) => problem,
    );
    await sink.close();
    t.same(receiver.kept, [], 'nothing was sent');
    return error instanceof Error ? error.message : `accepted up to ${error}`;
  };
  const good = await syslogReceiver(t, server);
  const sink = sinkTo(good, tls);
  await sink.deliver(events(1, 3));
  await sink.close();
  t.equal(sink.safeUpTo?.(), 3);
  t.same(good.seqs(), [1, 2, 3]);

  const other = await syslogReceiver(t, server);
  t.equal(
    await refused(other, { ...tls, ca: otherCa }),
    'the receiver cannot be reached: UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  );
  t.match(
    await refused(other, { transport: 'tls' }),
    /: (UNABLE_TO_GET_ISSUER_CERT_LOCALLY|UNABLE_TO_VERIFY_LEAF_SIGNATURE)$/,
  );
  t.equal(
    await refused(other, { ...tls, serverName: 'receiver.example' }),
    'the receiver cannot be reached: ERR_TLS_CERT_ALTNAME_INVALID',
  );
  t.match(await refused(other, { ...tls, ca: '/nowhere/ca.pem' }), /^ca: the file cannot be read: ENOENT/);

  const named = await syslogReceiver(t, elsewhere);
  t.equal(await refused(named, tls), 'the receiver cannot be reached: ERR_TLS_CERT_ALTNAME_INVALID');
  const byName = sinkTo(named, { ...tls, serverName: 'receiver.example' });
  await byName.deliver(events(1, 1));
  await byName.close();
  t.equal(byName.safeUpTo?.(), 1);

  const old = await syslogReceiver(t, {
    ...server,
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  });
  t.match(await refused(old, tls), /^the receiver cannot be reached: ERR_SSL_/);

  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const wanting = await syslogReceiver(t, { ...wantingClients, maxVersion });
    const known = sinkTo(wanting, { ...tls, ...client });
    await known.deliver(events(1, 2));
    await known.close();
    t.equal(known.safeUpTo?.(), 2, maxVersion);
    const unknown = sinkTo(wanting, tls);
    const outcome = async () => {
      await unknown.deliver(events(3, 3));
      await unknown.close();
      return unknown.safeUpTo?.();
    };
    const problem = await outcome().catch((error: Error) => error);
    await unknown.close();
    t.ok(problem instanceof Error || problem === 0, `${maxVersion}: without a certificate nothing is safe`);
    t.same(wanting.seqs(), [1, 2]);
  }
});

t.test('an error says what is wrong and no address', async t => {
  const receiver = await syslogReceiver(t);
  await receiver.kill();
  const sink = sinkTo(receiver);
  await t.rejects(sink.deliver(events(1, 1)), { message: 'the receiver cannot be reached: ECONNREFUSED' });
  await sink.close();
});

t.test(
  'a receiver that takes and never reads gets nothing counted as safe, and not one batch after the other',
  async t => {
    const receiver = await syslogReceiver(t);
    receiver.manner = 'never reads';
    const { append, cursor, problems } = delivered(t, receiver);
    append(100);
    await until(() => problems.length >= 3, 'three problems');
    t.equal(cursor(), 0);
    t.match(problems[0]?.error, { message: /^the receiver has not read what was sent within/ });
    t.ok((problems[2]?.failures ?? 0) >= 2, 'failures in a row are counted');
    receiver.manner = 'good';
    await until(() => cursor() === 100, 'the cursor at 100');
    t.same(distinct(receiver.seqs()), upTo(100));
  },
);

t.test(
  'a receiver that takes more than the operating system holds for it is noticed while it is written to',
  async t => {
    const receiver = await syslogReceiver(t);
    receiver.manner = 'never reads';
    const sink = sinkTo(receiver, {}, { turnMs: 60_000, turnBytes: 1e9, endMs: 60_000 });
    const many = Array.from({ length: 4 }, () => events(1, 2_000)).flat();
    await t.rejects(
      (async () => {
        for (let i = 0; i < 20; i++) await sink.deliver(many);
      })(),
      { message: 'the connection has broken: nothing was taken for 250 ms' },
    );
    await sink.close();
  },
);

t.test('a receiver that reads and does not answer the end may be dead: what it got comes again', async t => {
  const receiver = await syslogReceiver(t);
  receiver.manner = 'never ends';
  const { append, cursor, problems } = delivered(t, receiver);
  append(10);
  await until(() => problems.length >= 2, 'two problems');
  t.equal(cursor(), 0);
  receiver.manner = 'good';
  await until(() => cursor() === 10, 'the cursor at 10');
  t.same(distinct(receiver.seqs()), upTo(10));
});

t.test('a receiver that is killed after it has read and before it has kept gets it again', async t => {
  const receiver = await syslogReceiver(t);
  receiver.memoryMs = 40;
  const { append, cursor } = delivered(t, receiver);
  for (let round = 1; round <= 5; round++) {
    const before = receiver.kept.length;
    append(10);
    // Its first connection was answered; messages are in memory.
    await until(() => receiver.connections >= 2 * round, 'a second connection');
    await receiver.kill();
    t.ok(receiver.kept.length === before || cursor() < round * 10, 'lost, or at least not counted');
    await receiver.start();
    await until(() => cursor() === round * 10, `the cursor at ${round * 10}`);
  }
  t.same(distinct(receiver.seqs()), upTo(50));
});

t.test('what is given up comes again', async t => {
  const receiver = await syslogReceiver(t);
  receiver.manner = 'never reads';
  const sink = sinkTo(receiver, {}, { endMs: 60_000, turnBytes: 1 });
  const givingUp = new AbortController();
  const delivery = sink.deliver(events(1, 1), givingUp.signal);
  setTimeout(() => givingUp.abort(new Error('given up')), 50);
  await t.rejects(delivery, { message: 'given up' });
  receiver.manner = 'good';
  t.same(await sink.deliver(events(1, 1)), { safeUpTo: 1 }, 'the first after a failure is proved at once');
  await sink.close();
  t.same(receiver.seqs(), [1]);
});

/** Deterministic, so that a failure can be seen again: mulberry32. */
function randomFrom(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let z = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
    return ((z ^ (z >>> 14)) >>> 0) / 4_294_967_296;
  };
}

for (const transport of ['tcp', 'tls'] as const) {
  t.test(`${transport}: broken at random in every way, its distinct ids are the log, in order`, async t => {
    const { server, ca } = await certificates(t);
    const receiver = await syslogReceiver(t, transport === 'tls' ? server : undefined);
    receiver.memoryMs = 20;
    const seed = Number(process.env['KMIPD_TEST_SEED'] ?? Date.now() % 1e6);
    t.comment(`seed ${seed}`);
    const random = randomFrom(seed);
    const rounds = Number(process.env['KMIPD_TEST_ROUNDS'] ?? 40);
    const { append, cursor, problems, delivery } = delivered(t, receiver, transport === 'tls' ? { transport, ca } : {});
    let appended = 0;
    const load = (count: number) => {
      appended += count;
      append(count);
    };
    for (let round = 0; round < rounds; round++) {
      load(1 + Math.floor(random() * 60));
      const way = random();
      const manner: Manner =
        way < 0.15 ? 'never reads' : way < 0.3 ? 'never ends' : way < 0.5 ? { cutsAfterBytes: 2_000 } : 'good';
      receiver.manner = manner;
      await delay(random() * 150);
      load(1 + Math.floor(random() * 20));
      if (random() < 0.6) {
        await receiver.kill();
        await delay(random() * 40);
        await receiver.start();
      }
      const seqs = receiver.seqs();
      const lost = upTo(cursor()).find(seq => !seqs.includes(seq));
      if (lost !== undefined) t.fail(`round ${round}: ${lost} is counted as safe and lost`);
    }
    receiver.manner = 'good';
    for (let i = 0; i < 4 && cursor() < appended; i++)
      await until(() => cursor() === appended, 'the end').catch(() => {});
    t.equal(cursor(), appended);
    await delivery.stop();
    const seqs = receiver.seqs();
    t.same(distinct(seqs), upTo(appended));
    t.same(
      distinct(receiver.kept.map(({ structuredData }) => structuredData.get('kmipd@32473')?.get('id') ?? '')),
      upTo(appended).map(idOf),
    );
    t.ok(problems.length > 0);
    t.comment(`${appended} events, ${seqs.length - appended} duplicates, ${problems.length} problems`);
  });
}
