import { setTimeout as wait } from 'node:timers/promises';
import t from 'tap';
import { Operation } from '../../../kmip-codec/index.ts';
import { issueServerCertificate } from '../../../certs/index.ts';
import { runServer, type ClientIdentity, type ConnectOptions, type RunningTestServer } from '../running-server.ts';
import { bytesOf, createItem, endings } from './messages.ts';
import { slowActivate } from './slow-operation.ts';

/** `match` takes a text for a part of one, and Authentication Not Successful has this part. */
const SUCCESS = /^Success$/;

const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;
const only = (version: (typeof VERSIONS)[number]): ConnectOptions => ({ minVersion: version, maxVersion: version });

/** A connection with one request, which stays open; `session` is for the next handshake. */
async function visit(server: RunningTestServer, identity: ClientIdentity, options: ConnectOptions) {
  const client = await server.connect(identity, options);
  let session: Buffer | undefined;
  client.socket.on('session', given => (session = given));
  const result = endings(await client.batch([createItem()])).join();
  return { client, result, isReused: client.socket.isSessionReused(), session: session ?? client.socket.getSession()! };
}

for (const version of VERSIONS) {
  t.test(
    `who is removed is cut off at once and can resume no session, and nobody else is disturbed (${version})`,
    async t => {
      const server = await runServer(t);
      const [removed, other] = [await server.addClient('removed'), await server.addClient('other')];
      const gone = await visit(server, removed, only(version));
      await gone.client.close();
      const idle = await visit(server, removed, { ...only(version), session: gone.session });
      t.equal(idle.isReused, true, 'sessions are resumed until then');
      const others = await visit(server, other, only(version));
      const stranger = await server.connect();

      t.equal(await server.removeClient(removed), 1, 'connections that were cut');
      t.equal(await idle.client.nextMessage(), undefined, 'an idle connection is closed');
      const back = await visit(server, removed, { ...only(version), session: idle.session });
      t.match(back, { result: 'Authentication Not Successful', isReused: false });
      t.same(endings(await others.client.batch([createItem()])), ['Success'], 'an open connection of another goes on');
      const again = await visit(server, other, { ...only(version), session: others.session });
      t.match(again, { result: SUCCESS, isReused: false }, 'and its next handshake is a full one');
      const third = await visit(server, other, { ...only(version), session: again.session });
      t.match(third, { result: SUCCESS, isReused: true }, 'from then on sessions are resumed as before');
      t.same(
        endings(await stranger.batch([createItem()])),
        ['Authentication Not Successful'],
        'who never was let in is still told so',
      );
    },
  );

  t.test(`who has gone can resume no session after it was removed (${version})`, async t => {
    const server = await runServer(t);
    const removed = await server.addClient('removed');
    const { client, session } = await visit(server, removed, only(version));
    await client.close();
    await wait(20);
    t.equal(await server.removeClient(removed), 0);
    t.match(await visit(server, removed, { ...only(version), session }), { isReused: false });
  });
}

t.test('a change that takes nothing away cuts nobody and keeps every session', async t => {
  const server = await runServer(t);
  const a = await server.addClient('a');
  const { client, session } = await visit(server, a, only('TLSv1.3'));
  await server.addClient('b');
  t.same(await server.trustChanged(), { connectionsCut: 0 });
  t.same(endings(await client.batch([createItem()])), ['Success']);
  t.match(await visit(server, a, { ...only('TLSv1.3'), session }), { isReused: true });
});

t.test('one certificate of several is removed: only its connections are cut', async t => {
  const server = await runServer(t);
  const [old, young] = [await server.addClient('old'), await server.addClient('young')];
  const connections = await Promise.all([old, old, young].map(client => visit(server, client, {})));
  await server.administer({ kind: 'remove certificate', fingerprint: old.fingerprint, at: new Date() });
  t.same(await server.trustChanged(), { connectionsCut: 2 });
  t.equal(await connections[0]!.client.nextMessage(), undefined);
  t.equal(await connections[1]!.client.nextMessage(), undefined);
  t.same(endings(await connections[2]!.client.batch([createItem()])), ['Success']);
});

t.test('a message under way is not answered any more once the removal is', async t => {
  let finish = () => {};
  const held = new Promise<void>(resolve => (finish = resolve));
  const slow = slowActivate(() => held);
  const server = await runServer(t, { operations: slow.operations });
  const removed = await server.addClient('removed');
  const client = await server.connect(removed);
  client.write(bytesOf([{ operation: Operation.Activate, requestPayload: {} }]));
  await slow.begun;
  t.equal(await server.removeClient(removed), 1);
  finish();
  t.equal(await client.nextMessage(), undefined, 'no answer');
  await wait(50);
  t.match(
    (await server.events()).at(-1),
    { action: 'hs-crypto.kmip-key.activate', initiator: { id: removed.initiatorId } },
    'what was done all the same is in the log',
  );
});

t.test('a certificate that changes its vault leaves none of its connections open', async t => {
  const server = await runServer(t);
  const moved = await server.addClient('moved', { vault: 'one' });
  const { client } = await visit(server, moved, {});
  await server.administer({ kind: 'remove client', id: moved.id, at: new Date() });
  await server.addClient('moved', { vault: 'two', identity: moved });
  t.same(await server.trustChanged(), { connectionsCut: 1 });
  t.equal(await client.nextMessage(), undefined);
  t.match(await visit(server, moved, {}), { result: SUCCESS });
});

t.test('what another process takes away is cut within a second', async t => {
  const server = await runServer(t);
  const [removed, other] = [await server.addClient('removed'), await server.addClient('other')];
  const [idle, others] = [await visit(server, removed, {}), await visit(server, other, {})];
  const start = performance.now();
  await server.administer({ kind: 'remove client', id: removed.id, at: new Date() });
  t.equal(await idle.client.nextMessage(5000), undefined);
  const ms = Math.round(performance.now() - start);
  t.ok(ms < 1500, `cut after ${ms} ms`);
  t.match(await visit(server, removed, { session: idle.session }), { isReused: false });
  t.same(endings(await others.client.batch([createItem()])), ['Success']);
});

t.test('100 other clients see no error while 20 clients are removed and the server certificate is renewed', async t => {
  const server = await runServer(t);
  const others = await Promise.all([...Array(100).keys()].map(i => server.addClient(`other ${i}`)));
  const leaving = await Promise.all([...Array(20).keys()].map(i => server.addClient(`leaving ${i}`)));
  let isOver = false;
  let requests = 0;
  const wrong: string[] = [];
  const going = others.map(async (identity, i) => {
    // Every tenth connects anew for each request, as vCenter does, and resumes sessions where it can.
    let session: Buffer | undefined;
    let client = await server.connect(identity);
    do {
      try {
        if (i % 10 === 0) {
          await client.close();
          client = await server.connect(identity, { ...(session && { session }) });
          client.socket.on('session', given => (session = given));
        }
        const result = endings(await client.batch([createItem()])).join();
        if (result !== 'Success') wrong.push(`${identity.name}: ${result}`);
      } catch (error) {
        wrong.push(`${identity.name}: ${String(error)}`);
      }
      requests++;
      await wait(20);
    } while (!isOver);
  });
  const authority = await server.authority();
  const idle = await Promise.all(leaving.map(client => server.connect(client)));
  for (const [i, client] of leaving.entries()) {
    if (i % 5 === 0)
      server.useCertificate(
        await issueServerCertificate({
          authority,
          names: ['localhost', '127.0.0.1'],
          keyType: 'ECDSA P-256',
          now: new Date(),
          validityDays: 30,
        }),
      );
    t.equal(await server.removeClient(client), 1);
    t.equal(await idle[i]!.nextMessage(), undefined);
    await wait(20);
  }
  isOver = true;
  await Promise.all(going);
  t.same(wrong, []);
  t.ok(requests > 500, `${requests} requests of others`);
});
