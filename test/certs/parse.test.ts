import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import t from 'tap';
import { CertificateError, INPUT_BYTES_MAX, parseCertificates, parseCsr, toPem } from '../../certs/index.ts';
import { craftBundle, indefinite, trust } from './crafted-bundle.ts';
import * as maker from './der-maker.ts';
import { certificateRequest, selfSigned } from './material.ts';

const one = await selfSigned({ commonName: 'one', subjectAltNames: ['one.example'] });
const two = await selfSigned({ commonName: 'two' });
const request = await certificateRequest({ keyType: 'ECDSA P-256', subjectAltNames: ['vc.example'] });
const base64 = Buffer.from(one.der).toString('base64');
const pem = one.certificatePem;
const utf16 = (text: string) => Buffer.from(text, 'utf16le');
const trusted = toPem('TRUSTED CERTIFICATE', Buffer.concat([one.der, trust('vc')]));
const key = one.privateKeyPem;
const encryptedKey = generateKeyPairSync('ed25519').privateKey.export({
  format: 'pem',
  type: 'pkcs8',
  cipher: 'aes-256-cbc',
  passphrase: 'correct horse',
}) as string;

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
    'PEM in UTF-16 LE, as Notepad saves it': utf16(`\uFEFF${pem.replaceAll('\n', '\r\n')}`),
    'PEM in UTF-16 BE': utf16(`\uFEFF${pem}`).swap16(),
    'PEM in UTF-16 LE without a byte order mark': utf16(pem),
    'PEM in UTF-16 BE without a byte order mark': utf16(pem).swap16(),
    'PEM with a byte order mark in the text': `\uFEFF${pem}`,
    'PEM behind its key': key + pem,
    'PEM in front of its key': pem + key,
    'PEM beside an encrypted key and a request': encryptedKey + pem + request.csrPem,
    'PEM beside a key whose base64 is damaged': key.replace(/^M/m, '!') + pem,
    'PEM beside blocks of labels that nobody knows': `-----BEGIN EC PARAMETERS-----\nBggq\n-----END EC PARAMETERS-----\n${pem}`,
    'PEM of the label TRUSTED CERTIFICATE': trusted,
    'PEM of the label TRUSTED CERTIFICATE, trusted for nothing': pem.replaceAll(' CERT', ' TRUSTED CERT'),
    'PEM within a web page': `<html><body><pre>${pem}</pre></body></html>`,
    'a PKCS#7 bundle in PEM': toPem('PKCS7', craftBundle({ certificates: [one.der] })),
    'a PKCS#7 bundle in DER': craftBundle({ certificates: [one.der] }),
    'a PKCS#7 bundle in BER': craftBundle({ certificates: [one.der], isIndefinite: true }),
    'bare base64': base64,
    'bare base64 in lines': `\n${base64.replaceAll(/.{64}/g, '$&\r\n')}\n`,
    'bare base64 in lines of an old Mac': base64.replaceAll(/.{64}/g, '$&\r'),
    'bare base64 with a byte order mark': Buffer.from(`\uFEFF${base64}`),
    'bare base64 in UTF-16': utf16(`\uFEFF${base64}\r\n`),
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
  const forms = [
    pem + two.certificatePem,
    trusted + key + two.certificatePem,
    Buffer.concat([one.der, two.der]),
    craftBundle({ certificates: [one.der, two.der] }),
  ];
  for (const input of forms) {
    t.same(
      parseCertificates(input).map(certificate => certificate.subject),
      ['CN=one', 'CN=two'],
    );
  }
});

t.test('reads what openssl trusts and requests', async t => {
  const folder = t.testdir({ 'one.key': key });
  const openssl = (input: string, ...commands: string[]) => {
    const { status, stdout, stderr } = spawnSync('openssl', commands, { input, cwd: folder });
    t.equal(status, 0, `openssl ${commands.join(' ')} ${String(stderr)}`);
    return stdout;
  };
  const made = openssl(pem, 'x509', '-trustout', '-addtrust', 'serverAuth', '-setalias', 'vc');
  t.match(made.toString(), /BEGIN TRUSTED CERTIFICATE/);
  t.same(Buffer.from(parseCertificates(made)[0]!.der), Buffer.from(one.der));
  const asked = openssl('', 'req', '-new', '-newhdr', '-key', 'one.key', '-subj', '/CN=asked');
  t.match(asked.toString(), /BEGIN NEW CERTIFICATE REQUEST/);
  t.match(parseCsr(asked), { subject: 'CN=asked' });
});

t.test('reads a request in whatever form it comes', async t => {
  const text = request.csrPem;
  const forms: Record<string, string | Uint8Array> = {
    PEM: text,
    'PEM under its older label': text.replaceAll('CERTIFICATE', 'NEW CERTIFICATE'),
    'PEM with CRLF': text.replaceAll('\n', '\r\n'),
    'PEM with CR': text.replaceAll('\n', '\r'),
    'PEM in UTF-16': utf16(`\uFEFF${text}`),
    'PEM beside its key and a certificate': request.privateKeyPem + pem + text,
    DER: request.der,
    'bare base64': Buffer.from(request.der).toString('base64'),
  };
  for (const [form, input] of Object.entries(forms)) {
    t.same(Buffer.from(parseCsr(input).der), Buffer.from(request.der), form);
  }
  t.match(parseCsr(text), {
    subject: /^CN=vcenter.example,/,
    publicKey: 'ECDSA P-256',
    subjectAltNames: ['DNS:vc.example'],
  });
});

const lines = pem.split('\n');
const withLine = (index: number, line: string) => lines.toSpliced(index, 1, line).join('\n');
const der = (edit: (bytes: Buffer) => Buffer | void, from = one.der) => {
  const bytes = Buffer.from(from);
  return edit(bytes) ?? bytes;
};

const keyAt = (bytes: Buffer) => bytes.indexOf('2a8648ce3d0201', 0, 'hex');

/** As far as one is looked at where something else is expected: version, then what it holds. */
function pkcs12(element = maker.element) {
  const content = element(0x30, maker.oid('1.2.840.113549.1.7.1'), element(0xa0, maker.octetString(Buffer.alloc(200))));
  return element(0x30, maker.integer(3), content);
}

const zipMessage = (expected: string) =>
  `byte 0: found a zip archive, expected ${expected} from within it: unpack it first (in the download.zip of a vCenter: certs/win/*.crt)`;

/** The message of the CertificateError that this throws. */
function messageOf(parse: () => unknown): string {
  try {
    parse();
  } catch (error) {
    if (error instanceof CertificateError) return error.message;
    throw error;
  }
  return 'nothing was thrown';
}

t.test('says of a bad certificate what was found, where, and what was expected', async t => {
  const form = 'a certificate as PEM, base64 or DER';
  const size = one.der.length;
  const body = size - 4;
  const badDate = der(bytes => void bytes.write('99', bytes.indexOf('170d', 'hex') + 4));
  const dateAt = badDate.indexOf('170d', 0, 'hex');
  const badKey = der(bytes => void bytes.fill(0xff, keyAt(bytes), keyAt(bytes) + 7));
  const notEnded = lines.slice(0, 5).join('\n');
  const table: [string, string | Uint8Array, string][] = [
    ['nothing', '', `line 1: found nothing, expected ${form}`],
    ['no bytes', new Uint8Array(), `line 1: found nothing, expected ${form}`],
    ['white space', ' \r\n\t', `line 1: found nothing, expected ${form}`],
    ['a byte order mark alone', Buffer.from('\uFEFF'), `line 1: found nothing, expected ${form}`],
    ['prose', 'hello\nworld!', `line 2, column 6: found '!', expected ${form}`],
    ['prose on an old Mac', 'hello\rworld!', `line 2, column 6: found '!', expected ${form}`],
    ['a web page', '\n <!DOCTYPE html><html>', `line 2, column 2: found a web page (HTML), expected ${form}`],
    ['a web page without its type', '<html>', `line 1, column 1: found a web page (HTML), expected ${form}`],
    ['XML', '<?xml version="1.0"?>', `line 1, column 1: found XML, expected ${form}`],
    ['zeros', new Uint8Array(100), `line 1, column 1: found U+0000, expected ${form}`],
    [
      'too much',
      'A'.repeat(INPUT_BYTES_MAX + 1),
      'found 1048577 bytes, expected a certificate of at most 1048576 bytes',
    ],
    ['a zip archive', Buffer.from('PK\x03\x04 and so on'), zipMessage('a certificate')],
    ['a zip archive as text', 'PK\x03\x04 and so on', zipMessage('a certificate')],
    [
      'a gzip archive',
      Buffer.from('1f8b0800', 'hex'),
      'byte 0: found a gzip archive, expected a certificate from within it: unpack it first',
    ],
    [
      'a Java keystore',
      Buffer.from('feedfeed00000002', 'hex'),
      'byte 0: found a Java keystore (JKS), expected a certificate from within it: export it with keytool first (-exportcert -rfc; with its key: -importkeystore to PKCS12)',
    ],
    ['a PKCS#12 file', pkcs12(), 'byte 0: found a PKCS#12 file, expected a certificate'],
    ['a PKCS#12 file in BER', pkcs12(indefinite), 'byte 0: found a PKCS#12 file, expected a certificate'],
    [
      'a PKCS#12 file in base64',
      `\n${pkcs12().toString('base64')}`,
      'line 2, byte 0: found a PKCS#12 file, expected a certificate',
    ],
    [
      'a PKCS#12 file in PEM',
      toPem('PKCS12', pkcs12()),
      'line 1: found a PKCS#12 file (PKCS12), expected a certificate (CERTIFICATE)',
    ],
    [
      'a request',
      request.csrPem,
      'line 1: found a certificate request (CERTIFICATE REQUEST), expected a certificate (CERTIFICATE)',
    ],
    ['a request in DER', request.der, 'byte 0: found a certificate request, expected a certificate'],
    [
      'a request in base64',
      Buffer.from(request.der).toString('base64'),
      'line 1, byte 0: found a certificate request, expected a certificate',
    ],
    [
      'a request behind a certificate, in DER',
      Buffer.concat([one.der, request.der]),
      `byte ${size}: found a certificate request, expected a certificate`,
    ],
    [
      'a request and a key',
      `Here:\n${request.csrPem}${key}`,
      'line 2: found a certificate request (CERTIFICATE REQUEST), a private key (PRIVATE KEY), expected a certificate (CERTIFICATE)',
    ],
    [
      'no END',
      notEnded,
      `line 5, column 65: found the end of the input, expected the END CERTIFICATE line of the block that begins on line 1`,
    ],
    [
      'no END, then another',
      `${notEnded}\n${pem}`,
      'line 6, column 1: found a BEGIN CERTIFICATE line, expected the END CERTIFICATE line of the block that begins on line 1',
    ],
    [
      'no BEGIN',
      `${pem}\n-----END CERTIFICATE-----`,
      `line ${lines.length + 1}, column 1: found an END CERTIFICATE line, expected a BEGIN line before it`,
    ],
    [
      'another END',
      pem.replace('END CERTIFICATE', 'END PRIVATE KEY'),
      `line ${lines.length - 1}, column 1: found an END PRIVATE KEY line, expected the END CERTIFICATE line of the block that begins on line 1`,
    ],
    [
      'half a BEGIN',
      '-----BEGIN CERTIFI\nMIIB',
      'line 1: found a BEGIN line that is not whole, expected a certificate (CERTIFICATE)',
    ],
    [
      'an empty block',
      '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----',
      'line 1, column 28: found nothing, expected base64 in the CERTIFICATE block',
    ],
    [
      'a character in base64',
      withLine(2, `${lines[2]!.slice(0, 4)}!${lines[2]!.slice(5)}`),
      "line 3, column 5: found '!', expected base64 in the CERTIFICATE block",
    ],
    [
      'the same with Windows line ends in UTF-16',
      utf16(`\uFEFF${withLine(2, `${lines[2]!.slice(0, 4)}!${lines[2]!.slice(5)}`).replaceAll('\n', '\r\n')}`),
      "line 3, column 5: found '!', expected base64 in the CERTIFICATE block",
    ],
    [
      'a long dash',
      withLine(3, `\u2014${lines[3]!.slice(1)}`),
      'line 4, column 1: found U+2014, expected base64 in the CERTIFICATE block',
    ],
    [
      'padding in the middle',
      withLine(2, `=${lines[2]!.slice(1)}`),
      "line 3, column 1: found '=', expected base64 in the CERTIFICATE block",
    ],
    [
      'three base64 digits lost at the end',
      '-----BEGIN CERTIFICATE-----\nMIIBI\n-----END CERTIFICATE-----',
      'line 1, column 28: found 5 base64 digits and 0 of padding, expected base64 in the CERTIFICATE block',
    ],
    [
      'a line lost',
      lines.toSpliced(3, 1).join('\n'),
      `line 1, byte 0: found ${body - 48} of ${body} bytes, expected all of a certificate`,
    ],
    [
      'a second one damaged',
      `${pem}\n${toPem('CERTIFICATE', two.der.subarray(0, 100))}`,
      `line ${lines.length + 1}, byte 0: found 96 of ${two.der.length - 4} bytes, expected all of a certificate`,
    ],
    [
      'DER cut off',
      one.der.subarray(0, -1),
      `byte 0: found ${body - 1} of ${body} bytes, expected all of a certificate`,
    ],
    [
      'DER cut within a length',
      one.der.subarray(0, 3),
      'byte 1: found length octet 0x82, expected the length of a certificate',
    ],
    [
      'DER with more behind it',
      Buffer.concat([one.der, Buffer.of(0)]),
      `byte ${size}: found tag 0x00, expected a certificate (tag 0x30)`,
    ],
    [
      'DER of indefinite length',
      Buffer.from('30800000', 'hex'),
      'byte 1: found length octet 0x80, expected the length of a certificate',
    ],
    [
      'DER of another thing',
      der(bytes => void (bytes[4] = 0x31)),
      "byte 4: found tag 0x31, expected the certificate's signed part (tag 0x30)",
    ],
    [
      'the second in DER of another thing',
      Buffer.concat([one.der, der(bytes => void (bytes[4] = 0x31))]),
      `byte ${size + 4}: found tag 0x31, expected the certificate's signed part (tag 0x30)`,
    ],
    [
      'more in a block than a certificate',
      toPem('CERTIFICATE', Buffer.concat([one.der, trust('vc')])),
      `line 1, byte ${size}: found ${trust('vc').length} more bytes, expected the end of the certificate`,
    ],
    [
      'other things behind a trusted certificate',
      toPem('TRUSTED CERTIFICATE', Buffer.concat([one.der, Buffer.of(4, 0)])),
      `line 1, byte ${size}: found tag 0x04, expected what the certificate is trusted for (tag 0x30)`,
    ],
    [
      'more behind what it is trusted for',
      toPem('TRUSTED CERTIFICATE', Buffer.concat([one.der, trust('vc'), trust('vc')])),
      `line 1, byte ${size + trust('vc').length}: found ${trust('vc').length} more bytes, expected the end of what the certificate is trusted for`,
    ],
    [
      'a date that is none',
      badDate,
      `byte ${dateAt}: found a date that cannot be read, expected notBefore as YYMMDDhhmmssZ or YYYYMMDDhhmmssZ`,
    ],
    [
      'a key that is none',
      badKey,
      'byte 0: found a certificate that cannot be used, expected one that TLS can read, with a public key that it knows',
    ],
  ];
  for (const [what, input, message] of table)
    t.equal(
      messageOf(() => parseCertificates(input)),
      message,
      what,
    );
});

t.test('names a private key where a certificate is expected, and shows nothing of it', async t => {
  const pairs = [
    generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
    generateKeyPairSync('ed25519').privateKey,
  ];
  const shown = (message: string, bytes: Uint8Array) => {
    const texts = ['base64', 'hex'] as const;
    return texts.some(encoding => {
      const text = Buffer.from(bytes).toString(encoding);
      return Array.from({ length: text.length - 7 }, (_, at) => text.slice(at, at + 8)).some(part =>
        message.includes(part),
      );
    });
  };
  for (const privateKey of pairs) {
    const types = { rsa: 'pkcs1', ec: 'sec1' } as const;
    const type = types[privateKey.asymmetricKeyType as 'rsa'];
    for (const format of ['pkcs8', ...(type ? [type] : [])] as 'pkcs8'[]) {
      const bytes = privateKey.export({ format: 'der', type: format });
      const base64 = bytes.toString('base64');
      const text = privateKey.export({ format: 'pem', type: format }) as string;
      const label = /BEGIN (.*?)-/.exec(text)![1]!;
      const table: [string, string | Uint8Array, string][] = [
        ['PEM', text, `line 1: found a private key (${label}), expected a certificate (CERTIFICATE)`],
        [
          'PEM in UTF-16',
          utf16(`\uFEFF${text}`),
          `line 1: found a private key (${label}), expected a certificate (CERTIFICATE)`,
        ],
        ['DER', bytes, 'byte 0: found a private key, expected a certificate'],
        [
          'DER behind a certificate',
          Buffer.concat([one.der, bytes]),
          `byte ${one.der.length}: found a private key, expected a certificate`,
        ],
        ['base64', base64, 'line 1, byte 0: found a private key, expected a certificate'],
        [
          'PEM of the label CERTIFICATE',
          toPem('CERTIFICATE', bytes),
          'line 1, byte 0: found a private key, expected a certificate',
        ],
        [
          'PEM of the label TRUSTED CERTIFICATE',
          toPem('TRUSTED CERTIFICATE', bytes),
          'line 1, byte 0: found a private key, expected a certificate',
        ],
      ];
      for (const [what, input, message] of table) {
        t.equal(
          messageOf(() => parseCertificates(input)),
          message,
          `${label}, ${what}`,
        );
        t.match(
          messageOf(() => parseCsr(input)),
          /found a (private key|certificate)\b.*, expected a certificate request/,
          `${label}, ${what}`,
        );
      }
      for (const damaged of [
        bytes.subarray(0, 30),
        bytes.subarray(3),
        base64.slice(1),
        `!${base64}`,
        text.slice(40),
        text.slice(0, -30),
      ]) {
        for (const parse of [parseCertificates, parseCsr]) {
          const message = messageOf(() => parse(damaged));
          t.notOk(shown(message, bytes), `${label}, damaged: ${message}`);
        }
      }
    }
  }
  t.equal(
    messageOf(() => parseCertificates(encryptedKey)),
    'line 1: found an encrypted private key (ENCRYPTED PRIVATE KEY), expected a certificate (CERTIFICATE)',
  );
  t.equal(
    messageOf(() => parseCertificates('PuTTY-User-Key-File-3: ssh-ed25519\n')),
    'line 1, column 1: found a private key (PuTTY), expected a certificate as PEM, base64 or DER',
  );
});

t.test('says of a bad request what was found, where, and what was expected', async t => {
  const changed = (edit: (bytes: Buffer) => Buffer | void) => der(edit, request.der);
  const body = request.der.length - 4;
  const table: [string, string | Uint8Array, string][] = [
    ['nothing', '', 'line 1: found nothing, expected a certificate request as PEM, base64 or DER'],
    [
      'a certificate',
      pem,
      'line 1: found a certificate (CERTIFICATE), expected a certificate request (CERTIFICATE REQUEST)',
    ],
    ['a certificate in DER', one.der, 'byte 0: found a certificate, expected a certificate request'],
    ['a certificate in base64', base64, 'line 1, byte 0: found a certificate, expected a certificate request'],
    ['a zip archive', Buffer.from('PK\x03\x04'), zipMessage('a certificate request')],
    [
      'a PKCS#7 bundle',
      craftBundle({ certificates: [one.der] }),
      'byte 0: found a PKCS#7 bundle, expected a certificate request',
    ],
    ['a PKCS#12 file', pkcs12(), 'byte 0: found a PKCS#12 file, expected a certificate request'],
    [
      'a web page',
      '<html>',
      'line 1, column 1: found a web page (HTML), expected a certificate request as PEM, base64 or DER',
    ],
    [
      'two requests',
      `${request.csrPem}\n${request.csrPem}`,
      `line ${request.csrPem.split('\n').length + 1}: found 2 requests, expected one certificate request`,
    ],
    [
      'two requests in DER',
      Buffer.concat([request.der, request.der]),
      `byte ${request.der.length}: found 2 requests, expected one certificate request`,
    ],
    [
      'DER cut off',
      request.der.subarray(0, 60),
      `byte 0: found 56 of ${body} bytes, expected all of a certificate request`,
    ],
    [
      'PEM cut off',
      toPem('CERTIFICATE REQUEST', request.der.subarray(0, 60)),
      `line 1, byte 0: found 56 of ${body} bytes, expected all of a certificate request`,
    ],
    [
      'another tag',
      changed(bytes => void (bytes[4] = 4)),
      "byte 4: found tag 0x04, expected the certificate request's signed part (tag 0x30)",
    ],
    [
      'a key that is none',
      changed(bytes => void bytes.fill(0xff, keyAt(bytes), keyAt(bytes) + 7)),
      `byte ${keyAt(Buffer.from(request.der)) - 6}: found a public key that cannot be read, expected RSA, ECDSA or Ed25519`,
    ],
  ];
  for (const [what, input, message] of table)
    t.equal(
      messageOf(() => parseCsr(input)),
      message,
      what,
    );
});

t.test('gives a CertificateError for any damage, nothing else', async t => {
  const seed = Date.now() % 1_000_000;
  t.comment(`seed ${seed}`);
  let state = seed + 1;
  const random = (below: number) => (state = (state * 48_271) % 2_147_483_647) % below;
  const bundle = craftBundle({ certificates: [one.der, two.der] });
  const ber = craftBundle({ certificates: [one.der, two.der], isIndefinite: true });
  const sources: Uint8Array[] = [
    one.der,
    request.der,
    Buffer.concat([one.der, two.der]),
    bundle,
    ber,
    pkcs12(),
    pkcs12(indefinite),
    Buffer.from(key + trusted + request.csrPem),
    Buffer.from(toPem('PKCS7', ber) + pem),
    Buffer.from(base64),
    utf16(`\uFEFF${pem}${request.csrPem}`),
  ];
  const labels = ['CERTIFICATE', 'TRUSTED CERTIFICATE', 'PKCS7', 'CERTIFICATE REQUEST'];
  const rounds = 20_000;
  let refused = 0;
  for (let round = 0; round < rounds; round++) {
    let bytes = Buffer.from(sources[random(sources.length)]!);
    for (let i = 0; i <= random(3); i++) bytes[random(bytes.length)] = random(256);
    if (random(4) === 0) bytes = bytes.subarray(0, random(bytes.length));
    if (random(8) === 0) {
      const at = random(bytes.length + 1);
      bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(random(bytes.length + 1))]);
    }
    const input = [bytes, bytes, toPem(labels[random(labels.length)]!, bytes), bytes.toString('latin1')][random(4)]!;
    for (const parse of [parseCertificates, parseCsr]) {
      try {
        parse(input);
      } catch (error) {
        refused++;
        if (error instanceof CertificateError) continue;
        t.fail(`round ${round}: ${String(error)}`, { input: Buffer.from(bytes).toString('hex') });
        return;
      }
    }
  }
  t.ok(refused > rounds, `${refused} refused`);
});
