import { createHmac, timingSafeEqual } from 'node:crypto';
import t from 'tap';
import { TryLater } from '../../../server/audit/index.ts';
import { recordLine } from '../../../server/chain/index.ts';
import type { WebhookSinkSetting } from '../../../server/settings/index.ts';
import { type HttpSinkOptions, webhookSink } from '../../../server/sinks/webhook.ts';
import { asEvent, certificates, events, idOf, jsonOf, receiver, type Received } from './receiver.ts';

const NOW = new Date('2026-11-23T05:00:00.900Z');
const SECRET = 'a secret of thirty-two bytes ....';

const sinkTo = (setting: Omit<WebhookSinkSetting, 'type'>, options: Partial<HttpSinkOptions> = {}) =>
  webhookSink({ type: 'webhook', ...setting }, { name: 'hook', format: asEvent, now: () => NOW, ...options });

/** Whether a receiver that follows the Standard Webhooks page takes the message: written from that page alone. */
function isAuthentic({ headers, body }: Pick<Received, 'headers' | 'body'>, secret: Buffer, nowSeconds: number) {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string') return false;
  if (id.includes('.') || !/^\d+$/.test(timestamp) || Math.abs(Number(timestamp) - nowSeconds) > 300) return false;
  const expected = createHmac('sha256', secret).update([id, timestamp, body].join('.'), 'utf8').digest();
  return signatures.split(' ').some(signature => {
    const [version, value = ''] = signature.split(',');
    const given = Buffer.from(value, 'base64');
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
}

t.test('POSTs a batch as a JSON array of the events as they are kept', async t => {
  const { url, received } = await receiver(t, () => 204);
  const sink = sinkTo({ url: `${url}/in?from=kmipd` });
  await sink.deliver(events(1, 3));
  await sink.close();
  t.equal(received.length, 1);
  t.match(received[0], { method: 'POST', path: '/in?from=kmipd', headers: { 'content-type': 'application/json' } });
  const body = received[0]?.body ?? '';
  t.same(
    JSON.parse(body),
    [1, 2, 3].map(seq => JSON.parse(jsonOf(seq))),
  );
  for (const seq of [1, 2, 3]) t.ok(body.includes(jsonOf(seq)), 'byte by byte as it was hashed');
  t.notOk(received[0]?.headers['webhook-signature'], 'not signed without a secret');
});

t.test('lines of text where the format is CEF, whole records where it is record', async t => {
  const { url, received } = await receiver(t, () => 200);
  const cef = sinkTo({ url, format: 'cef' }, { format: ({ seq }) => `CEF:0|${seq}` });
  await cef.deliver(events(1, 2));
  await cef.close();
  t.match(received[0], { headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'CEF:0|1\nCEF:0|2\n' });
  const record = sinkTo({ url, format: 'record' }, { format: recordLine });
  await record.deliver(events(1, 2));
  await record.close();
  t.same(
    JSON.parse(received[1]?.body ?? ''),
    events(1, 2).map(event => JSON.parse(recordLine(event))),
  );
});

t.test('signs so that another program can check it; with two secrets both may (Standard Webhooks)', async t => {
  const { file } = await certificates(t);
  const raw = Buffer.from('0123456789abcdefghijklmnopqrstuv');
  const secretFile = file('secrets', `${SECRET}\n\n  whsec_${raw.toString('base64')}\n`);
  const { url, received } = await receiver(t, () => 200);
  const sink = sinkTo({ url, secretFile });
  await sink.deliver(events(1, 2));
  await sink.close();
  const [message] = received;
  if (!message) return t.fail('nothing was received');
  const seconds = NOW.getTime() / 1000;
  t.equal(message.headers['webhook-timestamp'], String(Math.floor(seconds)));
  t.ok(isAuthentic(message, Buffer.from(SECRET), seconds));
  t.ok(isAuthentic(message, raw, seconds));
  t.notOk(isAuthentic(message, Buffer.from('another secret of the same length'), seconds));
  t.notOk(isAuthentic({ ...message, body: message.body.replace('0001', '0002') }, raw, seconds), 'an altered body');
  const later = { ...message.headers, 'webhook-timestamp': String(Math.floor(seconds) + 1) };
  t.notOk(isAuthentic({ ...message, headers: later }, raw, seconds), 'an altered time');
  t.notOk(isAuthentic(message, raw, seconds + 301), 'an old message');
});

t.test(
  'a secret that is missing, empty or short is a failure that does not say the secret; a new one is used at once',
  async t => {
    const { file } = await certificates(t);
    const { url, received } = await receiver(t, () => 200);
    await t.rejects(sinkTo({ url, secretFile: `${file('x', '')}.absent` }).deliver(events(1, 1)), { code: 'ENOENT' });
    const secretFile = file('secret', ' \n');
    const sink = sinkTo({ url, secretFile });
    await t.rejects(sink.deliver(events(1, 1)), { message: /secret is empty, a secret is expected/ });
    file('secret', 'too short');
    await t.rejects(sink.deliver(events(1, 1)), { message: /has 9 bytes, at least 24 are expected/ });
    t.equal(received.length, 0, 'nothing goes out unsigned');
    file('secret', SECRET);
    await sink.deliver(events(1, 1));
    await sink.close();
    t.equal(received.length, 1);
  },
);

t.test(
  'a batch that is sent again has the same events and the same key, however many more there are by then',
  async t => {
    const { url, received } = await receiver(t, (_, __, index) => (index < 2 ? 500 : 200));
    const sink = sinkTo({ url });
    await t.rejects(sink.deliver(events(1, 3)), { message: 'the receiver has answered 500, 200 is expected' });
    await t.rejects(sink.deliver(events(1, 5)));
    await sink.deliver(events(1, 9));
    await sink.deliver(events(10, 10));
    await sink.close();
    const ids = received.map(({ body }) => (JSON.parse(body) as { id: string }[]).map(({ id }) => id));
    t.same(
      ids,
      [[1, 2, 3], [1, 2, 3], [1, 2, 3], [4, 5, 6, 7, 8, 9], [10]].map(batch => batch.map(idOf)),
    );
    const keys = received.map(({ headers }) => headers['webhook-id']);
    t.same(
      keys,
      [
        [1, 3],
        [1, 3],
        [1, 3],
        [4, 9],
        [10, 10],
      ].map(([first, last]) => `${idOf(first!)}_${idOf(last!)}`),
    );
    t.same(
      received.map(({ headers }) => headers['idempotency-key']),
      keys.map(key => `"${key}"`),
    );
  },
);

t.test('what was taken does not go out again when a later part of the same delivery failed', async t => {
  const { url, received } = await receiver(t, (_, __, index) => (index === 1 || index === 3 ? 503 : 200));
  const sink = sinkTo({ url });
  await sink.deliver(events(1, 2));
  await t.rejects(sink.deliver(events(3, 4)));
  await t.rejects(sink.deliver(events(3, 8)));
  await sink.deliver(events(3, 8));
  await sink.close();
  t.same(
    received.map(({ headers }) => headers['webhook-id']),
    [
      [1, 2],
      [3, 4],
      [3, 4],
      [5, 8],
      [5, 8],
    ].map(([first, last]) => `${idOf(first!)}_${idOf(last!)}`),
  );
});

t.test('halves a batch that is too long for the receiver; a single event that is too long is a failure', async t => {
  const { url, received } = await receiver(t, ({ body }) => ((JSON.parse(body) as unknown[]).length > 3 ? 413 : 200));
  const sink = sinkTo({ url });
  await sink.deliver(events(1, 10));
  await sink.close();
  const lengths = received.map(({ body }) => (JSON.parse(body) as unknown[]).length);
  t.same(lengths, [10, 5, 3, 3, 3, 1]);
  const never = await receiver(t, () => 413);
  await t.rejects(sinkTo({ url: never.url }).deliver(events(1, 4)), { name: 'BatchTooLong' });
  t.same(never.received.length, 3);
});

t.test('comes again when the receiver says so, within bounds (RFC 9110 §10.2.3)', async t => {
  for (const [status, retryAfter, ms] of [
    [429, '7', 7_000],
    [503, '0', 0],
    [503, new Date(NOW.getTime() + 20_100).toUTCString(), 20_100],
    [503, new Date(0).toUTCString(), 0],
    [429, '999999', 300_000],
    [429, 'soon', undefined],
    [500, '7', undefined],
    [503, undefined, undefined],
  ] as const) {
    const { url } = await receiver(t, (_, response) => {
      response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end();
    });
    const sink = sinkTo({ url });
    const error: unknown = await sink.deliver(events(1, 1)).catch((error: unknown) => error);
    await sink.close();
    const given = error instanceof TryLater ? error.retryAfterMs : undefined;
    t.equal(given, ms, `${status} ${retryAfter}`);
    t.match((error as Error).message, new RegExp(`has answered ${status}`));
  }
});

t.test('does not follow redirects', async t => {
  const elsewhere = await receiver(t, () => 200);
  const { url } = await receiver(t, (_, response) => {
    response.writeHead(307, { location: `${elsewhere.url}/` }).end();
  });
  await t.rejects(sinkTo({ url }).deliver(events(1, 1)), { message: /307.*redirects are not followed/ });
  t.equal(elsewhere.received.length, 0);
});

t.test('keeps its connection, and begins a new one after a failure', async t => {
  const { url, connections } = await receiver(t, (_, response, index) => (index === 3 ? void response.destroy() : 200));
  const sink = sinkTo({ url });
  for (const seq of [1, 2, 3]) await sink.deliver(events(seq, seq));
  t.equal(connections.opened, 1);
  await t.rejects(sink.deliver(events(4, 4)), { message: 'the receiver cannot be reached: ECONNRESET' });
  await sink.deliver(events(4, 4));
  t.equal(connections.opened, 2);
  await sink.close();
});

t.test(
  'a receiver that does not answer, or does not end its answer, is a failure after the time of the setting',
  async t => {
    const { url, connections } = await receiver(t, (_, response, index) => {
      if (index === 1) response.writeHead(200).write('begun');
      if (index === 2) response.writeHead(200, { 'content-length': 100 }).write('cut', () => response.destroy());
    });
    const sink = sinkTo({ url, timeoutMs: 100 });
    for (let i = 0; i < 2; i++) {
      await t.rejects(sink.deliver(events(1, 1)), { message: 'the receiver has not answered within 100 ms' });
    }
    await t.rejects(sink.deliver(events(1, 1)), { message: /cannot be reached/ }, 'it is not sure that it was taken');
    t.equal(connections.opened, 3);
  },
);

t.test('given up, it lets go, and begins anew when it is called again', async t => {
  const { url, connections } = await receiver(t, (_, __, index) => (index === 0 ? undefined : 200));
  const sink = sinkTo({ url });
  const giveUp = new AbortController();
  const delivery = sink.deliver(events(1, 1), giveUp.signal);
  setTimeout(() => giveUp.abort(new Error('given up')), 50);
  await t.rejects(delivery, { message: 'given up' });
  await sink.deliver(events(1, 1), new AbortController().signal);
  t.equal(connections.opened, 2);
  await sink.close();
});

t.test('of an endless answer only the beginning is read', async t => {
  let written = 0;
  const { url, connections } = await receiver(t, (_, response) => {
    response.writeHead(200);
    const more = () => {
      if (response.destroyed) return;
      written += 65_536;
      if (response.write(Buffer.alloc(65_536))) setImmediate(more);
      else response.once('drain', more);
    };
    more();
  });
  const sink = sinkTo({ url });
  await sink.deliver(events(1, 1));
  await sink.deliver(events(2, 2));
  await sink.close();
  t.ok(written < 20_000_000, `${written} bytes of an endless answer`);
  t.equal(connections.opened, 2);
});

t.test('over TLS: the receiver must be the one that its authority vouches for', async t => {
  const files = await certificates(t);
  const good = await receiver(t, () => 200, { tls: files.server });
  const sink = sinkTo({ url: good.url, ca: files.ca });
  await sink.deliver(events(1, 1));
  await sink.close();
  t.equal(good.received.length, 1);
  const elsewhere = await receiver(t, () => 200, { tls: files.elsewhere });
  for (const [setting, problem] of [
    [{ url: good.url }, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    [{ url: good.url, ca: files.otherCa }, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    [{ url: elsewhere.url, ca: files.ca }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ] as const) {
    await t.rejects(sinkTo(setting).deliver(events(1, 1)), { message: `the receiver cannot be reached: ${problem}` });
  }
  t.equal(good.received.length + elsewhere.received.length, 1, 'nobody else has seen an event');
});

t.test('shows a client certificate where the receiver wants one; files are read anew after a failure', async t => {
  const files = await certificates(t);
  const { url, received } = await receiver(t, () => 200, { tls: files.wantingClients });
  await t.rejects(sinkTo({ url, ca: files.ca }).deliver(events(1, 1)), { message: /cannot be reached/ });
  const ca = files.file('late.pem', 'not there yet');
  const sink = sinkTo({ url, ca, ...files.client });
  await t.rejects(sink.deliver(events(1, 1)));
  files.file('late.pem', files.read(files.ca));
  await sink.deliver(events(1, 1));
  await sink.close();
  t.same(
    received.map(({ client }) => client),
    ['CN=sink'],
  );
});

t.test('sends no header that tells about this machine, and errors name no address', async t => {
  const { url, received, close } = await receiver(t, () => 200);
  const sink = sinkTo({ url });
  await sink.deliver(events(1, 1));
  const names = (received[0]?.rawHeaders ?? []).filter((_, i) => i % 2 === 0).map(name => name.toLowerCase());
  t.same(names.sort(), [
    ...['connection', 'content-length', 'content-type', 'host', 'idempotency-key', 'user-agent', 'webhook-id'],
    'webhook-timestamp',
  ]);
  t.match(received[0]?.headers, { host: new URL(url).host, 'user-agent': 'kmipd' });
  await close();
  const error = (await sink.deliver(events(2, 2)).catch((error: unknown) => error)) as Error;
  t.match(error.message, /cannot be reached: ECONN/);
  t.notMatch(JSON.stringify([error.message, error.stack, error.cause]), /127\.0\.0\.1/);
});
