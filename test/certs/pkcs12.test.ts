import t from 'tap';
import { once } from 'node:events';
import { connect, createServer, type TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';
import {
  CertificateError,
  createAuthority,
  issueClientCertificate,
  issueServerCertificate,
  issuerChainPem,
  readPkcs12,
  toPkcs12,
} from '../../certs/index.ts';

const now = new Date();
const authority = await createAuthority({ commonName: 'kmipd CA', now, validityDays: 30, keyType: 'ECDSA P-256' });
const chainPem = issuerChainPem(authority);
const issuing = { authority, now, validityDays: 5 };
const password = 'correct horse ~ battery';
const client = await issueClientCertificate({ ...issuing, commonName: 'vc', keyType: 'ECDSA P-256' });
const file = (more: object = {}) => toPkcs12({ ...client, chainPem, password, friendlyName: 'vc', ...more });

for (const keyType of ['RSA 2048', 'ECDSA P-384', 'Ed25519'] as const) {
  t.test(`a TLS client and a server open what was written, with a key of type ${keyType}`, async t => {
    const server = await issueServerCertificate({ ...issuing, names: ['localhost'], keyType });
    const identity = await issueClientCertificate({ ...issuing, commonName: 'vc', keyType });
    const [serverFile, clientFile] = await Promise.all(
      [server, identity].map(pair => toPkcs12({ ...pair, chainPem, password, friendlyName: 'kmipd' })),
    );
    const listener = createServer({
      ...{ pfx: Buffer.from(serverFile!), passphrase: password },
      ...{ ca: authority.certificatePem, requestCert: true, rejectUnauthorized: true },
    });
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    t.teardown(() => listener.close());
    const accepted = once(listener, 'secureConnection') as Promise<[TLSSocket]>;
    const socket = connect({
      ...{ port: (listener.address() as AddressInfo).port, host: '127.0.0.1', servername: 'localhost' },
      ...{ pfx: Buffer.from(clientFile!), passphrase: password, ca: authority.certificatePem },
    });
    await once(socket, 'secureConnect');
    const [peer] = await accepted;
    t.same(peer.getPeerX509Certificate()?.raw, Buffer.from(identity.der));
    t.same(socket.getPeerX509Certificate()?.raw, Buffer.from(server.der));
    socket.destroy();
    peer.destroy();
  });
}

t.test('what was written is read again: certificate, key, chain', async t => {
  const { certificatePem, privateKeyPem } = client;
  t.same(await readPkcs12(await file(), password), {
    certificatePem,
    privateKeyPem,
    chainPem: authority.certificatePem,
  });
  t.match(await readPkcs12(await toPkcs12({ ...client, password, friendlyName: 'vc' }), password), { chainPem: '' });
});

t.test('is under AES-256 and SHA-256 with 100,000 iterations, three times salted (RFC 8018, RFC 7292)', async t => {
  let octet = 0;
  const der = await file({ randomBytes: (size: number) => new Uint8Array(size).fill(++octet) });
  const hex = Buffer.from(der).toString('hex');
  const count = (part: string) => hex.split(part).length - 1;
  t.equal(count('06092a864886f70d01050d'), 2, 'PBES2, for the certificates and for the key');
  t.equal(count('06092a864886f70d01050c'), 2, 'PBKDF2');
  t.equal(count('300c06082a864886f70d02090500'), 2, 'HMAC-SHA-256');
  t.equal(count('060960864801650304012a'), 2, 'AES-256-CBC');
  t.equal(count('0203' + '0186a0'), 3, '100,000 iterations, for the MAC too');
  t.equal(count('300d06096086480165030402010500'), 1, 'the MAC by SHA-256');
  for (const [salt, size] of [
    ['01', 16],
    ['03', 16],
    ['05', 20],
  ] as const) {
    t.equal(count(`04${size.toString(16)}${salt.repeat(size)}`), 1, `a salt of ${size} bytes`);
  }
  t.not(Buffer.from(await file()).toString('hex'), Buffer.from(await file()).toString('hex'), 'salted anew each time');
});

t.test('shows neither certificate nor key, but for the name (RFC 7292 §4.2)', async t => {
  const der = Buffer.from(await file({ friendlyName: 'vc öne' }));
  t.notOk(der.includes(Buffer.from(client.der).subarray(20, 60)));
  t.notOk(der.includes(Buffer.from(client.privateKeyPem.split('\n')[1]!, 'base64').subarray(-16)));
  t.ok(der.includes(Buffer.from('\0v\0c\0 \0\u00f6\0n\0e', 'latin1')), 'as a BMPString, beside the key');
  t.ok(der.length < 1700, `${der.length} bytes, so nothing besides`);
});

t.test('refuses what others could not open, and a key of another certificate', async t => {
  for (const [password, found] of [
    ['', 'an empty password'],
    ['pässwörd', 'a password with other characters than those of ASCII'],
    ['two\nlines', 'a password with other characters than those of ASCII'],
  ]) {
    const error = await file({ password }).catch((error: unknown) => error);
    t.ok(error instanceof CertificateError);
    t.match(error, { found });
  }
  const other = await issueClientCertificate({ ...issuing, commonName: 'other', keyType: 'Ed25519' });
  await t.rejects(file({ privateKeyPem: other.privateKeyPem }), { message: /belongs to another certificate/ });
});
