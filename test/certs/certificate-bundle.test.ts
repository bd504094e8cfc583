import { spawnSync } from 'node:child_process';
import t from 'tap';
import { CertificateError, INPUT_BYTES_MAX, parseCertificates, toPem } from '../../certs/index.ts';
import { craftBundle, indefinite } from './crafted-bundle.ts';
import * as der from './der-maker.ts';
import { certificateRequest, selfSigned } from './material.ts';

const one = await selfSigned({ commonName: 'one' });
const two = await selfSigned({ commonName: 'two' });
const certificates = [one.der, two.der];
const subjects = (input: string | Uint8Array) => parseCertificates(input).map(({ subject }) => subject);

t.test('gives all certificates of a bundle, in their order (RFC 5652 §5.1)', async t => {
  const bundle = craftBundle({ certificates });
  const ber = craftBundle({ certificates, isIndefinite: true });
  const forms: Record<string, string | Uint8Array> = {
    DER: bundle,
    'BER without lengths': ber,
    'PEM of the label PKCS7': toPem('PKCS7', bundle),
    'PEM of the label PKCS7, BER': toPem('PKCS7', ber),
    'PEM of the label CMS': toPem('CMS', bundle),
    'PEM of the label PKCS #7 SIGNED DATA': toPem('PKCS #7 SIGNED DATA', bundle),
    'PEM of the label CERTIFICATE': toPem('CERTIFICATE', bundle),
    'bare base64, as Windows copies it': bundle.toString('base64'),
    'beside an attribute certificate': craftBundle({ certificates, others: [der.context(2, der.integer(1))] }),
    'half of it in a bundle': toPem('PKCS7', craftBundle({ certificates: [one.der] })) + two.certificatePem,
  };
  for (const [form, input] of Object.entries(forms)) t.same(subjects(input), ['CN=one', 'CN=two'], form);
  t.same(Buffer.from(parseCertificates(ber)[1]!.der), Buffer.from(two.der), 'to the byte');
});

t.test('reads the bundles that openssl makes, signed ones and ones without lengths too', async t => {
  const bytes = (...commands: string[]) => {
    const { status, stdout, stderr } = spawnSync('openssl', commands, { input: one.certificatePem, cwd: folder });
    t.equal(status, 0, `openssl ${commands.join(' ')} ${String(stderr)}`);
    return stdout;
  };
  const folder = t.testdir({
    'both.crt': one.certificatePem + two.certificatePem,
    'one.crt': one.certificatePem,
    'one.key': one.privateKeyPem,
    'two.crt': two.certificatePem,
  });
  for (const form of ['DER', 'PEM']) {
    t.same(
      subjects(bytes('crl2pkcs7', '-nocrl', '-certfile', 'both.crt', '-outform', form)).toSorted(),
      ['CN=one', 'CN=two'],
      form,
    );
  }
  const sign = ['cms', '-sign', '-signer', 'one.crt', '-inkey', 'one.key', '-certfile', 'two.crt', '-nodetach'];
  for (const form of ['DER', 'PEM']) {
    const signed = bytes(...sign, '-stream', '-outform', form);
    if (form === 'DER') t.equal(signed[1], 0x80, 'the message has no length');
    t.same(subjects(signed).toSorted(), ['CN=one', 'CN=two'], `signed, ${form}`);
  }
});

t.test('says what is the matter with a bundle, and where', async t => {
  const bundle = craftBundle({ certificates });
  const at = bundle.indexOf(two.der);
  const damaged = Buffer.from(two.der);
  damaged[4] = 0x31;
  const ber = craftBundle({ certificates: [one.der, damaged], isIndefinite: true });
  const request = await certificateRequest({ keyType: 'ECDSA P-256' });
  const table: [string, string | Uint8Array, string][] = [
    [
      'no certificates',
      craftBundle({ certificates: [] }),
      'byte 0: found a PKCS#7 bundle without certificates, expected one with some',
    ],
    [
      'no certificates, in PEM',
      `\n${toPem('PKCS7', craftBundle({ certificates: [] }))}`,
      'line 2, byte 0: found a PKCS#7 bundle without certificates, expected one with some',
    ],
    [
      'attribute certificates alone',
      craftBundle({ certificates: [], others: [der.context(2, der.integer(1))] }),
      'byte 0: found a PKCS#7 bundle without certificates, expected one with some',
    ],
    [
      'an encrypted message',
      craftBundle({ certificates, type: '1.2.840.113549.1.7.3' }),
      'byte 0: found a PKCS#7 message, expected a certificate',
    ],
    [
      'a request in it',
      craftBundle({ certificates: [request.der] }),
      `byte ${craftBundle({ certificates: [request.der] }).indexOf(request.der)}: found a certificate request, expected a certificate`,
    ],
    [
      'its second certificate damaged',
      craftBundle({ certificates: [one.der, damaged] }),
      `byte ${at + 4}: found tag 0x31, expected the certificate's signed part (tag 0x30)`,
    ],
    [
      'the same in PEM',
      toPem('PKCS7', craftBundle({ certificates: [one.der, damaged] })),
      `line 1, byte ${at + 4}: found tag 0x31, expected the certificate's signed part (tag 0x30)`,
    ],
    [
      'the same without lengths',
      ber,
      `byte ${ber.indexOf(damaged) + 4}: found tag 0x31, expected the certificate's signed part (tag 0x30)`,
    ],
    [
      'more behind it',
      Buffer.concat([bundle, Buffer.of(1, 2)]),
      `byte ${bundle.length}: found 2 more bytes, expected the end of the PKCS#7 bundle`,
    ],
    [
      'its end cut off',
      bundle.subarray(0, -1),
      `byte 0: found ${bundle.length - 5} of ${bundle.length - 4} bytes, expected all of the PKCS#7 bundle`,
    ],
    [
      'its end cut off, without lengths',
      ber.subarray(0, -1),
      `byte ${ber.length - 2}: found the end of the enclosing element, expected the end-of-contents octets of the PKCS#7 bundle`,
    ],
    [
      'no structure',
      der.sequence(der.oid('1.2.840.113549.1.7.2'), der.context(0, der.octetString(Buffer.alloc(200)))),
      'byte 17: found tag 0x04, expected signed data (tag 0x30)',
    ],
  ];
  for (const [what, input, message] of table) {
    try {
      parseCertificates(input);
      t.fail(`${what}: read`);
    } catch (error) {
      t.ok(error instanceof CertificateError, what);
      t.equal((error as Error).message, message, what);
    }
  }
});

t.test('refuses a hostile bundle soon, with a CertificateError', async t => {
  const begin = Buffer.concat([Buffer.of(0x30, 0x80), der.oid('1.2.840.113549.1.7.2'), Buffer.of(0xa0, 0x80)]);
  const fill = (unit: Buffer) => Buffer.concat([begin, Buffer.alloc(INPUT_BYTES_MAX - begin.length - 200, unit)]);
  const many = Buffer.concat(Array.from({ length: 300_000 }, () => Buffer.of(0x04, 0x01, 0x20)));
  const table: Record<string, Buffer> = {
    'nothing but beginnings': fill(Buffer.of(0x30, 0x80)),
    'beginnings of strings': fill(Buffer.of(0x24, 0x80)),
    'more pieces than a call has arguments': indefinite(
      0x30,
      der.oid('1.2.840.113549.1.7.2'),
      indefinite(0xa0, indefinite(0x24, many)),
    ),
    'more elements than a call has arguments': indefinite(
      0x30,
      der.oid('1.2.840.113549.1.7.2'),
      indefinite(0xa0, indefinite(0x30, der.integer(1), der.element(0x31), der.sequence(), indefinite(0xa0, many))),
    ),
    'thousands of certificates that are none': craftBundle({
      certificates: Array.from({ length: 10_000 }, () => indefinite(0x30, Buffer.alloc(60, Buffer.of(0x04, 0)))),
      isIndefinite: true,
    }),
  };
  for (const [what, input] of Object.entries(table)) {
    const start = process.hrtime.bigint();
    t.throws(() => parseCertificates(input), CertificateError, what);
    const ms = Number((process.hrtime.bigint() - start) / 1_000_000n);
    t.ok(ms < 10_000, `${what}: ${ms} ms`);
  }
});
