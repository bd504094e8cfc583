import t from 'tap';
import { parseCertificates, parseCrls, toPem } from '../../certs/index.ts';
import { craft } from './crafted.ts';
import { craftCrl, crlNumber, deltaIndicator, issuingDistributionPoint } from './crafted-crl.ts';
import { authority, extension, keyUsage, unknown } from './crafted-extensions.ts';
import * as der from './der-maker.ts';

const extensions = [authority(), keyUsage('keyCertSign', 'cRLSign')];
const issuer = craft({ subject: 'Lister', extensions });
const thisUpdate = new Date('2026-06-01T00:00:00Z');
const nextUpdate = new Date('2051-06-01T00:00:00Z');
const revoked = [{ serialNumber: Buffer.of(0, 0xab, 1) }, { serialNumber: Buffer.of(7) }];
const list = craftCrl({ issuer, thisUpdate, nextUpdate, revoked, extensions: [crlNumber(300)] });
const pem = toPem('X509 CRL', list);
const read = (crl: Uint8Array) => parseCrls(crl)[0]!;

t.test('shows what a list says (RFC 5280 §5.1)', async t => {
  const found = read(list);
  t.match(found, {
    issuer: 'CN=Lister',
    issuerDer: Buffer.from(issuer.name),
    number: 300n,
    thisUpdate,
    nextUpdate,
    signatureAlgorithm: 'ECDSA SHA-256',
    scope: 'all',
    unusable: undefined,
  });
  t.same([...found.revoked.keys()], ['ab01', '07'], 'as certificates have them');
  t.ok([...found.revoked.values()].every(date => date.toISOString() === '2026-06-29T00:00:00.000Z'));
  const serial = parseCertificates(craft({ serialNumber: Buffer.of(0, 0xab, 1) }).der)[0]!.serialNumber;
  t.ok(found.revoked.has(serial), 'a certificate of that number is found');
});

t.test('bears with what may be missing', async t => {
  const bare = craftCrl({ issuer, version: 1, nextUpdate: null });
  t.match(read(bare), { number: undefined, nextUpdate: undefined, unusable: undefined });
  t.equal(read(bare).revoked.size, 0);
});

t.test('reads lists in whatever form, several too', async t => {
  const forms: [string, string | Uint8Array, number][] = [
    ['PEM', pem, 1],
    ['DER', list, 1],
    ['Windows line ends', pem.replaceAll('\n', '\r\n'), 1],
    ['text around', `Certificate Revocation List (CRL):\n    Version 2\n${pem}\nend`, 1],
    ['base64 on one line', Buffer.from(list).toString('base64'), 1],
    ['two in a text', `${pem}\n${pem}`, 2],
    ['two in DER', Buffer.concat([list, list]), 2],
    ['beside a certificate', `${issuer.certificatePem}${pem}`, 1],
  ];
  for (const [name, input, count] of forms) {
    t.same(
      parseCrls(input).map(({ number }) => number),
      Array(count).fill(300n),
      name,
    );
  }
});

t.test('says where a list is damaged', async t => {
  const rows: [name: string, input: string | Uint8Array, message: RegExp][] = [
    ['nothing', '', /line 1: found nothing, expected a revocation list as PEM, base64 or DER/],
    [
      'a certificate',
      issuer.certificatePem,
      /line 1: found a certificate \(CERTIFICATE\), expected a revocation list \(X509 CRL\)/,
    ],
    ['a certificate in DER', issuer.der, /byte \d+: found .*, expected /],
    ['a piece', list.subarray(0, 100), /byte 0: found \d+ of \d+ bytes, expected all of a revocation list/],
    ['a piece in PEM', `\n${toPem('X509 CRL', list.subarray(0, 100))}`, /line 2, byte 0: /],
    ['more behind it', Buffer.concat([list, Buffer.of(0)]), /byte \d+: found tag 0x00/],
    ['a date that is none', Buffer.from(list.toString('latin1').replace('260601', '261301'), 'latin1'), /thisUpdate/],
    [
      'a signature in bits',
      Buffer.from(list.toString('latin1').replace(/\x03([\x40-\x50])\x00\x30/, '\x03$1\x01\x30'), 'latin1'),
      /whole octets/,
    ],
  ];
  for (const [name, input, message] of rows)
    t.throws(() => parseCrls(input), { name: 'CertificateError', message }, name);
});

t.test('knows whose list it is', async t => {
  const of = (options: Parameters<typeof craft>[0]) => parseCertificates(craft(options).der)[0]!;
  const [lister] = parseCertificates(issuer.der);
  t.equal(read(list).isSignedBy(lister!), true);
  t.equal(read(list).isSignedBy(of({ subject: ' LISTER', keys: issuer.keys, extensions })), true, 'the same name');
  t.equal(read(list).isSignedBy(of({ subject: 'Other', keys: issuer.keys, extensions })), false, 'another name');
  t.equal(read(list).isSignedBy(of({ subject: 'Lister', extensions })), false, 'another key');
  const noLists = of({ subject: 'Lister', keys: issuer.keys, extensions: [authority(), keyUsage('keyCertSign')] });
  t.equal(read(list).isSignedBy(noLists), false, 'not for lists');
  t.equal(read(list).isSignedBy(of({ subject: 'Lister', keys: issuer.keys })), true, 'no key usage');
  t.equal(read(craftCrl({ issuer, isForged: true })).isSignedBy(lister!), false, 'a changed signature');
  t.equal(read(craftCrl({ issuer, hash: 'sha1' })).isSignedBy(lister!), false, 'SHA-1');
  for (const keyType of ['RSA 2048', 'ECDSA P-521', 'Ed25519'] as const) {
    const other = craft({ subject: 'Lister', keyType });
    t.equal(
      read(craftCrl({ issuer: other, hash: 'sha512' })).isSignedBy(parseCertificates(other.der)[0]!),
      true,
      keyType,
    );
  }
  const small = craft({ subject: 'Lister', keyType: 'RSA 1024' });
  t.equal(read(craftCrl({ issuer: small })).isSignedBy(parseCertificates(small.der)[0]!), false, 'RSA 1024');
});

t.test('says why a list cannot answer (RFC 5280 §5.2, §5.3)', async t => {
  const entry = (...own: Uint8Array[]) => [{ serialNumber: Buffer.of(1), extensions: own }];
  const rows: [string, Parameters<typeof craftCrl>[0], RegExp | undefined][] = [
    ['unknown extension', { issuer, extensions: [unknown(false)] }, undefined],
    [
      'unknown critical extension',
      { issuer, extensions: [unknown(true)] },
      /^critical extension 1\.3\.6\.1\.4\.1\.99999\.1/,
    ],
    [
      'reason of an entry',
      { issuer, revoked: entry(extension('2.5.29.21', der.element(0x0a, Buffer.of(1)))) },
      undefined,
    ],
    [
      'critical extension of an entry',
      { issuer, revoked: entry(extension('2.5.29.29', der.sequence(), true)) },
      /2\.5\.29\.29 of a revoked certificate/,
    ],
    ['changes only', { issuer, extensions: [deltaIndicator()] }, /2\.5\.29\.27/],
    ['indirect', { issuer, extensions: [issuingDistributionPoint(4)] }, /other issuers/],
    ['some reasons', { issuer, extensions: [issuingDistributionPoint(3)] }, /some reasons/],
    ['attribute certificates', { issuer, extensions: [issuingDistributionPoint(5)] }, /attribute/],
    ['a place', { issuer, extensions: [issuingDistributionPoint(0)] }, undefined],
    ['version 1 with extensions', { issuer, version: 1, extensions: [crlNumber(1)] }, /version 1/],
  ];
  for (const [name, crl, unusable] of rows) t.match(read(craftCrl(crl)).unusable, unusable, name);
  t.equal(read(craftCrl({ issuer, extensions: [issuingDistributionPoint(1)] })).scope, 'end certificates');
  t.equal(read(craftCrl({ issuer, extensions: [issuingDistributionPoint(2)] })).scope, 'authorities');
});

t.test('reads a list of many thousands', async t => {
  const many = Array.from({ length: 20_000 }, (_, i) => ({ serialNumber: Buffer.of(0x40, i >> 16, i >> 8, i) }));
  const long = craftCrl({ issuer, revoked: many });
  t.equal(read(long).revoked.size, 20_000);
});
