import t from 'tap';
import { CertificateError, INPUT_BYTES_MAX, parseCertificates, parseCsr, toPem } from '../../certs/index.ts';
import { certificateRequest, selfSigned } from './material.ts';

const one = await selfSigned({ commonName: 'one', subjectAltNames: ['one.example'] });
const two = await selfSigned({ commonName: 'two' });
const request = await certificateRequest({ keyType: 'ECDSA P-256', subjectAltNames: ['vc.example'] });
const base64 = Buffer.from(one.der).toString('base64');
const pem = one.certificatePem;
const utf16 = (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le');

t.test('reads a certificate in whatever form it comes', async t => {
  const forms: Record<string, string | Uint8Array> = {
    PEM: pem,
    'PEM as bytes': Buffer.from(pem),
    'PEM with CRLF': pem.replaceAll('\n', '\r\n'),
    'PEM with CR': pem.replaceAll('\n', '\r'),
    'PEM without a last line end': pem.trimEnd(),
    'PEM with text around it': `Bag Attributes\n    friendlyName: vc\n${pem}\nThe end -- really.\n`,
    'PEM after a line that begins like DER': `0 s:CN = one\n${pem}`,
    'PEM indented': pem.replaceAll(/^/gm, '   '),
    'PEM with base64 on one line': `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
    'PEM all on one line': `-----BEGIN CERTIFICATE-----${base64}-----END CERTIFICATE-----`,
    'PEM with spaces for line ends': pem.replaceAll('\n', ' '),
    'PEM out of a JSON string': `"${pem.replaceAll('\n', '\\n')}"`,
    'PEM of the label X509 CERTIFICATE': pem.replaceAll('CERTIFICATE', 'X509 CERTIFICATE'),
    'PEM without padding': pem.replaceAll('=', ''),
    'PEM with a byte order mark': Buffer.from(`\uFEFF${pem}`),
    'PEM in UTF-16': utf16(pem),
    'PEM beside its key': one.privateKeyPem + pem,
    'bare base64': base64,
    'bare base64 in lines': `\n${base64.replaceAll(/.{64}/g, '$&\r\n')}\n`,
    'bare base64 in quotes': `"${base64}"\n`,
    DER: one.der,
    'DER in a Buffer': Buffer.from(one.der),
  };
  for (const [form, input] of Object.entries(forms)) {
    const certificates = parseCertificates(input);
    t.equal(certificates.length, 1, form);
    t.same(Buffer.from(certificates[0]!.der), Buffer.from(one.der), form);
  }
});

t.test('reads several certificates, in their order', async t => {
  for (const input of [pem + two.certificatePem, Buffer.concat([one.der, two.der])]) {
    t.same(
      parseCertificates(input).map(certificate => certificate.subject),
      ['CN=one', 'CN=two'],
    );
  }
});

t.test('reads a request in PEM, under its older label, and in DER', async t => {
  const expected = { subject: /^CN=vcenter.example,/, publicKey: 'ECDSA P-256', subjectAltNames: ['DNS:vc.example'] };
  t.match(parseCsr(request.csrPem), expected);
  t.match(parseCsr(request.csrPem.replaceAll('CERTIFICATE', 'NEW CERTIFICATE')), expected);
  t.match(parseCsr(request.der), expected);
  t.match(parseCsr(Buffer.from(request.der).toString('base64')), expected);
});

const lines = pem.split('\n');
const withLine = (index: number, line: string) => lines.toSpliced(index, 1, line).join('\n');
const der = (edit: (bytes: Buffer) => Buffer | void, from = one.der) => {
  const bytes = Buffer.from(from);
  return edit(bytes) ?? bytes;
};

t.test('says of a bad certificate what was found, where, and what was expected', async t => {
  const table: [string, string | Uint8Array, RegExp][] = [
    ['nothing', '', /^line 1: found nothing, expected a certificate as PEM, base64 or DER$/],
    ['no bytes', new Uint8Array(), /^line 1: found nothing/],
    ['white space', ' \r\n\t', /^line 1: found nothing/],
    ['prose', 'hello\nworld!', /^line 2, column 6: found '!', expected a certificate as PEM/],
    ['a web page', '\n<html>', /^line 2, column 1: found '<'/],
    ['zeros', new Uint8Array(100), /^line 1, column 1: found U\+0000/],
    [
      'too much',
      'A'.repeat(INPUT_BYTES_MAX + 1),
      /^found 1048577 bytes, expected a certificate of at most 1048576 bytes$/,
    ],
    [
      'a key',
      `\n${one.privateKeyPem}`,
      /^line 2: found PRIVATE KEY, expected a certificate \(CERTIFICATE or X509 CERTIFICATE\)$/,
    ],
    ['a request', request.csrPem, /^line 1: found CERTIFICATE REQUEST, expected a certificate/],
    [
      'no END',
      lines.slice(0, 5).join('\n'),
      /found the end of the input, expected the END CERTIFICATE line of the block that begins on line 1$/,
    ],
    [
      'no END, then another',
      lines.slice(0, 5).join('\n') + '\n' + pem,
      /^line 6, column 1: found a BEGIN CERTIFICATE line, expected the END/,
    ],
    [
      'no BEGIN',
      `${pem}\n-----END CERTIFICATE-----`,
      /found an END CERTIFICATE line, expected a BEGIN line before it$/,
    ],
    [
      'another END',
      pem.replace('END CERTIFICATE', 'END PRIVATE KEY'),
      /found an END PRIVATE KEY line, expected the END CERTIFICATE/,
    ],
    ['half a BEGIN', '-----BEGIN CERTIFI\nMIIB', /^line 1: found a BEGIN line that is not whole/],
    [
      'an empty block',
      '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----',
      /^line 1, column 28: found nothing, expected base64 in the CERTIFICATE block$/,
    ],
    [
      'a character in base64',
      withLine(2, lines[2]!.replace(/^.{4}./, '$&'.slice(0, 0) + lines[2]!.slice(0, 4) + '!')),
      /^line 3, column 5: found '!', expected base64/,
    ],
    ['a long dash', withLine(3, `\u2014${lines[3]!.slice(1)}`), /^line 4, column 1: found U\+2014, expected base64/],
    ['padding in the middle', withLine(2, `=${lines[2]!.slice(1)}`), /^line 3, column 1: found '=', expected base64/],
    [
      'a base64 digit lost',
      withLine(2, lines[2]!.slice(1)),
      /^line 1, (column 28: found \d+ base64 digits|byte \d+: found)/,
    ],
    [
      'a line lost',
      lines.toSpliced(3, 1).join('\n'),
      /^line 1, byte \d+: found \d+ of \d+ bytes, expected all of a certificate$/,
    ],
    [
      'a second one damaged',
      `${pem}\n${toPem('CERTIFICATE', two.der.subarray(0, 100))}`,
      new RegExp(`^line ${lines.length + 1}, byte 0: found`),
    ],
    ['DER cut off', one.der.subarray(0, -1), /^byte 0: found \d+ of \d+ bytes, expected all of a certificate$/],
    ['DER cut within a length', one.der.subarray(0, 3), /^byte 1: found length octet 0x82/],
    [
      'DER with more behind it',
      Buffer.concat([one.der, Buffer.from([0])]),
      new RegExp(`^byte ${one.der.length}: found tag 0x00, expected a certificate`),
    ],
    ['DER of indefinite length', Buffer.from('30800000', 'hex'), /^byte 1: found length octet 0x80/],
    [
      'DER of another thing',
      der(bytes => void (bytes[4] = 0x31)),
      /^byte 4: found tag 0x31, expected the certificate's signed part \(tag 0x30\)$/,
    ],
    ['a request in DER', request.der, /^byte \d+: found/],
    [
      'a date that is none',
      der(bytes => void bytes.write('99', bytes.indexOf('170d', 'hex') + 4)),
      /^byte \d+: found a date that cannot be read, expected notBefore as/,
    ],
    [
      'a key that is none',
      der(
        bytes =>
          void bytes.fill(0xff, bytes.indexOf('2a8648ce3d0201', 'hex'), bytes.indexOf('2a8648ce3d0201', 'hex') + 7),
      ),
      /found a certificate that cannot be used/,
    ],
  ];
  for (const [what, input, message] of table) {
    t.throws(() => parseCertificates(input), { name: 'CertificateError', message }, what);
    t.throws(() => parseCertificates(input), CertificateError, what);
  }
});

t.test('says of a bad request what was found, where, and what was expected', async t => {
  const changed = (edit: (bytes: Buffer) => Buffer | void) => der(edit, request.der);
  const table: [string, string | Uint8Array, RegExp][] = [
    ['nothing', '', /^line 1: found nothing, expected a certificate request as PEM/],
    ['a certificate', pem, /^line 1: found CERTIFICATE, expected a certificate request \(CERTIFICATE REQUEST or/],
    ['a certificate in DER', one.der, /^byte \d+: found/],
    [
      'two requests',
      `${request.csrPem}\n${request.csrPem}`,
      /^line \d+: found 2 requests, expected one certificate request$/,
    ],
    ['DER cut off', request.der.subarray(0, 60), /^byte 0: found 60|^byte 0: found \d+ of/],
    ['PEM cut off', toPem('CERTIFICATE REQUEST', request.der.subarray(0, 60)), /^line 1, byte 0: found/],
    ['another tag', changed(bytes => void (bytes[4] = 4)), /^byte 4: found tag 0x04|^byte \d+: found/],
    [
      'a key that is none',
      changed(
        bytes =>
          void bytes.fill(0xff, bytes.indexOf('2a8648ce3d0201', 'hex'), bytes.indexOf('2a8648ce3d0201', 'hex') + 7),
      ),
      /^byte \d+: found a public key that cannot be read/,
    ],
  ];
  for (const [what, input, message] of table) {
    t.throws(() => parseCsr(input), { name: 'CertificateError', message }, what);
  }
});

t.test('gives a CertificateError for any damage, nothing else', async t => {
  const seed = Date.now() % 1_000_000;
  t.comment(`seed ${seed}`);
  let state = seed + 1;
  const random = (below: number) => (state = (state * 48_271) % 2_147_483_647) % below;
  let refused = 0;
  for (let round = 0; round < 3000; round++) {
    const [source, parse] = round % 2 ? [one.der, parseCertificates] : [request.der, parseCsr];
    let bytes: Uint8Array = Uint8Array.from(source);
    for (let i = 0; i <= random(3); i++) bytes[random(bytes.length)] = random(256);
    if (random(4) === 0) bytes = bytes.subarray(0, random(bytes.length));
    const input = random(3) === 0 ? toPem(round % 2 ? 'CERTIFICATE' : 'CERTIFICATE REQUEST', bytes) : bytes;
    try {
      parse(input);
    } catch (error) {
      refused++;
      if (error instanceof CertificateError) continue;
      t.fail(`round ${round}: ${String(error)}`, { input: Buffer.from(bytes).toString('hex') });
      return;
    }
  }
  t.ok(refused > 500, `${refused} refused`);
});
