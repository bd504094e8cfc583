import { X509Certificate } from 'node:crypto';
import t from 'tap';
import { createAuthority, issueServerCertificate } from '../../../certs/index.ts';
import { issue, withChain } from './authorities.ts';
import { runServer, type ConnectOptions, type RunningTestServer, type TestClient } from '../running-server.ts';
import { createItem, endings } from './messages.ts';

/** `match` takes a text for a part of one, and Authentication Not Successful has this part. */
const SUCCESS = /^Success$/;

const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;
const names = ['localhost', '127.0.0.1'];

async function visit(server: RunningTestServer, client: TestClient, options: ConnectOptions = {}) {
  const connection = await server.connect(client, options);
  let session: Buffer | undefined;
  connection.socket.on('session', given => (session = given));
  const result = endings(await connection.batch([createItem()])).join();
  const { socket } = connection;
  const shown = socket.getPeerX509Certificate()?.fingerprint256;
  return { connection, result, shown, isReused: socket.isSessionReused(), session: session ?? socket.getSession()! };
}

const fingerprintOf = (pem: string) => new X509Certificate(pem).fingerprint256;

t.test('another certificate is shown to every new connection at once, and open ones go on', async t => {
  const server = await runServer(t);
  const client = await server.addClient('a');
  const authority = await server.authority();
  for (const keyType of ['RSA 2048', 'ECDSA P-256', 'ECDSA P-384', 'RSA 3072'] as const) {
    const before = await visit(server, client);
    const pair = await issueServerCertificate({ authority, names, keyType, now: new Date(), validityDays: 30 });
    server.useCertificate(pair);
    const shown = fingerprintOf(pair.certificatePem);
    t.not(before.shown, shown);
    for (const version of VERSIONS) {
      for (const servername of ['localhost', '']) {
        const options = { minVersion: version, maxVersion: version, servername, host: '127.0.0.1' };
        const what = `${keyType}, ${version}, ${servername === '' ? 'without' : 'with'} SNI`;
        t.match(await visit(server, client, options), { result: SUCCESS, shown, isReused: false }, what);
      }
    }
    t.same(endings(await before.connection.batch([createItem()])), ['Success'], 'an open connection goes on');
  }
});

t.test('a session of the certificate before is not resumed, so that nobody is shown the old one', async t => {
  const server = await runServer(t);
  const client = await server.addClient('a');
  for (const version of VERSIONS) {
    const options = { minVersion: version, maxVersion: version };
    const first = await visit(server, client, options);
    const resumed = await visit(server, client, { ...options, session: first.session });
    t.match(resumed, { result: SUCCESS, isReused: true });
    const pair = await issueServerCertificate({
      ...{ authority: await server.authority(), names, now: new Date(), validityDays: 30 },
      keyType: 'ECDSA P-256',
    });
    server.useCertificate(pair);
    const renewed = await visit(server, client, { ...options, session: resumed.session });
    t.match(renewed, { result: SUCCESS, isReused: false, shown: fingerprintOf(pair.certificatePem) }, version);
    const again = await visit(server, client, { ...options, session: renewed.session });
    t.match(again, { result: SUCCESS, isReused: true }, `${version}: a new one is`);
  }
});

t.test('a chain is sent whole: a client that trusts only the root connects', async t => {
  const server = await runServer(t);
  const client = await server.addClient('a');
  const root = issue({ commonName: 'company root', isAuthority: true });
  const middle = issue({ commonName: 'company issuing', isAuthority: true, issuer: root });
  const { certificatePem, privateKeyPem } = issue({ commonName: 'kms', issuer: middle });
  const chained = withChain({ certificatePem, privateKeyPem }, middle);
  const trusting = { ca: root.certificatePem, checkServerIdentity: () => undefined };
  server.useCertificate({ certificatePem, privateKeyPem });
  await t.rejects(server.connect(client, trusting), { code: /UNABLE_TO/ }, 'without the chain it cannot');
  server.useCertificate(chained);
  for (const version of VERSIONS)
    t.match(await visit(server, client, { ...trusting, minVersion: version, maxVersion: version }), {
      result: SUCCESS,
    });
});

t.test('a key that is not its own is refused, and the certificate before is shown on', async t => {
  const server = await runServer(t);
  const client = await server.addClient('a');
  const { shown } = await visit(server, client);
  const one = await createAuthority({ commonName: 'x', now: new Date(), validityDays: 1, keyType: 'ECDSA P-256' });
  const other = await createAuthority({ commonName: 'y', now: new Date(), validityDays: 1, keyType: 'ECDSA P-256' });
  t.throws(() => server.useCertificate({ certificatePem: one.certificatePem, privateKeyPem: other.privateKeyPem }));
  t.match(await visit(server, client), { result: SUCCESS, shown });
});
