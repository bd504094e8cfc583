import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { defaultServiceIdentity } from '../../../server/audit/identity.ts';
import { type Sink, startDelivery } from '../../../server/audit/index.ts';
import { otlpSink, webhookSink } from '../../../server/sinks/index.ts';
import { memoryLog, until } from '../audit/delivery/memory-log.ts';
import { otlpProblem, type OtlpRequest } from './otlp-json.ts';
import { asEvent, certificates, idOf, jsonOf, receiver, type Received } from './receiver.ts';

const EVENTS = 400;
const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 32));
const timing = { retryFirstMs: 2, retryMaxMs: 10, lookMs: 20, hangingMs: 30, giveUpMs: 80, drainMs: 500 };

/** Numbers from 0 up to `below`, the same ones for the same seed (mulberry32). */
function dice(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

type Fault = (response: ServerResponse) => void;
/** What may befall a batch, and whether the receiver has taken it all the same. */
const FAULTS: readonly (readonly [name: string, isTaken: boolean, Fault])[] = [
  ['500', false, response => void response.writeHead(500).end()],
  ['503 later', false, response => void response.writeHead(503, { 'retry-after': '0' }).end()],
  ['reset', false, response => void response.destroy()],
  ['hang', false, () => {}],
  ['taken, and reset', true, response => void response.destroy()],
  ['taken, and 500', true, response => void response.writeHead(500).end()],
  [
    'taken, and cut',
    true,
    response => void response.writeHead(200, { 'content-length': 9 }).write('x', () => response.destroy()),
  ],
  ['taken slowly', true, response => void setTimeout(() => response.writeHead(200).end(), 15)],
];

/** Delivers to a receiver that fails at random; what it took, with duplicates, and what befell it. */
async function delivered(
  t: Test,
  sinkTo: (url: string, ca: string) => Sink,
  idsIn: (one: Received) => string[],
  seed: number,
) {
  const random = dice(seed);
  const files = await certificates(t);
  const taken: { readonly ids: string[]; readonly key: string | undefined }[] = [];
  const befell = new Set<string>();
  let isMended = false;
  const { url, received } = await receiver(
    t,
    (one, response) => {
      const fault = isMended || random(2) === 0 ? undefined : FAULTS[random(FAULTS.length)];
      if (!fault || fault[1]) taken.push({ ids: idsIn(one), key: one.headers['webhook-id']?.toString() });
      if (!fault) return 200;
      befell.add(fault[0]);
      return fault[2](response);
    },
    { tls: files.server },
  );
  const log = memoryLog();
  const sink = sinkTo(url, files.ca);
  const delivery = startDelivery({
    ...{ events: log.events, cursors: log.cursors, sinks: [sink], batchSize: 16, timing },
    ...{ now: () => new Date(), onProblem: () => {} },
  });
  while (log.log.length < EVENTS) {
    log.append(1 + random(12), { json: jsonOf, id: idOf });
    await delay(random(12));
  }
  isMended = true;
  await until(() => log.kept.get(sink.name) === log.log.length, 'all delivered');
  const [state] = await delivery.states();
  await delivery.stop();
  t.match(state, { lag: 0, failures: 0, isHanging: false, since: undefined });
  t.ok((state?.failuresTotal ?? 0) > 0, `${state?.failuresTotal} failures: ${[...befell].join(', ')}`);
  return { taken, received, ids: log.log.map(({ id }) => id) };
}

const distinct = (all: readonly string[]) => [...new Set(all)];

t.comment(`SEED=${SEED}`);

t.test(
  'property 16: a webhook that fails at random has every event in the end, in order, and knows a batch that comes again',
  async t => {
    const sinkTo = (url: string, ca: string) =>
      webhookSink(
        { type: 'webhook', url, ca, timeoutMs: 1000 },
        { name: 'hook', format: asEvent, now: () => new Date() },
      );
    const idsIn = ({ body }: Received) => (JSON.parse(body) as { id: string }[]).map(({ id }) => id);
    const { taken, received, ids } = await delivered(t, sinkTo, idsIn, SEED);
    const all = taken.flatMap(batch => batch.ids);
    t.same(distinct(all), ids);
    t.comment(`${all.length - ids.length} of ${all.length} taken were duplicates`);
    // A receiver that goes by the key alone has no duplicate.
    const byKey = new Map<string | undefined, string[]>();
    for (const { key, ids } of taken) {
      if (byKey.has(key)) t.same(byKey.get(key), ids, 'the same key, the same batch');
      byKey.set(key, ids);
    }
    t.same([...byKey.values()].flat(), ids);
    const keys = received.map(({ headers }) => headers['webhook-id']);
    t.ok(new Set(keys).size < keys.length, 'batches came again');
  },
);

t.test('property 16: an OTLP receiver that fails at random has every event, in order, in valid requests', async t => {
  const service = defaultServiceIdentity;
  const sinkTo = (url: string, ca: string) =>
    otlpSink(
      { type: 'otlp', url: `${url}/v1/logs`, ca, timeoutMs: 1000 },
      { name: 'otlp', format: asEvent, now: () => new Date(), service },
    );
  const idsIn = ({ body }: Received) => {
    const request = JSON.parse(body) as OtlpRequest;
    const problem = otlpProblem(request);
    if (problem !== undefined) t.fail(problem);
    const records = request.resourceLogs.flatMap(({ scopeLogs }) => scopeLogs).flatMap(({ logRecords }) => logRecords);
    return records.map(({ body }) => (JSON.parse(body.stringValue ?? '') as { id: string }).id);
  };
  const { taken, ids } = await delivered(t, sinkTo, idsIn, SEED + 1);
  const all = taken.flatMap(batch => batch.ids);
  t.same(distinct(all), ids);
  t.comment(`${all.length - ids.length} of ${all.length} taken were duplicates`);
});
