import t from 'tap';
import { X509Certificate } from 'node:crypto';
import { createAuthority, issueClientCertificate, parseCertificates } from '../../certs/index.ts';
import { type MaterialKeyType, selfSigned } from './material.ts';

const notBefore = new Date('2020-02-29T23:59:59Z');
const notAfter = new Date('2060-12-31T00:00:00Z');

t.test('shows what a certificate says', async t => {
  const made = await selfSigned({
    commonName: 'client',
    subjectAltNames: ['a.example', '127.77.66.55', '::1'],
    notBefore,
    notAfter,
  });
  const x509 = new X509Certificate(made.der);
  const [certificate] = parseCertificates(made.certificatePem);
  t.match(certificate, {
    subject: 'CN=client',
    issuer: 'CN=client',
    notBefore,
    notAfter,
    publicKey: 'ECDSA P-256',
    subjectAltNames: ['DNS:a.example', 'IP:127.77.66.55', 'IP:::1'],
    isSelfSigned: true,
    isCa: false,
  });
  t.equal(certificate?.serialNumber.toUpperCase(), x509.serialNumber);
  t.equal(certificate?.sha256, x509.fingerprint256.replaceAll(':', '').toLowerCase());
  t.equal(certificate?.sha1, x509.fingerprint.replaceAll(':', '').toLowerCase());
});

t.test('describes the public key', async t => {
  for (const keyType of ['RSA 1024', 'RSA 2048', 'ECDSA P-384', 'ECDSA P-521', 'Ed25519'] satisfies MaterialKeyType[]) {
    t.equal(parseCertificates((await selfSigned({ commonName: 'x', keyType })).der)[0]?.publicKey, keyType);
  }
});

t.test('calls self-signed only what its own key signed', async t => {
  const { der } = await selfSigned({ commonName: 'x' });
  const forged = Uint8Array.from(der);
  forged[forged.length - 1]! ^= 1;
  t.equal(parseCertificates(forged)[0]?.isSelfSigned, false, 'issuer is subject, the signature is not its own');
  const now = new Date();
  const authority = await createAuthority({ commonName: 'same', now, validityDays: 1, keyType: 'ECDSA P-256' });
  const child = await issueClientCertificate({
    authority,
    commonName: 'same',
    keyType: 'ECDSA P-256',
    now,
    validityDays: 1,
  });
  t.match(parseCertificates(child.der)[0], { subject: 'CN=same', issuer: 'CN=same', isSelfSigned: false });
});

t.test('writes names so that they can be read and cannot play tricks (RFC 4514)', async t => {
  const names: [string, string][] = [
    [' lead and trail ', 'CN=\\ lead and trail\\ '],
    ['#hash', 'CN=\\#hash'],
    ['a,b+c"d\\e<f>g;h=i', 'CN=a\\,b\\+c\\"d\\\\e\\<f\\>g\\;h=i'],
    ['line\nend \u001b[31m', 'CN=line\\0aend \\1b[31m'],
    ['right \u202e to left', 'CN=right \\e2\\80\\ae to left'],
    ['Größe 鍵', 'CN=Größe 鍵'],
  ];
  for (const [commonName, subject] of names) {
    t.equal(parseCertificates((await selfSigned({ commonName })).der)[0]?.subject, subject);
  }
});
