import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import t from 'tap';
import {
  decodeResponse,
  Name,
  NameType,
  Operation,
  ResultReason,
  showVersion,
  supportedVersions,
  type RequestBatchItem,
  type ResponseMessage,
  type Version,
} from '../../../kmip-codec/index.ts';
import type { AuditEvent } from '../../../server/audit/index.ts';
import { template } from '../operations/world.ts';
import { runServer, type RunningTestServer } from '../running-server.ts';
import { BODIES, HttpsClient, httpRequest, JSON_BODY, rawConnection, TTLV, XML } from './https-client.ts';
import { bytesOf, createItem, endings, getItem, identifierIn, itemFor } from './messages.ts';
import { slowActivate } from './slow-operation.ts';

type Send = (items: readonly RequestBatchItem[], version: Version) => Promise<ResponseMessage>;

/** From Create to Destroy, with some things that fail. Gives how each ended. */
async function life(send: Send, version: Version): Promise<string[]> {
  const created = await send([createItem()], version);
  const id = identifierIn(created.batchItems?.[0]);
  const requests: RequestBatchItem[][] = [
    [getItem(id), getItem('nobody’s <&> "key"'), getItem(id)],
    [itemFor(Operation.GetAttributes, id)],
    [{ operation: Operation.Locate, requestPayload: { attributes: template() } }],
    [itemFor(Operation.Activate, id)],
    [itemFor(Operation.Activate, id)],
    [
      {
        operation: Operation.Revoke,
        requestPayload: { uniqueIdentifier: id, revocationReason: { revocationReasonCode: 1 } },
      },
    ],
    [itemFor(Operation.Destroy, id)],
    [getItem(id)],
  ];
  const ended = endings(created);
  for (const items of requests) ended.push(...endings(await send(items, version)));
  return ended;
}

/** What events say beside ids and times, which differ from one life to the next. */
const told = (events: readonly AuditEvent[]) =>
  JSON.stringify(events, (_name, value: unknown) => (typeof value === 'number' && value > 1e12 ? 0 : value))
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'uuid')
    .replace(/\d{4}-\d\d-\d\dT[0-9:.]+(Z|\+\d{4})/g, 'time');

async function eventsOf(server: RunningTestServer, act: () => Promise<unknown>) {
  const before = (await server.events()).length;
  await act();
  return (await server.events()).slice(before);
}

for (const version of supportedVersions)
  t.test(
    `a key lives from Create to Destroy in each encoding, with the events of TTLV, KMIP ${showVersion(version)}`,
    async t => {
      const server = await runServer(t);
      const identity = await server.addClient('a');
      const plain = await server.connect(identity);
      let ended: string[] = [];
      const expected = await eventsOf(server, async () => {
        ended = await life((items, version) => plain.batch(items, { version }), version);
      });
      t.equal(ended.filter(each => each === 'Success').length, 7);
      for (const body of BODIES) {
        const client = new HttpsClient(t, server, identity);
        const events = await eventsOf(server, async () => {
          const send: Send = (items, version) => client.batch(items, { version, body });
          t.same(await life(send, version), ended, body.contentType);
        });
        t.equal(told(events), told(expected), `${body.contentType}: the same events`);
      }
      t.equal(server.connections, 1 + BODIES.length, 'each over one connection that was kept');
    },
  );

t.test('HTTP and bare TTLV live side by side on the one port', async t => {
  const server = await runServer(t);
  t.equal(server.httpsPort, server.port);
  const identity = await server.addClient('a');
  const [plain, https, xml] = [
    await server.connect(identity),
    new HttpsClient(t, server, identity),
    new HttpsClient(t, server, identity),
  ];
  const made = await plain.batch([createItem()]);
  const id = identifierIn(made.batchItems?.[0]);
  const answers: ResponseMessage[] = [];
  for (let i = 0; i < 10; i++) {
    const asked = [plain.batch([getItem(id)]), https.batch([getItem(id)]), xml.batch([getItem(id)], { body: XML })];
    answers.push(...(await Promise.all(asked)));
  }
  t.same(answers.flatMap(endings), Array<string>(30).fill('Success'));
  const [first] = answers;
  for (const answer of answers) t.same(answer.batchItems, first?.batchItems, 'the same key, whichever way');
  t.same(endings(await https.batch([getItem(id)], { body: XML })), ['Success'], 'and one connection may change');
  t.same(endings(await https.batch([getItem(id)], { body: TTLV })), ['Success']);
});

t.test('on a port of its own HTTPS is answered there alone, and where it is off nowhere', async t => {
  const own = await runServer(t, { settings: { 'https.listen': '127.0.0.1:0' } });
  t.not(own.httpsPort, own.port);
  const identity = await own.addClient('a');
  t.same(endings(await new HttpsClient(t, own, identity).batch([createItem()])), ['Success']);
  t.same(endings(await (await own.connect(identity)).batch([createItem()])), ['Success']);
  await t.rejects(new HttpsClient(t, own, identity, own.port).batch([createItem()]), 'HTTP where TTLV is spoken');
  const { socket, closed, received } = await rawConnection(t, own, identity);
  socket.write(bytesOf([createItem()]));
  await closed;
  t.match(received(), /^HTTP\/1\.1 400 /, 'TTLV where HTTP is spoken');
  while (own.connections > 2) await wait(20);
  t.equal(await own.removeClient(identity), 2, 'who is removed is cut on both');

  const off = await runServer(t, { settings: { 'https.enabled': false } });
  t.equal(off.httpsPort, undefined);
  const client = await off.connect(await off.addClient('a'));
  const { message } = decodeResponse((await client.sendBytes(httpRequest(bytesOf([createItem()]))))!);
  t.match(message.batchItems, [{ resultReason: ResultReason.InvalidMessage, resultMessage: /begins with/ }]);
});

t.test(
  'a stranger is told so in KMIP, remembered and recorded, in every encoding; whatever else it asks for',
  async t => {
    const server = await runServer(t);
    for (const body of BODIES) {
      const client = new HttpsClient(t, server);
      const { batchItems } = await client.batch([createItem()], { body });
      t.match(batchItems, [{ resultReason: ResultReason.AuthenticationNotSuccessful }], body.contentType);
      t.match((await server.events()).at(-1), { severity: 'critical', reason: { reasonCode: 401 } });
    }
    const removed = await server.addClient('removed');
    await server.removeClient(removed);
    const known = new HttpsClient(t, server, removed);
    const garbage = await known.post('<no message', { headers: { 'content-type': 'text/xml' } });
    t.match(decodeResponse(XML.to(garbage.body)).message.batchItems, [
      { resultReason: ResultReason.AuthenticationNotSuccessful },
    ]);
    t.match(garbage.headers, { connection: 'close' });
    t.match(await known.post('', { method: 'GET', path: '/' }), { status: 404 });
    t.match((await server.events()).at(-1), {
      initiator: { id: removed.initiatorId },
      severity: 'critical',
      reason: { reasonCode: 401 },
    });
    await server.flushSightings();
    const refused = await server.store.sightings.refused();
    t.match(refused, [{ fingerprint: removed.fingerprint, count: 2 }]);
  },
);

t.test('two clients see their own objects only, and one that is removed is cut at once', async t => {
  const server = await runServer(t);
  const [a, b] = [await server.addClient('a'), await server.addClient('b', { vault: 'other' })];
  const [ofA, ofB] = [new HttpsClient(t, server, a), new HttpsClient(t, server, b)];
  const id = identifierIn((await ofA.batch([createItem()])).batchItems?.[0]);
  t.same(endings(await ofB.batch([getItem(id)])), ['Item Not Found']);
  const [idle, begun] = [await rawConnection(t, server, a), await rawConnection(t, server, a)];
  begun.socket.write(httpRequest(bytesOf([getItem(id)])).subarray(0, 100));
  await wait(50);
  t.equal(await server.removeClient(a), 3);
  await Promise.all([idle.closed, begun.closed]);
  t.equal(begun.received(), '');
  t.same(endings(await ofA.batch([getItem(id)])), ['Authentication Not Successful'], 'on a new connection');
  t.same(endings(await ofB.batch([createItem()])), ['Success'], 'the other is not disturbed');
});

t.test('a body that is no message is answered in KMIP, in its version, and the connection goes on', async t => {
  const server = await runServer(t);
  const client = new HttpsClient(t, server, await server.addClient('a'));
  const header = (version: string) =>
    `<RequestMessage><RequestHeader><ProtocolVersion><ProtocolVersionMajor type="Integer" value="${version[0]}"/><ProtocolVersionMinor type="Integer" value="${version[2]}"/></ProtocolVersion><BatchCount type="Integer" value="1"/></RequestHeader>`;
  const UNSPOKEN = 'a version that is not spoken';
  const cases: [string, string | Buffer, string, RegExp][] = [
    ['nothing', '', '1.0', /./],
    ['no XML', 'Query', '1.0', /XML/],
    ['no UTF-8', Buffer.of(0x3c, 0xff, 0xfe), '1.0', /UTF-8/],
    ['a document type', '<!DOCTYPE a [<!ENTITY b "c">]><RequestMessage/>', '1.0', /XML/],
    ['deeper than allowed', '<BatchItem>'.repeat(10_000), '1.0', /deep|nest|level|within/i],
    ['an unknown name', `${header('1.2')}<Nothing/></RequestMessage>`, '1.2', /Nothing/],
    [
      'an unknown value',
      `${header('1.1')}<BatchItem><Operation type="Enumeration" value="X"/></BatchItem></RequestMessage>`,
      '1.1',
      /Operation/,
    ],
    [UNSPOKEN, `${header('9.0')}</RequestMessage>`, showVersion(supportedVersions[0]!), /./],
  ];
  for (const [what, sent, version, problem] of cases) {
    const { status, headers, body } = await client.post(sent, { headers: { 'content-type': 'text/xml' } });
    t.match(
      { status, headers },
      { status: 200, headers: { 'content-type': 'text/xml', connection: 'keep-alive' } },
      what,
    );
    const answer = decodeResponse(XML.to(body));
    t.equal(showVersion(answer.version), version, `${what}: its version`);
    t.same(endings(answer.message), [what === UNSPOKEN ? 'Unsupported Protocol Version' : 'Invalid Message'], what);
    t.match(answer.message.batchItems?.[0]?.resultMessage, problem, what);
    t.match((await server.events()).at(-1), { action: 'hs-crypto.kmip-key.default', reason: { reasonCode: 400 } });
  }
  const binary = await client.post(Buffer.from('4200780100000008ffff', 'hex'));
  t.match(decodeResponse(binary.body).message.batchItems, [{ resultReason: ResultReason.InvalidMessage }]);
  t.same(
    server.logged.filter(({ level }) => level === 'error'),
    [],
  );
  t.equal(server.connections, 1);
});

t.test('a body that is no JSON message is answered in JSON', async t => {
  const server = await runServer(t);
  const client = new HttpsClient(t, server, await server.addClient('a'));
  const integer = (tag: string, value: number) => ({ tag, type: 'Integer', value });
  const message = (major: number, minor: number, ...items: object[]) => ({
    tag: 'RequestMessage',
    value: [
      {
        tag: 'RequestHeader',
        value: [
          {
            tag: 'ProtocolVersion',
            value: [integer('ProtocolVersionMajor', major), integer('ProtocolVersionMinor', minor)],
          },
          integer('BatchCount', 1),
        ],
      },
      ...items,
    ],
  });
  const operation = { tag: 'Operation', type: 'Enumeration', value: 'Nothing' };
  const cases: [string, unknown, string, RegExp][] = [
    ['no JSON', 'Query', '1.0', /JSON/],
    ['nothing', null, '1.0', /object/],
    ['a wrong tag', message(1, 3, { tag: 'Nothing' }), '1.3', /no tag/],
    [
      'a wrong value',
      message(1, 2, { tag: 'BatchItem', value: [operation] }),
      '1.2',
      /RequestMessage\.BatchItem\.Operation/,
    ],
    ['no version', { tag: 'RequestMessage', value: [{ tag: 'RequestHeader', value: [null] }] }, '1.0', /./],
  ];
  for (const [what, sent, version, problem] of cases) {
    const text = what === 'no JSON' ? String(sent) : JSON.stringify(sent);
    const { status, headers, body } = await client.post(text, { headers: { 'content-type': 'application/json' } });
    t.match({ status, headers }, { status: 200, headers: { 'content-type': 'application/json' } }, what);
    const answer = decodeResponse(JSON_BODY.to(body));
    t.equal(showVersion(answer.version), version, `${what}: its version`);
    t.same(endings(answer.message), ['Invalid Message'], what);
    t.match(answer.message.batchItems?.[0]?.resultMessage, problem, what);
    t.match((await server.events()).at(-1), { action: 'hs-crypto.kmip-key.default', reason: { reasonCode: 400 } });
  }
  t.equal(server.connections, 1);
});

t.test('key material in a wrong place is in no answer, event or log', async t => {
  const server = await runServer(t);
  const client = new HttpsClient(t, server, await server.addClient('a'));
  const secret = '5ec2e7'.repeat(5);
  const bodies: [string, string][] = [
    ['text/xml', `<RequestMessage><KeyMaterial type="ByteString" value="${secret}0"/></RequestMessage>`],
    ['text/xml', `<RequestMessage><KeyMaterial type="Integer" value="${secret}"/></RequestMessage>`],
    ['text/xml', `<RequestMessage><KeyMaterial>it's ${secret}</KeyMaterial></RequestMessage>`],
    ['text/xml', `<RequestMessage><KeyMaterial ${'x'.repeat(10)}${secret}="1"/>`],
    ['application/json', `{"tag":"KeyMaterial","type":"ByteString","value":"${secret}0"}`],
    ['application/json', `{"tag":"KeyMaterial","type":"LongInteger","value":"${secret}"}`],
    ['application/json', `{"tag":"KeyMaterial","type":"ByteString","value":"${secret}"`],
    ['application/json', `{"tag":"KeyMaterial","${secret}":1}`],
  ];
  for (const [contentType, sent] of bodies) {
    const { body } = await client.post(sent, { headers: { 'content-type': contentType } });
    t.match(String(body), /InvalidMessage/, sent);
    t.notMatch(String(body), secret.slice(0, 12), sent);
  }
  t.notMatch(JSON.stringify(await server.events()), secret.slice(0, 12));
  t.notMatch(JSON.stringify(server.logged), secret.slice(0, 12));
  const long = `<${'x'.repeat(100_000)}/>`;
  const { body } = await client.post(long, { headers: { 'content-type': 'text/xml' } });
  t.ok(body.length < 2000, 'nor is the name of an element, as long as it may be');
});

t.test('an answer that XML cannot carry is not given, and nothing of its message is done', async t => {
  const server = await runServer(t);
  const client = new HttpsClient(t, server, await server.addClient('a'));
  const name = { nameValue: 'a\u0001b', nameType: NameType.UninterpretedTextString };
  const made = await client.batch([createItem()]);
  const id = identifierIn(made.batchItems?.[0]);
  const named = await client.batch([
    {
      operation: Operation.AddAttribute,
      requestPayload: { uniqueIdentifier: id, attribute: { attribute: Name, value: name } },
    },
  ]);
  t.same(endings(named), ['Success']);
  const items = [itemFor(Operation.Activate, id), itemFor(Operation.GetAttributes, id)];
  const refused = await client.batch(items, { body: XML });
  t.same(endings(refused), ['General Failure', 'General Failure']);
  t.match(refused.batchItems?.[0]?.resultMessage, /XML.*U\+0001/);
  t.match((await server.events()).slice(-2), [{ outcome: 'failure' }, { outcome: 'failure' }]);
  t.same(endings(await client.batch(items, { body: JSON_BODY })), ['Success', 'Success'], 'it was not active');
});

t.test('HTTP as clients write it', async t => {
  const server = await runServer(t);
  const identity = await server.addClient('a');
  const message = bytesOf([createItem()]);
  const SUCCESS = /^HTTP\/1\.1 200 OK\r\n/;

  t.test('1.0, closed unless it is to be kept (encodings 2.5)', async t => {
    const line = 'POST /kmip HTTP/1.0';
    const once = await rawConnection(t, server, identity);
    once.socket.write(httpRequest(message, { line }));
    t.equal(await once.closed, undefined);
    t.match(once.received(), SUCCESS);
    const kept = await rawConnection(t, server, identity);
    const request = httpRequest(message, { line, headers: { connection: 'keep-alive', pragma: 'no-cache' } });
    for (const times of [1, 2, 3]) {
      kept.socket.write(request);
      t.match(await kept.until(/HTTP\/1\.1 200 OK/, times), /connection: keep-alive/i);
    }
  });

  t.test('one byte at a time', async t => {
    const { socket, until } = await rawConnection(t, server, identity);
    for (const byte of httpRequest(message)) socket.write(Buffer.of(byte));
    t.match(await until(/\r\n\r\n/), SUCCESS);
  });

  t.test('chunked, in absolute form, with a query, and with what browsers and proxies add', async t => {
    const client = new HttpsClient(t, server, identity);
    t.match(await client.post(message, { pieces: 7 }), { status: 200 });
    t.match(await client.post(message, { path: '/kmip?a=b' }), { status: 200 });
    t.match(await client.post(message, { headers: { 'content-type': 'Application/Octet-Stream; x=y' } }), {
      status: 200,
    });
    t.match(await client.post(message, { headers: { connection: 'close' } }), { headers: { connection: 'close' } });
    const { socket, until } = await rawConnection(t, server, identity);
    socket.write(httpRequest(message, { line: 'POST https://kms.example/kmip HTTP/1.1' }));
    t.match(await until(/\r\n\r\n/), SUCCESS);
  });

  t.test('Expect: 100-continue', async t => {
    const client = new HttpsClient(t, server, identity);
    t.match(await client.post(message, { headers: { expect: '100-continue' } }), { status: 200 });
    t.match(await client.post(message, { headers: { expect: '100-continue' } }), { status: 200 }, 'again');
  });

  t.test('with ALPN, and without', async t => {
    for (const ALPNProtocols of [['h2', 'http/1.1'], ['http/1.1']]) {
      const { socket, until } = await rawConnection(t, server, identity, { ALPNProtocols });
      socket.write(httpRequest(message));
      t.match(await until(/\r\n\r\n/), SUCCESS, ALPNProtocols.join());
    }
  });

  t.test('who half-closes after the last request still gets every answer', async t => {
    const { socket, closed, received } = await rawConnection(t, server, identity, { allowHalfOpen: true });
    socket.end(Buffer.concat([httpRequest(message), httpRequest(message), httpRequest(message)]));
    await closed;
    t.equal(received().split(SUCCESS.source.slice(1, -4).replaceAll('\\', '')).length, 4);
  });

  t.test('a client that goes in the middle disturbs nobody', async t => {
    for (const bytes of [httpRequest(message).subarray(0, 30), httpRequest(message).subarray(0, -10)]) {
      const { socket, closed } = await rawConnection(t, server, identity);
      socket.end(bytes);
      await closed;
    }
    t.same(endings(await new HttpsClient(t, server, identity).batch([createItem()])), ['Success']);
  });
  t.same(
    server.logged.filter(({ level }) => level === 'error' || level === 'warn'),
    [],
  );
});

t.test('the example of docs/operation.md is answered', async t => {
  const guide = readFileSync(new URL('../../../docs/operation.md', import.meta.url), 'utf8');
  const [, example] = /```xml\n([^]*?)```/.exec(guide)!;
  const server = await runServer(t);
  const client = new HttpsClient(t, server, await server.addClient('app-1'));
  const { body } = await client.post(example!, { headers: { 'content-type': 'text/xml' } });
  t.same(endings(decodeResponse(XML.to(body)).message), ['Success']);
});

t.test('a client that goes while it is worked for leaves its event, and disturbs nobody', async t => {
  const slow = slowActivate(() => wait(100));
  const server = await runServer(t, { operations: slow.operations });
  const identity = await server.addClient('a');
  const { socket, closed } = await rawConnection(t, server, identity);
  socket.write(httpRequest(bytesOf([{ operation: Operation.Activate, requestPayload: {} }])));
  await slow.begun;
  socket.destroy();
  await closed;
  await wait(200);
  t.match((await server.events()).at(-1), { outcome: 'success' });
  t.same(endings(await new HttpsClient(t, server, identity).batch([createItem()])), ['Success']);
});
