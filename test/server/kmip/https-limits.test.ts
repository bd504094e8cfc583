import { setTimeout as wait } from 'node:timers/promises';
import t from 'tap';
import { Operation } from '../../../kmip-codec/index.ts';
import { operation, operations } from '../../../server/operations/index.ts';
import { runServer } from '../running-server.ts';
import { HttpsClient, httpRequest, rawConnection } from './https-client.ts';
import { bytesOf, createItem, endings, getItem } from './messages.ts';
import { slowActivate } from './slow-operation.ts';

const INVALID = { action: 'hs-crypto.kmip-key.default', outcome: 'failure' };
const activateItem = { operation: Operation.Activate, requestPayload: {} };

t.test('what is no message in a POST to /kmip gets the status of HTTP, an event, and the connection ends', async t => {
  const server = await runServer(t, { settings: { 'limits.messageBytesMax': 1024 } });
  const identity = await server.addClient('a');
  const body = bytesOf([createItem()]);
  const long = Buffer.alloc(3000);
  const cases: [string, Buffer, number, RegExp, RegExp?][] = [
    ['another path', httpRequest(body, { line: 'POST / HTTP/1.1' }), 404, /another path/],
    ['a path that begins alike', httpRequest(body, { line: 'POST /kmip/ HTTP/1.1' }), 404, /another path/],
    ['GET', httpRequest('', { line: 'GET /kmip HTTP/1.1' }), 405, /no POST/, /^allow: POST\r$/im],
    ['PUT', httpRequest(body, { line: 'PUT /kmip HTTP/1.1' }), 405, /no POST/, /^allow: POST\r$/im],
    ['OPTIONS', httpRequest('', { line: 'OPTIONS /kmip HTTP/1.1' }), 405, /no POST/, /^allow: POST\r$/im],
    ['CONNECT', httpRequest('', { line: 'CONNECT host:443 HTTP/1.1' }), 405, /no POST/, /^allow: POST\r$/im],
    [
      'what a form sends',
      httpRequest(body, { headers: { 'content-type': 'text/plain' } }),
      415,
      /another Content-Type/,
      /^accept: application\/octet-stream, text\/xml, application\/json\r$/im,
    ],
    ['another charset', httpRequest(body, { headers: { 'content-type': 'text/xml; charset=utf-16' } }), 415, /Type/],
    ['compressed', httpRequest(body, { headers: { 'content-encoding': 'gzip' } }), 415, /Content-Encoding/],
    ['too long', httpRequest(long), 413, /3000 bytes, at most 1024/],
    [
      'said to be too long',
      httpRequest('', { headers: { 'content-length': '99999999999', expect: '100-continue' } }),
      413,
      /at most 1024/,
    ],
    ['no Host', Buffer.from('POST /kmip HTTP/1.1\r\nContent-Length: 0\r\n\r\n'), 400, /without Host/],
    ['no HTTP', Buffer.from('Hello, kmipd\r\n\r\n'), 400, /no HTTP/],
    ['two lengths', httpRequest(body, { headers: { 'transfer-encoding': 'chunked' } }), 400, /no HTTP/],
    ['long headers', httpRequest(body, { headers: { 'x-long': 'x'.repeat(9000) } }), 431, /more than 8192 bytes/],
  ];
  for (const [what, bytes, status, message, header] of cases) {
    const before = (await server.events()).length;
    const { socket, closed, received } = await rawConnection(t, server, identity);
    socket.write(bytes);
    t.equal(await closed, undefined, `${what}: closed without a reset`);
    t.match(received(), new RegExp(`^HTTP/1\\.1 ${status} `), what);
    t.match(received(), /^connection: close\r$/im, what);
    t.match(received(), message, what);
    if (header) t.match(received(), header, what);
    const events = (await server.events()).slice(before);
    t.match(events, [{ ...INVALID, reason: { reasonCode: status === 413 ? 413 : 400 } }], `${what}: one event`);
  }
  t.same(
    server.logged.filter(({ level }) => level === 'error'),
    [],
  );
});

t.test('a body that is too long in chunks is refused as soon as it is, and the client gets the answer', async t => {
  const server = await runServer(t, { settings: { 'limits.messageBytesMax': 1024 } });
  const identity = await server.addClient('a');
  const client = new HttpsClient(t, server, identity);
  t.match(await client.post(Buffer.alloc(200_000), { pieces: 1000 }), { status: 413 });
  const { socket, closed, received } = await rawConnection(t, server, identity);
  socket.write(httpRequest('', { headers: { 'content-length': '4000000' } }));
  for (let i = 0; i < 40; i++) socket.write(Buffer.alloc(100_000));
  t.equal(await closed, undefined);
  t.match(received(), /^HTTP\/1\.1 413 /);
  t.same(endings(await new HttpsClient(t, server, identity).batch([createItem()])), ['Success']);
});

t.test('requests that are sent at once are answered in order, one at a time', async t => {
  let running = 0;
  let most = 0;
  const slow = operation(Operation.Activate, {
    changes: true,
    async run() {
      most = Math.max(most, ++running);
      await wait(30);
      running--;
      return { uniqueIdentifier: 'done' };
    },
  });
  const server = await runServer(t, { operations: new Map([...operations, [Operation.Activate, slow]]) });
  const { socket, until } = await rawConnection(t, server, await server.addClient('a'));
  const requests = Array.from({ length: 8 }, (_, i) =>
    httpRequest(bytesOf([i % 2 ? activateItem : getItem(`no-${i}`)], { header: { clientCorrelationValue: `${i}` } })),
  );
  socket.write(Buffer.concat(requests));
  const received = await until(/HTTP\/1\.1 200 /, 8);
  const order = received.split('HTTP/1.1 200 OK').slice(1);
  t.same(
    order.map(each => each.includes('done')),
    Array.from({ length: 8 }, (_, i) => i % 2 === 1),
  );
  t.equal(most, 1);
  t.equal((await server.events()).length, 8);
});

t.test('who sends faster than it is answered is held back, and gets every answer', async t => {
  const server = await runServer(t);
  const { socket, until } = await rawConnection(t, server, await server.addClient('a'));
  socket.write(Buffer.concat(Array.from({ length: 400 }, () => httpRequest(bytesOf([getItem('x'.repeat(2000))])))));
  t.ok(await until(/HTTP\/1\.1 200 /, 400));
  t.equal((await server.events()).length, 400);
});

t.test('more requests at once than may wait end the connection', async t => {
  const server = await runServer(t);
  const identity = await server.addClient('a');
  const { socket, closed } = await rawConnection(t, server, identity);
  socket.write(Buffer.concat(Array.from({ length: 2000 }, () => httpRequest(bytesOf([getItem('x')])))));
  await closed;
  t.ok(server.logged.some(({ fields }) => fields['waitingFor'] === 'its own requests to be answered'));
  t.same(endings(await new HttpsClient(t, server, identity).batch([createItem()])), ['Success']);
});

t.test('who is silent for too long is let go, before a request and after one', async t => {
  const server = await runServer(t, { settings: { 'limits.idleTimeoutMs': 400 } });
  const identity = await server.addClient('a');
  const [silent, asked] = [await rawConnection(t, server, identity), await rawConnection(t, server, identity)];
  asked.socket.write(httpRequest(bytesOf([createItem()])));
  t.match(await asked.until(/\r\n\r\n/), /^HTTP\/1\.1 200 /);
  t.equal(await silent.closed, undefined);
  t.equal(await asked.closed, undefined);
});

t.test('a request must come within its time, however often a byte comes: head, body and the next one', async t => {
  const server = await runServer(t, { settings: { 'limits.requestTimeoutMs': 500, 'limits.idleTimeoutMs': 60_000 } });
  const identity = await server.addClient('slow');
  const whole = httpRequest(bytesOf([createItem()]));
  const head = whole.indexOf('\r\n\r\n');
  /** Sends `first`, and then byte after byte from there on. Gives what came back, and how far it got. */
  const drip = async (from: number, first?: Buffer) => {
    const { socket, closed, received, until } = await rawConnection(t, server, identity);
    if (first) {
      socket.write(first);
      await until(/\r\n\r\n/);
    }
    socket.write(whole.subarray(0, from));
    let sent = from;
    for (; sent < whole.length && !socket.destroyed; sent++) {
      socket.write(whole.subarray(sent, sent + 1));
      await wait(20);
    }
    await closed;
    return { answers: received().split('HTTP/1.1').length - 1, sent };
  };
  const [inHead, inBody, inNext] = await Promise.all([drip(0), drip(head + 10), drip(0, whole)]);
  t.equal(inHead.answers, 0);
  t.ok(inHead.sent < head, 'cut within the head');
  t.equal(inBody.answers, 0);
  t.ok(inBody.sent < whole.length, 'cut within the body');
  t.equal(inNext.answers, 1);
  t.ok(inNext.sent < head, 'cut within the head of the second');
});

t.test('who never reads the answers is cut off', async t => {
  const long = operation(Operation.Activate, {
    changes: true,
    run: () => Promise.resolve({ uniqueIdentifier: 'x'.repeat(1_000_000) }),
  });
  const server = await runServer(t, {
    settings: { 'limits.requestTimeoutMs': 500 },
    operations: new Map([...operations, [Operation.Activate, long]]),
  });
  const { socket } = await rawConnection(t, server, await server.addClient('deaf'));
  socket.pause();
  socket.write(Buffer.concat(Array.from({ length: 50 }, () => httpRequest(bytesOf([activateItem])))));
  const isCut = () => server.logged.some(({ fields }) => fields['waitingFor'] === 'answer not taken');
  for (let i = 0; i < 200 && !isCut(); i++) await wait(50);
  t.ok(isCut());
});

t.test('connections over the limit are told so in KMIP, and both protocols are counted together', async t => {
  const server = await runServer(t, { settings: { 'limits.connectionsPerClientMax': 2 } });
  const identity = await server.addClient('a');
  const ttlv = await server.connect(identity);
  const https = new HttpsClient(t, server, identity);
  t.same(endings(await https.batch([createItem()])), ['Success']);
  const over = new HttpsClient(t, server, identity);
  t.match(await over.batch([createItem()]), { batchItems: [{ resultMessage: /this client has 2 connections/ }] });
  t.same(endings(await ttlv.batch([createItem()])), ['Success']);
  t.same(endings(await new HttpsClient(t, server, await server.addClient('b')).batch([createItem()])), ['Success']);
});

t.test('stop answers what is under way, ends what is idle, and takes nothing more', async t => {
  const slow = slowActivate(() => wait(300));
  const server = await runServer(t, { operations: slow.operations });
  const identity = await server.addClient('a');
  const whole = httpRequest(bytesOf([createItem()]));
  const [silent, idle, working, sending] = await Promise.all(
    [1, 2, 3, 4].map(() => rawConnection(t, server, identity)),
  );
  idle!.socket.write(whole);
  await idle!.until(/\r\n\r\n/);
  sending!.socket.write(whole.subarray(0, whole.length - 20));
  working!.socket.write(httpRequest(bytesOf([activateItem])));
  await slow.begun;
  await wait(50);
  const stopped = server.stop();
  t.equal(await silent!.closed, undefined);
  t.equal(await idle!.closed, undefined);
  sending!.socket.write(whole.subarray(whole.length - 20));
  t.match(await sending!.until(/\r\n\r\n/), /^HTTP\/1\.1 200 OK\r\n[^]*connection: close/i);
  t.match(await working!.until(/\r\n\r\n/), /^HTTP\/1\.1 200 OK\r\n[^]*connection: close/i);
  await stopped;
  await t.rejects(rawConnection(t, server, identity), { code: 'ECONNREFUSED' });
});
