import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import t from 'tap';
import {
  CertificateError,
  certifyKey,
  checkRequest,
  createAuthority,
  createServerRequest,
  generateSigningKey,
  parseCertificates,
  parseCsr,
  type CertifyKey,
} from '../../certs/index.ts';

const now = new Date('2030-06-01T12:00:00Z');
const days = (count: number) => new Date(now.getTime() + count * 86_400_000);
const { privateKeyPem } = await generateSigningKey('ECDSA P-256');
const authority = await createAuthority({ commonName: 'authority', now, validityDays: 100, privateKeyPem });
const pair = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const spki = (key: { export(options: { format: 'der'; type: 'spki' }): Buffer }) =>
  key.export({ format: 'der', type: 'spki' });
const common = { authority, now, validityDays: 30, publicKeyDer: spki(pair.publicKey), subject: 'somebody' };
const certify = async (more: Partial<CertifyKey> = {}) =>
  parseCertificates((await certifyKey({ ...common, keyUsages: ['digitalSignature'], ...more })).der)[0]!;
const { csrPem } = await createServerRequest({
  names: ['kms.example', '192.0.2.7'],
  privateKeyPem: pair.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
});
const request = parseCsr(csrPem);

t.test('an authority is made with a key that is there already', async t => {
  t.equal(authority.privateKeyPem, privateKeyPem);
  const x509 = new X509Certificate(authority.der);
  t.ok(x509.ca && x509.verify(x509.publicKey));
});

t.test('a public key is certified, for the uses that are given and no authority (RFC 5280 §4.2.1.3)', async t => {
  const certificate = await certify({ keyUsages: ['nonRepudiation', 'dataEncipherment', 'keyAgreement'] });
  t.same([...certificate.keyUsage!], ['nonRepudiation', 'dataEncipherment', 'keyAgreement']);
  t.equal(certificate.isCa, false);
  t.equal(certificate.subject, 'CN=somebody');
  t.equal(certificate.extendedKeyUsage, undefined);
  const x509 = new X509Certificate(certificate.der);
  t.ok(x509.verify(new X509Certificate(authority.der).publicKey));
  t.ok(x509.publicKey.equals(pair.publicKey));
});

t.test('names and purposes are those of a request, or of an earlier certificate', async t => {
  const first = await certify({ subject: request });
  for (const certificate of [first, await certify({ subject: first })]) {
    t.equal(certificate.subject, 'CN=kms.example');
    t.same(certificate.subjectAltNames, ['DNS:kms.example', 'IP:192.0.2.7']);
    t.same(certificate.extendedKeyUsage, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
  }
});

t.test('dates are those given, within those of the authority', async t => {
  const dated = await certify({ notBefore: days(1), notAfter: days(2) });
  t.same([dated.notBefore, dated.notAfter], [days(1), days(2)]);
  t.same((await certify({ notAfter: days(500) })).notAfter, days(100));
  t.same((await certify({ notBefore: days(10) })).notBefore, days(10));
  await t.rejects(certify({ notBefore: days(3), notAfter: days(2) }), CertificateError);
  await t.rejects(certify({ notBefore: days(101) }), CertificateError);
});

t.test('keys of other kinds are not certified', async t => {
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;
  for (const key of [weak, generateKeyPairSync('x25519').publicKey])
    await t.rejects(certify({ publicKeyDer: spki(key) }), { name: 'CertificateError', message: /a key of type/ });
  await t.rejects(certify({ publicKeyDer: Buffer.from('none') }), CertificateError);
});

t.test('a request must be signed with its own key', async t => {
  await checkRequest(request);
  const der = Buffer.from(request.der);
  der[der.length - 1]! ^= 1;
  await t.rejects(checkRequest({ ...request, der }), { message: /a signature that does not verify/ });
});
