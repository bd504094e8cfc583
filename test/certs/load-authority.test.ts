import t from 'tap';
import {
  CertificateError,
  checkAuthority,
  checkKeyType,
  issueClientCertificate,
  issuerChainPem,
  parseCertificates,
  validatePath,
} from '../../certs/index.ts';
import { craft, type Craft, now, notAfter } from './crafted.ts';
import { authority, keyUsage, noAuthority } from './crafted-extensions.ts';

const root = craft({ subject: 'Company root', extensions: [authority()] });
const company = craft({
  subject: 'Company CA',
  issuer: root,
  extensions: [authority(0), keyUsage('keyCertSign', 'cRLSign')],
});
const given = {
  certificatePem: company.certificatePem + root.certificatePem,
  privateKeyPem: company.privateKeyPem,
};

t.test("a company's authority below its root takes the place of ours", async t => {
  t.match(await checkAuthority(given, now), { subject: 'CN=Company CA' });
  t.equal(issuerChainPem(given), given.certificatePem, 'the chain that clients are given');
  const client = await issueClientCertificate({ authority: given, commonName: 'c', now, validityDays: 5000 });
  const [certificate] = parseCertificates(client.der);
  t.match(certificate, { issuer: 'CN=Company CA', notAfter }, 'until the authority itself ends');
  const path = { certificate: client.der, root: root.der, crls: [], staleCrl: 'refuse', now } as const;
  t.match(validatePath({ ...path, issuers: [company.der] }), { ok: true }, 'and is valid up to its root');
});

const refused: [what: string, made: Craft, found: RegExp][] = [
  ['no basic constraints', {}, /no authority/],
  ['not an authority', { extensions: [noAuthority()] }, /no authority/],
  ['key usage without keyCertSign', { extensions: [authority(), keyUsage('cRLSign')] }, /may sign no certificates/],
  ['expired', { extensions: [authority()], notAfter: new Date('2026-02-01T00:00:00Z') }, /expired/],
  ['not yet valid', { extensions: [authority()], notBefore: new Date('2026-08-01T00:00:00Z') }, /not yet valid/],
  ['signed with SHA-1', { extensions: [authority()], issuer: root, hash: 'sha1' }, /ECDSA SHA-1/],
  ['RSA 1024', { extensions: [authority()], keyType: 'RSA 1024' }, /RSA 1024/],
];
for (const [what, made, found] of refused) {
  t.test(`an authority is refused: ${what} (RFC 5280 §4.2.1.9, §4.2.1.3)`, async t => {
    const { certificatePem, privateKeyPem } = craft(made);
    const error = await checkAuthority({ certificatePem, privateKeyPem }, now).catch((error: unknown) => error);
    t.ok(error instanceof CertificateError, 'with a CertificateError');
    t.match((error as CertificateError).found, found);
  });
}

t.test("another's key is refused, a self-signature by way of SHA-1 is not judged", async t => {
  const error = await checkAuthority({ ...given, privateKeyPem: root.privateKeyPem }, now).catch((e: unknown) => e);
  t.match(error, { found: 'a private key of another certificate' });
  const old = craft({ extensions: [authority()], hash: 'sha1' });
  t.match(await checkAuthority(old, now), { hasWeakSignature: true, isSelfSigned: true });
});

const above: [what: string, root: Craft, middle: Craft, found: RegExp][] = [
  ['not the issuer', {}, { issuer: craft({ subject: 'root', extensions: [authority()] }) }, /CN=root above CN=middle/],
  ['no authority', { extensions: [] }, {}, /no authority: CN=root/],
  ['path length', { extensions: [authority(0)] }, {}, /path length 0 of CN=root/],
  ['path length by one', { extensions: [authority(1)] }, {}, /path length 1 of CN=root/],
  ['key usage', { extensions: [authority(), keyUsage('digitalSignature')] }, {}, /may sign no certificates: CN=root/],
  ['expired', { notAfter: new Date('2026-02-01T00:00:00Z') }, {}, /expired: CN=root/],
  ['signed with SHA-1', {}, { hash: 'sha1' }, /CN=middle signed with ECDSA SHA-1/],
  ['RSA 1024', { keyType: 'RSA 1024' }, {}, /RSA 1024/],
];
for (const [what, rootWith, middleWith, found] of above) {
  t.test(`an authority is refused for what stands above it: ${what} (RFC 5280 §6.1)`, async t => {
    const top = craft({ subject: 'root', extensions: [authority()], ...rootWith });
    const middle = craft({ subject: 'middle', issuer: top, extensions: [authority()], ...middleWith });
    const own = craft({ subject: 'own', issuer: middle, extensions: [authority()] });
    const certificatePem = own.certificatePem + middle.certificatePem + top.certificatePem;
    const error = await checkAuthority({ certificatePem, privateKeyPem: own.privateKeyPem }, now).catch(
      (error: unknown) => error,
    );
    t.ok(error instanceof CertificateError, 'with a CertificateError');
    t.match((error as CertificateError).found, found);
  });
}

t.test('a path length of one lets one authority stand below (RFC 5280 §4.2.1.9)', async t => {
  const top = craft({ subject: 'root', extensions: [authority(1)] });
  const own = craft({ subject: 'own', issuer: top, extensions: [authority(0)] });
  const certificatePem = own.certificatePem + top.certificatePem;
  t.match(await checkAuthority({ certificatePem, privateKeyPem: own.privateKeyPem }, now), { subject: 'CN=own' });
});

for (const [keyType, isAccepted] of [
  ['RSA 1024', false],
  ['RSA 2048', true],
  ['ECDSA P-256', true],
  ['ECDSA P-384', true],
  ['ECDSA P-521', true],
  ['Ed25519', true],
] as const) {
  t.test(`a key of type ${keyType} may${isAccepted ? '' : ' not'} let a client in`, async t => {
    const certificate = craft({ keyType });
    if (isAccepted) t.doesNotThrow(() => checkKeyType(certificate));
    else t.throws(() => checkKeyType(certificate), CertificateError);
  });
}
