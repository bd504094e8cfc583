import t from 'tap';
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import {
  CertificateError,
  createAuthority,
  issueClientCertificate,
  issueServerCertificate,
  keyTypes,
  parseCertificates,
  parseCsr,
  signRequest,
} from '../../certs/index.ts';
import { certificateRequest, type MaterialKeyType, selfSigned, vcenterSubject } from './material.ts';

const now = new Date('2026-03-01T12:00:00.750Z');
const year = { now, validityDays: 365 };
const authority = await createAuthority({ commonName: 'kmipd CA', now, validityDays: 3650, keyType: 'ECDSA P-256' });
const ca = new X509Certificate(authority.der);

/** The value of an extension in hex, and whether it is critical; found by its object identifier in the DER. */
function extension(der: Uint8Array, oid: string): { critical: boolean; value: string } | undefined {
  const hex = Buffer.from(der).toString('hex');
  const match = new RegExp(`30..06${(oid.length / 2).toString(16).padStart(2, '0')}${oid}(0101ff)?04(..)`).exec(hex);
  if (!match) return undefined;
  const start = match.index + match[0].length;
  return { critical: match[1] !== undefined, value: hex.slice(start, start + 2 * parseInt(match[2]!, 16)) };
}
const oids = {
  ski: '551d0e',
  keyUsage: '551d0f',
  san: '551d11',
  basicConstraints: '551d13',
  aki: '551d23',
  eku: '551d25',
};
const serverAuth = '06082b06010505070301';
const clientAuth = '06082b06010505070302';

t.test('makes an authority that may sign end certificates and nothing below', async t => {
  const [certificate] = parseCertificates(authority.certificatePem);
  t.match(certificate, {
    subject: 'CN=kmipd CA',
    issuer: 'CN=kmipd CA',
    isCa: true,
    isSelfSigned: true,
    publicKey: 'ECDSA P-256',
  });
  t.ok(ca.ca);
  t.ok(ca.verify(ca.publicKey));
  t.ok(ca.checkPrivateKey(createPrivateKey(authority.privateKeyPem)));
  t.same(extension(authority.der, oids.basicConstraints), { critical: true, value: '30060101ff020100' });
  t.same(extension(authority.der, oids.keyUsage), { critical: true, value: '03020106' }, 'keyCertSign and cRLSign');
  const ski = extension(authority.der, oids.ski)!;
  t.equal(ski.value.length, 44);
  t.equal(extension(authority.der, oids.aki)?.value, `30168014${ski.value.slice(4)}`);
});

t.test('counts validity from five minutes before now, in whole seconds', async t => {
  const [certificate] = parseCertificates(authority.certificatePem);
  t.equal(certificate?.notBefore.toISOString(), '2026-03-01T11:55:00.000Z');
  t.equal(certificate?.notAfter.toISOString(), '2036-02-27T12:00:00.000Z');
});

t.test('writes years from 2050 on so that they are read back', async t => {
  const long = await createAuthority({ commonName: 'long', now, validityDays: 36_500, keyType: 'Ed25519' });
  t.equal(parseCertificates(long.der)[0]?.notAfter.toISOString(), '2126-02-05T12:00:00.000Z');
  t.equal(new Date(new X509Certificate(long.der).validTo).toISOString(), '2126-02-05T12:00:00.000Z');
});

t.test('issues server certificates for names, addresses and localhost', async t => {
  const names = ['KMS.example', 'kms.example', 'bücher.example', '192.0.2.7', '2001:db8::7', '::ffff:192.0.2.1'];
  const issued = await issueServerCertificate({ authority, names, ...year });
  const x509 = new X509Certificate(issued.der);
  t.equal(parseCertificates(issued.certificatePem)[0]?.publicKey, 'RSA 2048');
  t.ok(x509.checkIssued(ca));
  t.ok(x509.verify(ca.publicKey));
  t.ok(x509.checkPrivateKey(createPrivateKey(issued.privateKeyPem)));
  t.notOk(x509.ca);
  for (const host of ['kms.example', 'xn--bcher-kva.example', 'localhost']) t.ok(x509.checkHost(host), host);
  t.notOk(x509.checkHost('other.example'));
  for (const address of ['192.0.2.7', '2001:db8::7', '::ffff:c000:201']) t.ok(x509.checkIP(address), address);
  t.notOk(x509.checkIP('192.0.2.8'));
  t.same(parseCertificates(issued.der)[0]?.subjectAltNames, [
    'DNS:kms.example',
    'DNS:xn--bcher-kva.example',
    'IP:192.0.2.7',
    'IP:2001:db8::7',
    'IP:::ffff:c000:201',
    'DNS:localhost',
  ]);
  t.equal(parseCertificates(issued.der)[0]?.subject, 'CN=kms.example');
  t.same(extension(issued.der, oids.keyUsage), { critical: true, value: '030205a0' });
  t.same(extension(issued.der, oids.eku), { critical: false, value: `3014${serverAuth}${clientAuth}` });
  t.equal(extension(issued.der, oids.aki)?.value, `30168014${extension(authority.der, oids.ski)!.value.slice(4)}`);
});

t.test('refuses server names that are none', async t => {
  for (const name of [
    '',
    'a b',
    'kms.example:5696',
    'https://kms.example',
    '10.0.0.256',
    'fe80::1%eth0',
    '-a',
    `${'a'.repeat(64)}.x`,
  ]) {
    await t.rejects(
      issueServerCertificate({ authority, names: [name], keyType: 'Ed25519', ...year }),
      CertificateError,
      name,
    );
  }
});

t.test('issues client certificates with their key', async t => {
  const issued = await issueClientCertificate({ authority, commonName: 'vc, "one"', ...year });
  const x509 = new X509Certificate(issued.der);
  t.ok(x509.checkIssued(ca) && x509.verify(ca.publicKey));
  t.ok(x509.checkPrivateKey(createPrivateKey(issued.privateKeyPem)));
  t.match(parseCertificates(issued.der)[0], {
    subject: 'CN=vc\\, \\"one\\"',
    publicKey: 'RSA 2048',
    isSelfSigned: false,
    isCa: false,
  });
  t.same(extension(issued.der, oids.eku), { critical: false, value: `300a${clientAuth}` });
  for (const commonName of ['', 'x'.repeat(65)]) {
    await t.rejects(issueClientCertificate({ authority, commonName, ...year }), CertificateError);
  }
});

t.test('signs with and for every key type', async t => {
  for (const keyType of keyTypes.filter(keyType => keyType !== 'RSA 8192')) {
    const own = await createAuthority({ commonName: keyType, now, validityDays: 10, keyType });
    const issued = await issueServerCertificate({
      authority: own,
      names: ['kms.example'],
      keyType,
      now,
      validityDays: 5,
    });
    t.equal(parseCertificates(issued.der)[0]?.publicKey, keyType);
    t.ok(new X509Certificate(issued.der).verify(new X509Certificate(own.der).publicKey), keyType);
    const bits = keyType === 'Ed25519' ? '03020780' : '030205a0';
    t.equal(extension(issued.der, oids.keyUsage)?.value, bits, 'a key that cannot encipher does not say that it can');
  }
});

t.test('gives RSA signatures the NULL parameters that strict clients demand', async t => {
  const own = await createAuthority({ commonName: 'rsa', now, validityDays: 10, keyType: 'RSA 2048' });
  t.equal(Buffer.from(own.der).toString('hex').split('300d06092a864886f70d01010b0500').length, 3);
});

t.test('puts nothing into a certificate besides its fields', async t => {
  // Once, the key identifier came with 8 KiB of the memory around it, the private key of the authority among it.
  const key = await certificateRequest({ keyType: 'ECDSA P-256', subjectAltNames: ['vc.example'] });
  const issued = [
    await issueClientCertificate({ authority, commonName: 'small', keyType: 'ECDSA P-256', ...year }),
    await issueServerCertificate({ authority, names: ['::1'], keyType: 'ECDSA P-256', ...year }),
    await signRequest({
      authority: {
        certificatePem: Buffer.from(authority.certificatePem),
        privateKeyPem: Buffer.from(authority.privateKeyPem),
      },
      csr: Buffer.from(key.csrPem),
      ...year,
    }),
    await signRequest({
      authority: { certificatePem: authority.der, privateKeyPem: authority.privateKeyPem },
      csr: Buffer.from(key.der),
      ...year,
    }),
  ];
  for (const { der } of issued) {
    t.ok(der.length < 650, `${der.length} bytes`);
    t.notOk(Buffer.from(der).includes('PRIVATE KEY'));
    t.equal(extension(der, oids.ski)?.value.length, 44);
    t.equal(extension(der, oids.aki)?.value.length, 48);
  }
});

t.test('numbers certificates with 128 positive random bits', async t => {
  const serial = async (octet: number) => {
    const issued = await issueClientCertificate({
      authority,
      commonName: 'x',
      keyType: 'Ed25519',
      ...year,
      randomBytes: size => new Uint8Array(size).fill(octet),
    });
    return new X509Certificate(issued.der).serialNumber;
  };
  t.equal(await serial(0xff), 'FF'.repeat(16));
  t.equal(await serial(0x01), '01'.repeat(16));
  t.equal(await serial(0x00), '01', 'never zero');
  const [a, b] = [await issueClientCertificate({ authority, commonName: 'x', keyType: 'Ed25519', ...year }), authority];
  t.not(new X509Certificate(a.der).serialNumber, new X509Certificate(b.der).serialNumber);
});

t.test("ends no certificate after the authority's own end", async t => {
  const issued = await issueClientCertificate({
    authority,
    commonName: 'x',
    keyType: 'Ed25519',
    now,
    validityDays: 36_500,
  });
  t.same(parseCertificates(issued.der)[0]?.notAfter, parseCertificates(authority.der)[0]?.notAfter);
});

t.test('signs with no authority that is expired, not yet valid, no authority, or of another key', async t => {
  const other = await createAuthority({ commonName: 'other', now, validityDays: 10, keyType: 'Ed25519' });
  const plain = await selfSigned({ commonName: 'plain' });
  const issue = (use: typeof authority | typeof plain, at = now) =>
    issueClientCertificate({ authority: use, commonName: 'x', keyType: 'Ed25519', now: at, validityDays: 1 });
  await t.rejects(issue(authority, new Date('2037-01-01')), {
    name: 'CertificateError',
    found: 'an authority that is expired',
  });
  await t.rejects(issue(authority, new Date('2025-01-01')), {
    name: 'CertificateError',
    found: 'an authority that is not yet valid',
  });
  await t.rejects(issue(plain, new Date()), { name: 'CertificateError', found: 'no authority: CN=plain' });
  await t.rejects(issue({ ...authority, privateKeyPem: other.privateKeyPem }), {
    name: 'CertificateError',
    found: 'a private key of another certificate',
  });
  await t.rejects(issue({ ...authority, privateKeyPem: 'nothing' }), CertificateError);
  await t.rejects(issue({ ...authority, certificatePem: 'nothing' }), CertificateError);
  for (const validityDays of [0, -1, NaN, Infinity]) {
    await t.rejects(issueClientCertificate({ authority, commonName: 'x', now, validityDays }), CertificateError);
  }
});

t.test("signs a request with vCenter's default subject, and keeps what it asks for", async t => {
  const request = await certificateRequest({ subjectAltNames: ['vc.example', '192.0.2.5', '2001:db8::5'] });
  t.match(parseCsr(request.csrPem), {
    publicKey: 'RSA 2048',
    subjectAltNames: ['DNS:vc.example', 'IP:192.0.2.5', 'IP:2001:db8::5'],
  });
  const issued = await signRequest({ authority, csr: request.csrPem, ...year });
  const x509 = new X509Certificate(issued.der);
  t.ok(x509.checkIssued(ca) && x509.verify(ca.publicKey));
  t.ok(x509.checkPrivateKey(createPrivateKey(request.privateKeyPem)));
  t.equal(x509.subject, vcenterSubject.map(part => part.join('=')).join('\n'));
  t.equal(
    parseCertificates(issued.der)[0]?.subject,
    'CN=vcenter.example,OU=VMware Engineering,O=VMware,L=Palo Alto,ST=California,C=US',
  );
  t.ok(x509.checkHost('vc.example') && x509.checkIP('192.0.2.5') && x509.checkIP('2001:db8::5'));
  t.same(extension(issued.der, oids.eku), { critical: false, value: `300a${clientAuth}` });
  t.same(extension(issued.der, oids.keyUsage), { critical: true, value: '030205a0' });
  t.notOk(x509.ca);
});

t.test('signs a request without a subject; its names are critical then (RFC 5280 §4.2.1.6)', async t => {
  const request = await certificateRequest({ subject: [], subjectAltNames: ['vc.example'], keyType: 'ECDSA P-256' });
  const issued = await signRequest({ authority, csr: request.der, ...year });
  t.equal(parseCertificates(issued.der)[0]?.subject, '');
  t.equal(extension(issued.der, oids.san)?.critical, true);
});

t.test('signs requests of every accepted key type', async t => {
  for (const keyType of [
    'RSA 2048',
    'ECDSA P-256',
    'ECDSA P-384',
    'ECDSA P-521',
    'Ed25519',
  ] satisfies MaterialKeyType[]) {
    for (const hash of keyType === 'Ed25519' ? (['SHA-256'] as const) : (['SHA-256', 'SHA-384', 'SHA-512'] as const)) {
      const request = await certificateRequest({ keyType, hash });
      const issued = await signRequest({ authority, csr: parseCsr(request.csrPem), ...year });
      const publicKey = createPublicKey(request.privateKeyPem).export({ format: 'pem', type: 'spki' });
      t.equal(
        new X509Certificate(issued.der).publicKey.export({ format: 'pem', type: 'spki' }),
        publicKey,
        `${keyType} ${hash}`,
      );
    }
  }
});

t.test('refuses requests that are weak or badly signed, and says why', async t => {
  const weak = await certificateRequest({ keyType: 'RSA 1024' });
  await t.rejects(signRequest({ authority, csr: weak.csrPem, ...year }), {
    name: 'CertificateError',
    message: /found a key of type RSA 1024, expected RSA 2048 to 8192/,
  });
  for (const keyType of ['RSA 2048', 'ECDSA P-256'] as const) {
    const old = await certificateRequest({ keyType, hash: 'SHA-1' });
    await t.rejects(signRequest({ authority, csr: old.csrPem, ...year }), {
      name: 'CertificateError',
      found: 'a request signed with SHA-1',
    });
  }
  for (const keyType of ['RSA 2048', 'ECDSA P-256', 'ECDSA P-521', 'Ed25519'] as const) {
    const { der } = await certificateRequest({ keyType });
    const forged = Uint8Array.from(der);
    forged[forged.length - 5]! ^= 1;
    await t.rejects(signRequest({ authority, csr: forged, ...year }), {
      name: 'CertificateError',
      found: 'a signature that does not verify',
    });
    const renamed = Buffer.from(der.map(octet => octet));
    renamed.write('vcenter.exbmple', renamed.indexOf('vcenter.example'));
    await t.rejects(signRequest({ authority, csr: renamed, ...year }), {
      name: 'CertificateError',
      found: 'a signature that does not verify',
    });
  }
});
