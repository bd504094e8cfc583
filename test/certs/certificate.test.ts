import t from 'tap';
import { X509Certificate } from 'node:crypto';
import { createAuthority, issueClientCertificate, parseCertificates } from '../../certs/index.ts';
import { craft, newKeys } from './crafted.ts';
import {
  authority,
  authorityKeyIdentifier,
  extendedKeyUsage,
  keyUsage,
  nameConstraints,
  subjectAltNames,
  unknown,
} from './crafted-extensions.ts';
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

const read = (options: Parameters<typeof craft>[0]) => parseCertificates(craft(options).der)[0]!;

t.test('says what a certificate is for and what limits it (RFC 5280 §4.2.1)', async t => {
  const bare = read({});
  t.match(bare, {
    isCa: false,
    criticalExtensions: [],
    dnsNames: [],
    hasNameConstraints: false,
    hasWeakSignature: false,
  });
  for (const name of ['pathLength', 'keyUsage', 'extendedKeyUsage', 'authorityKeyIdentifier'] as const) {
    t.equal(bare[name], undefined, name);
  }
  const keys = newKeys('ECDSA P-256');
  const full = read({
    keys,
    extensions: [
      authority(3),
      keyUsage('digitalSignature', 'keyCertSign'),
      extendedKeyUsage(['clientAuth', 'any']),
      subjectAltNames('DNS:a.example', 'IP:192.0.2.1', 'DNS:*.b.example'),
      nameConstraints({ permitted: ['DNS:a.example'] }),
      unknown(true),
      unknown(false),
      authorityKeyIdentifier(keys.publicKey),
    ],
  });
  t.match(full, { isCa: true, pathLength: 3, hasNameConstraints: true });
  t.same([...full.keyUsage!], ['digitalSignature', 'keyCertSign']);
  t.same(full.extendedKeyUsage, ['1.3.6.1.5.5.7.3.2', '2.5.29.37.0']);
  t.same(full.dnsNames, ['a.example', '*.b.example']);
  t.same(full.criticalExtensions, ['2.5.29.19', '2.5.29.15', '2.5.29.30', '1.3.6.1.4.1.99999.1']);
  t.same(full.authorityKeyIdentifier, full.subjectKeyIdentifier);
});

t.test('gives the parts of a subject as they are meant, nothing escaped', async t => {
  const { subject, subjectParts } = read({
    subject: [
      ['O', 'VMware, Inc.'],
      [
        ['CN', 'a+b'],
        ['UID', '7'],
      ],
      ['emailAddress', 'root@a.example'],
    ],
  });
  t.equal(subject, 'emailAddress=root@a.example,CN=a\\+b+UID=7,O=VMware\\, Inc.');
  t.same(subjectParts, [
    { type: 'O', value: 'VMware, Inc.' },
    { type: 'CN', value: 'a+b' },
    { type: 'UID', value: '7' },
    { type: 'emailAddress', value: 'root@a.example' },
  ]);
});

t.test('names the algorithm of the signature, and says which are weak', async t => {
  const rsa = newKeys('RSA 2048');
  const rows: [options: Parameters<typeof craft>[0], name: string, isWeak: boolean][] = [
    [{ keys: rsa }, 'RSA SHA-256', false],
    [{ keys: rsa, hash: 'sha512' }, 'RSA SHA-512', false],
    [{ keys: rsa, hash: 'sha1' }, 'RSA SHA-1', true],
    [{ keys: rsa, hash: 'md5' }, 'RSA MD5', true],
    [{ keys: rsa, pssSalt: 32 }, 'RSA-PSS SHA-256', false],
    [{ keys: rsa, pssSalt: 20, hash: 'sha1' }, 'RSA-PSS SHA-1', true],
    [{ keyType: 'ECDSA P-384', hash: 'sha384' }, 'ECDSA SHA-384', false],
    [{ hash: 'sha1' }, 'ECDSA SHA-1', true],
    [{ keyType: 'Ed25519' }, 'Ed25519', false],
    [{ keyType: 'Ed448' }, '1.3.101.113', false],
  ];
  for (const [options, signatureAlgorithm, hasWeakSignature] of rows) {
    t.match(read(options), { signatureAlgorithm, hasWeakSignature, isSelfSigned: true }, signatureAlgorithm);
  }
});

t.test('a name of many octets for an extension takes no time', async t => {
  const long = Buffer.concat([Buffer.of(0x06, 0x82, 0xf0, 0x00), Buffer.alloc(0xf000, 0xff)]);
  const { der } = craft({ extensions: [Buffer.concat([Buffer.of(0x30, 0x82, 0xf0, 0x06), long, Buffer.of(4, 0)])] });
  const start = process.hrtime.bigint();
  t.throws(() => parseCertificates(Buffer.concat([der, Buffer.of(0)])), { name: 'CertificateError' });
  try {
    parseCertificates(der);
  } catch (error) {
    t.match(error, { name: 'CertificateError' });
  }
  t.ok(process.hrtime.bigint() - start < 200_000_000n, 'no square of its length');
});
