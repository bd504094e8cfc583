import t, { type Test } from 'tap';
import { runServer, type ClientIdentity, type ConnectOptions, type RunningTestServer } from '../running-server.ts';
import { createItem, endings } from './messages.ts';

/** `match` takes a text for a part of one, and Authentication Not Successful has this part. */
const SUCCESS = /^Success$/;

const versions = ['TLSv1.2', 'TLSv1.3'] as const;

/** A whole connection with one request; gives what the next handshake needs to resume the session. */
async function visit(server: RunningTestServer, identity: ClientIdentity, options: ConnectOptions) {
  const client = await server.connect(identity, options);
  let session: Buffer | undefined;
  client.socket.on('session', given => (session = given));
  const result = endings(await client.batch([createItem()]));
  const isReused = client.socket.isSessionReused();
  session ??= client.socket.getSession();
  await client.close();
  return { result, isReused, session };
}

t.test(
  'a session is resumed with the client certificate of the first handshake, and the client is still known',
  async t => {
    const server = await runServer(t);
    const vcenter = await server.addClient('vcenter');
    for (const version of versions) {
      const options: ConnectOptions = { minVersion: version, maxVersion: version };
      const first = await visit(server, vcenter, options);
      t.match(first, { result: [SUCCESS], isReused: false }, version);
      const second = await visit(server, vcenter, { ...options, session: first.session! });
      t.match(second, { result: [SUCCESS], isReused: true }, `${version}: resumed`);
      const third = await visit(server, vcenter, { ...options, session: (second.session ?? first.session)! });
      t.match(third, { result: [SUCCESS], isReused: true }, `${version}: resumed again`);
    }
    const names = new Set((await server.events()).map(({ initiator }) => initiator.id));
    t.same([...names], [vcenter.initiatorId]);
  },
);

t.test('a resumed session does not let in who was removed or has expired meanwhile', async t => {
  for (const version of versions) {
    const options: ConnectOptions = { minVersion: version, maxVersion: version };
    const server = await runServer(t);
    const removed = await server.addClient('removed');
    const expired = await server.addClient('expired');
    const { session } = await visit(server, removed, options);
    await server.removeClient(removed);
    const later = await visit(server, removed, { ...options, session: session! });
    t.match(later, { result: ['Authentication Not Successful'], isReused: false }, version);
    const { session: own } = await visit(server, expired, options);
    server.clock.later(400 * 86_400);
    const last = await visit(server, expired, { ...options, session: own! });
    t.match(last, { result: ['Authentication Not Successful'], isReused: true }, version);
    const refusals = (await server.events()).filter(({ outcome }) => outcome === 'failure');
    t.match(refusals, [
      { initiator: { id: removed.initiatorId } },
      { initiator: { id: expired.initiatorId, name: 'expired' } },
    ]);
  }
});

t.test('tls.sessionResumption=false ends resumption', async t => {
  const server = await runServer(t, { settings: { 'tls.sessionResumption': false } });
  const vcenter = await server.addClient('vcenter');
  for (const version of versions) {
    const options: ConnectOptions = { minVersion: version, maxVersion: version };
    const first = await visit(server, vcenter, options);
    const again = first.session ? await visit(server, vcenter, { ...options, session: first.session }) : first;
    t.match(again, { result: [SUCCESS], isReused: false }, version);
  }
});

const failsWith = (t: Test, server: RunningTestServer, identity: ClientIdentity, options: ConnectOptions) =>
  t.rejects(server.connect(identity, options), { code: /SSL|ECONNRESET/ }, JSON.stringify(options));

t.test('suites without forward secrecy are offered only when a setting says so', async t => {
  const old = ['AES256-SHA256', 'AES128-SHA', 'ECDHE-RSA-AES128-SHA256', 'AES256-GCM-SHA384'];
  const strict = await runServer(t, { settings: { 'server.keyType': 'RSA 2048' } });
  const lenient = await runServer(t, { settings: { 'server.keyType': 'RSA 2048', 'tls.rsaCbc': true } });
  const [a, b] = [await strict.addClient('a'), await lenient.addClient('b')];
  for (const ciphers of old) {
    const options: ConnectOptions = { maxVersion: 'TLSv1.2', ciphers };
    await failsWith(t, strict, a, options);
    t.match(await visit(lenient, b, options), { result: [SUCCESS] }, ciphers);
  }
  const best = await lenient.connect(b, {
    maxVersion: 'TLSv1.2',
    ciphers: [...old, 'ECDHE-RSA-AES128-GCM-SHA256'].join(':'),
  });
  t.equal(best.socket.getCipher().name, 'ECDHE-RSA-AES128-GCM-SHA256', 'and never preferred');
  for (const ciphers of ['ECDHE-RSA-AES256-GCM-SHA384', 'ECDHE-RSA-CHACHA20-POLY1305'])
    t.match(await visit(strict, a, { maxVersion: 'TLSv1.2', ciphers }), { result: [SUCCESS] }, ciphers);
});

t.test('the oldest version of TLS is a setting', async t => {
  const server = await runServer(t, { settings: { 'tls.minVersion': '1.3' } });
  const vcenter = await server.addClient('vcenter');
  await failsWith(t, server, vcenter, { maxVersion: 'TLSv1.2' });
  t.match(await visit(server, vcenter, {}), { result: [SUCCESS] });
  const usual = await runServer(t);
  await failsWith(t, usual, vcenter, { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
});
