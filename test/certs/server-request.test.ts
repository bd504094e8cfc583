import t from 'tap';
import { createPublicKey, createPrivateKey, X509Certificate } from 'node:crypto';
import {
  CertificateError,
  createAuthority,
  createServerRequest,
  issueServerCertificate,
  keyTypes,
  parseCertificates,
  parseCsr,
  signRequest,
} from '../../certs/index.ts';

const now = new Date('2026-03-01T12:00:00Z');
const authority = await createAuthority({ commonName: 'CA', now, validityDays: 365, keyType: 'ECDSA P-256' });

for (const keyType of keyTypes.filter(each => each !== 'RSA 8192')) {
  t.test(`asks for a certificate for a key of type ${keyType}`, async t => {
    const { csrPem, privateKeyPem } = await createServerRequest({ names: ['kms.example', '192.0.2.1'], keyType });
    const request = parseCsr(csrPem);
    t.match(request, { subject: 'CN=kms.example', publicKey: keyType });
    t.same(request.subjectAltNames, ['DNS:kms.example', 'IP:192.0.2.1']);
    // Whoever signs it checks its own signature first.
    const { certificatePem } = await signRequest({ authority, now, validityDays: 30, csr: csrPem });
    t.ok(new X509Certificate(certificatePem).checkPrivateKey(createPrivateKey(privateKeyPem)));
  });
}

t.test('leaves out localhost, which many authorities do not certify, unless there is no other name', async t => {
  for (const [names, subject, asked] of [
    [['localhost', 'kms.example'], 'CN=kms.example', ['DNS:kms.example']],
    [[], 'CN=localhost', ['DNS:localhost']],
  ] as const) {
    const { csrPem } = await createServerRequest({ names, keyType: 'Ed25519' });
    t.match(parseCsr(csrPem), { subject });
    t.same(parseCsr(csrPem).subjectAltNames, asked);
  }
});

t.test('a key that is there already is used, in a request and in a certificate', async t => {
  const first = await issueServerCertificate({ authority, now, validityDays: 30, names: ['a.example'] });
  const request = await createServerRequest({
    names: ['b.example'],
    privateKeyPem: first.privateKeyPem,
    commonName: 'kms',
  });
  t.equal(request.privateKeyPem, first.privateKeyPem);
  t.equal(parseCsr(request.csrPem).subject, 'CN=kms');
  const { privateKeyPem } = first;
  const second = await issueServerCertificate({
    authority,
    now,
    validityDays: 60,
    names: ['a.example'],
    privateKeyPem,
  });
  t.equal(second.privateKeyPem, privateKeyPem);
  const [before, after] = [first, second].map(({ der }) => new X509Certificate(der));
  const spki = (x509: X509Certificate | undefined) => x509!.publicKey.export({ format: 'der', type: 'spki' });
  t.same(spki(after), spki(before), 'the same key');
  t.same(spki(after), createPublicKey(privateKeyPem).export({ format: 'der', type: 'spki' }));
  t.not(after!.serialNumber, before!.serialNumber, 'another certificate');
  t.match(parseCertificates(second.der)[0], { notAfter: new Date('2026-04-30T12:00:00Z') });
});

t.test('names and keys that cannot be certified are refused', async t => {
  await t.rejects(createServerRequest({ names: ['10.0.0.256'] }), CertificateError);
  await t.rejects(createServerRequest({ names: ['a.example'], privateKeyPem: 'text' }), CertificateError);
  const issuing = { authority, now, validityDays: 30, names: ['a.example'] };
  await t.rejects(issueServerCertificate({ ...issuing, privateKeyPem: 'text' }), CertificateError);
});
