import t from 'tap';
import { generateKeyPairSync } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type SecureVersion, type TLSSocket } from 'node:tls';
import {
  checkKeyType,
  createAuthority,
  identify,
  readPeer,
  issueClientCertificate,
  issueServerCertificate,
  type KeyType,
  sha256Fingerprint,
  signRequest,
} from '../../certs/index.ts';
import { craft } from './crafted.ts';
import { certificateRequest, type Material, selfSigned } from './material.ts';

const now = new Date();
const year = { now, validityDays: 365 };
const authority = await createAuthority({ commonName: 'kmipd CA', now, validityDays: 3650 });
const hour = 3_600_000;

type Client = Pick<Material, 'certificatePem' | 'privateKeyPem' | 'der'>;

async function requested(): Promise<Client> {
  const { csrPem, privateKeyPem } = await certificateRequest({ subjectAltNames: ['192.0.2.5'] });
  return { ...(await signRequest({ authority, csr: csrPem, ...year })), privateKeyPem };
}

const clients = {
  issued: await issueClientCertificate({ authority, commonName: 'issued', ...year }),
  'from its request': await requested(),
  'self-signed without EKU': await selfSigned({
    commonName: 'self',
    keyType: 'RSA 2048',
    subjectAltNames: ['127.77.66.55'],
  }),
  'self-signed ECDSA': await selfSigned({ commonName: 'self' }),
  'self-signed Ed25519': await selfSigned({ commonName: 'self', keyType: 'Ed25519' }),
  'self-signed ECDSA P-521': await selfSigned({ commonName: 'self', keyType: 'ECDSA P-521' }),
  'self-signed RSA-PSS': craft({
    ...{ keys: generateKeyPairSync('rsa-pss', { modulusLength: 2048 }), pssSalt: 32 },
    ...{ notBefore: new Date(now.getTime() - hour), notAfter: new Date(now.getTime() + hour) },
  }),
  expired: await selfSigned({
    commonName: 'old',
    notAfter: new Date(now.getTime() - hour),
    notBefore: new Date(now.getTime() - 2 * hour),
  }),
  'not yet valid': await selfSigned({ commonName: 'new', notBefore: new Date(now.getTime() + hour) }),
} satisfies Record<string, Client>;
const pins = new Map(Object.entries(clients).map(([name, { der }]) => [sha256Fingerprint(der), name]));
const stranger = await selfSigned({ commonName: 'stranger' });

/** A server that answers what it thinks of its client, as the listener will. */
async function listen(keyType: KeyType) {
  const issued = await issueServerCertificate({ authority, names: ['kms.example', '127.0.0.1'], keyType, ...year });
  const server = createServer(
    {
      cert: issued.certificatePem,
      key: issued.privateKeyPem,
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
    },
    socket => {
      const peer = identify(readPeer(socket.getPeerX509Certificate()?.raw), fingerprint => pins.get(fingerprint), now);
      socket.end(peer.ok ? `hello ${peer.pin}` : peer.cause);
    },
  );
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

function ask(port: number, version: SecureVersion, client?: Client, host = 'kms.example'): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect({
      port,
      host: '127.0.0.1',
      servername: host,
      ca: authority.certificatePem,
      minVersion: version,
      maxVersion: version,
      ...(client && { cert: client.certificatePem, key: client.privateKeyPem }),
    });
    let answer = '';
    socket.setEncoding('utf8').on('data', text => (answer += text));
    socket.on('end', () => resolve(answer)).on('error', reject);
  });
}

for (const keyType of ['RSA 2048', 'ECDSA P-256', 'Ed25519'] as const) {
  t.test(`serves clients over mutual TLS with a ${keyType} certificate`, async t => {
    const { server, port } = await listen(keyType);
    t.teardown(() => server.close());
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      for (const [name, client] of Object.entries(clients)) {
        const expected =
          name === 'expired'
            ? 'expired certificate'
            : name === 'not yet valid'
              ? 'certificate not yet valid'
              : `hello ${name}`;
        t.equal(await ask(port, version, client), expected, `${version} ${name}`);
      }
      t.equal(await ask(port, version, stranger), 'unknown certificate', version);
      t.equal(await ask(port, version), 'no certificate', version);
    }
    t.equal(await ask(port, 'TLSv1.3', clients.issued, 'localhost'), 'hello issued', 'localhost is always a name');
    await t.rejects(ask(port, 'TLSv1.3', clients.issued, 'other.example'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });
}

t.test('every key that TLS takes may let a client in', async t => {
  for (const [name, client] of Object.entries(clients)) t.doesNotThrow(() => checkKeyType(client), name);
});
