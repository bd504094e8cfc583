import { createConnection } from 'node:net';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { decodeResponse, Operation, ResultReason, ResultStatus } from '../../../kmip-codec/index.ts';
import { operation, operations } from '../../../server/operations/index.ts';
import { runServer, type KmipClient, type RunningTestServer } from '../running-server.ts';
import { bytesOf, createItem, endings, getItem, identifierIn } from './messages.ts';
import { slowActivate } from './slow-operation.ts';

const ended = async (client: KmipClient, withinMs: number) => {
  const start = performance.now();
  const error = await Promise.race([client.closed, wait(withinMs).then(() => 'still open')]);
  return { error, ms: performance.now() - start };
};

/** Meanwhile another client is answered, quickly. */
async function othersGoOn(t: Test, server: RunningTestServer, others: KmipClient, during: Promise<unknown>) {
  let isOver = false;
  void during.finally(() => (isOver = true));
  let slowest = 0;
  let requests = 0;
  for (; !isOver; requests++) {
    const start = performance.now();
    if (endings(await others.batch([createItem()])).join() !== 'Success') t.fail('another client was not answered');
    slowest = Math.max(slowest, performance.now() - start);
    await wait(5);
  }
  t.ok(
    requests > 3 && slowest < 1000,
    `${requests} requests of another client, the slowest took ${Math.round(slowest)} ms`,
  );
}

t.test('who is silent for too long is let go, and who has just asked is not', async t => {
  const server = await runServer(t, { settings: { 'limits.idleTimeoutMs': 400 } });
  const identity = await server.addClient('a');
  const [silent, busy] = [await server.connect(identity), await server.connect(identity)];
  for (let i = 0; i < 5; i++) {
    await wait(150);
    t.same(endings(await busy.batch([createItem()])), ['Success']);
  }
  t.match(await ended(silent, 0), { error: undefined });
  t.match(await ended(busy, 3000), { error: undefined });
});

t.test('a message must come within its time, however often a byte comes; nobody else is disturbed', async t => {
  const server = await runServer(t, { settings: { 'limits.requestTimeoutMs': 500, 'limits.idleTimeoutMs': 60_000 } });
  const identity = await server.addClient('slow');
  const others = await server.connect(await server.addClient('other'));
  const slow = await Promise.all(Array.from({ length: 10 }, () => server.connect(identity)));
  const message = bytesOf([getItem('x'.repeat(400))]);
  const senders = slow.map(async client => {
    for (const byte of message) {
      if (client.socket.destroyed) return;
      client.write(Buffer.of(byte));
      await wait(20);
    }
  });
  const start = performance.now();
  await othersGoOn(t, server, others, Promise.all(slow.map(({ closed }) => closed)));
  const ms = performance.now() - start;
  t.ok(ms > 300 && ms < 4000, `cut off after ${Math.round(ms)} ms`);
  await Promise.all(senders);
});

t.test('who never reads the answers is cut off; nobody else is disturbed', async t => {
  const server = await runServer(t, { settings: { 'limits.requestTimeoutMs': 500 } });
  const deaf = await server.connect(await server.addClient('deaf'));
  const others = await server.connect(await server.addClient('other'));
  deaf.socket.pause();
  const { batchItems } = await others.batch([createItem()]);
  const gets = bytesOf(Array.from({ length: 100 }, () => getItem(identifierIn(batchItems![0]))));
  let sent = 0;
  const filling = (async () => {
    while (!deaf.socket.destroyed && sent < 20_000) {
      sent++;
      if (!deaf.socket.write(gets))
        await Promise.race([once(deaf.socket, 'drain').catch(() => {}), deaf.closed, wait(100)]);
    }
  })();
  const cut = (async () => {
    const isCut = () => server.logged.some(({ fields }) => fields['waitingFor'] === 'answer not taken');
    for (let i = 0; i < 600 && !isCut(); i++) await wait(50);
    return isCut();
  })();
  await othersGoOn(t, server, others, cut);
  t.ok(await cut);
  deaf.socket.destroy();
  await filling;
});

t.test('a handshake must end within its time; nobody else is disturbed', async t => {
  const server = await runServer(t, { settings: { 'limits.handshakeTimeoutMs': 400 } });
  const others = await server.connect(await server.addClient('other'));
  const { host, port } = server;
  const sockets = [...Array(20).keys()].map(i => {
    const socket = createConnection({ host, port });
    socket.on('error', () => {});
    // Half of them begin a handshake that never ends.
    if (i % 2) socket.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]));
    return socket.resume();
  });
  const start = performance.now();
  await othersGoOn(t, server, others, Promise.all(sockets.map(socket => once(socket, 'close'))));
  const ms = performance.now() - start;
  t.ok(ms > 300 && ms < 3000, `cut off after ${Math.round(ms)} ms`);
});

t.test('bytes that are no TLS end only their own connection', async t => {
  const server = await runServer(t);
  const others = await server.connect(await server.addClient('other'));
  const socket = createConnection({ host: server.host, port: server.port }).resume();
  socket.on('error', () => {});
  socket.write(bytesOf([createItem()]));
  await once(socket, 'close');
  t.same(endings(await others.batch([createItem()])), ['Success']);
  t.same(
    server.logged.filter(({ level }) => !['debug', 'trace'].includes(level)),
    [],
  );
});

t.test('who half-closes after the last message still gets every answer', async t => {
  const server = await runServer(t);
  const identity = await server.addClient('a');
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const client = await server.connect(identity, { maxVersion, allowHalfOpen: true } as never);
    client.socket.end(Buffer.concat([bytesOf([createItem()]), bytesOf([getItem('x')])]));
    const answers = [await client.nextMessage(), await client.nextMessage()];
    t.same(
      answers.map(bytes => endings(decodeResponse(bytes!).message)),
      [['Success'], ['Item Not Found']],
      maxVersion,
    );
    t.equal(await client.nextMessage(), undefined);
    t.match(await ended(client, 3000), { error: undefined });
  }
});

t.test('connections over the limit are told so and ended, in all and for each client', async t => {
  for (const [setting, message] of [
    ['limits.connectionsMax', /the server has 3 connections/],
    ['limits.connectionsPerClientMax', /this client has 3 connections/],
  ] as const) {
    const server = await runServer(t, { settings: { [setting]: 3 } });
    const identity = await server.addClient('a');
    const within = await Promise.all([1, 2, 3].map(() => server.connect(identity)));
    const over = await server.connect(identity);
    const { batchItems } = await over.batch([createItem()]);
    t.match(batchItems, [
      { resultStatus: ResultStatus.OperationFailed, resultReason: ResultReason.GeneralFailure, resultMessage: message },
    ]);
    t.equal(await over.nextMessage(), undefined);
    t.match((await server.events()).at(-1), { action: 'hs-crypto.kmip-key.default', reason: { reasonCode: 503 } });
    for (const client of within) t.same(endings(await client.batch([createItem()])), ['Success']);
    if (setting === 'limits.connectionsPerClientMax')
      t.same(endings(await (await server.connect(await server.addClient('b'))).batch([createItem()])), ['Success']);
    await within[0]!.close();
    await over.closed;
    await wait(50);
    t.same(endings(await (await server.connect(identity)).batch([createItem()])), ['Success'], 'a place is free again');
  }
});

t.test('a connection that is refused gives its place back at once', async t => {
  const server = await runServer(t, { settings: { 'limits.connectionsMax': 3 } });
  const known = await server.addClient('known');
  for (let i = 0; i < 20; i++) {
    const stranger = await server.connect();
    t.same(endings(await stranger.batch([createItem()])), ['Authentication Not Successful']);
    await stranger.closed;
  }
  t.same(endings(await (await server.connect(known)).batch([createItem()])), ['Success']);
});

t.test('who sends far too much still gets the answer, and is let go at once', async t => {
  const server = await runServer(t, { settings: { 'limits.messageBytesMax': 1024 } });
  const client = await server.connect(await server.addClient('a'));
  const start = performance.now();
  client.write(bytesOf([getItem('x'.repeat(4 * 1024 * 1024))]));
  const { message } = decodeResponse((await client.nextMessage())!);
  t.match(message.batchItems, [{ resultMessage: /at most 1024 are taken/ }]);
  t.equal(await client.nextMessage(), undefined);
  t.match(await ended(client, 5000), { error: undefined });
  t.ok(performance.now() - start < 1500);
});

t.test('stop answers what is under way, ends what is idle, and takes nothing more', async t => {
  const slow = slowActivate(() => wait(300));
  const server = await runServer(t, { operations: slow.operations });
  const identity = await server.addClient('a');
  const [idle, working, sending] = await Promise.all([1, 2, 3].map(() => server.connect(identity)));
  const silent = createConnection({ host: server.host, port: server.port }).resume();
  silent.on('error', () => {});
  await once(silent, 'connect');
  const create = bytesOf([createItem()]);
  sending!.write(create.subarray(0, 50));
  working!.write(bytesOf([{ operation: Operation.Activate, requestPayload: {} }]));
  await slow.begun;
  await wait(20);
  const start = performance.now();
  const stopped = server.stop();
  t.equal(await idle!.nextMessage(), undefined);
  sending!.write(create.subarray(50));
  t.same(endings(decodeResponse((await sending!.nextMessage())!).message), ['Success']);
  t.same(endings(decodeResponse((await working!.nextMessage())!).message), ['Success']);
  t.equal(await working!.nextMessage(), undefined);
  await stopped;
  const ms = performance.now() - start;
  t.ok(ms >= 200 && ms < 3000, `stopped after ${Math.round(ms)} ms`);
  await t.rejects(server.connect(identity), { code: 'ECONNREFUSED' });
  t.match(
    server.logged.filter(({ level }) => !['debug', 'trace'].includes(level)),
    [],
  );
});

t.test('stop cuts what does not end in time', async t => {
  const stuck = operation(Operation.Activate, {
    changes: true,
    run: () => wait(2000).then(() => ({ uniqueIdentifier: 'late' })),
  });
  const server = await runServer(t, {
    settings: { drainTimeoutMs: 200 },
    operations: new Map([...operations, [Operation.Activate, stuck]]),
  });
  const client = await server.connect(await server.addClient('a'));
  client.write(bytesOf([{ operation: Operation.Activate, requestPayload: {} }]));
  await wait(100);
  const start = performance.now();
  await server.stop();
  t.ok(performance.now() - start < 1000);
  await client.closed;
  t.equal(await client.nextMessage(), undefined);
  await wait(2000);
});
