import t from 'tap';
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { CertificateError, decryptPrivateKey, encryptPrivateKey, parsePrivateKey } from '../../certs/index.ts';
import { OTHER_PROGRAMS_PASSWORD as password, otherProgramsFile } from './other-programs.ts';

const keys = {
  Ed25519: generateKeyPairSync('ed25519').privateKey,
  'ECDSA P-256': generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  'RSA 2048': generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
};
const pem = (key: (typeof keys)['Ed25519']) => key.export({ format: 'pem', type: 'pkcs8' }) as string;

for (const [name, key] of Object.entries(keys)) {
  t.test(`encrypts a key of type ${name} so that its passphrase opens it (RFC 5958 §3)`, async t => {
    const file = await encryptPrivateKey(pem(key), 'eight words öf a päßphrase 🔑');
    t.match(file, /^-----BEGIN ENCRYPTED PRIVATE KEY-----\n[^-]+-----END ENCRYPTED PRIVATE KEY-----\n$/);
    t.equal(decryptPrivateKey(`Administrator: alice\n${file}more text\n`, 'eight words öf a päßphrase 🔑'), pem(key));
    const read = createPrivateKey({ key: file, passphrase: 'eight words öf a päßphrase 🔑' });
    t.ok(createPublicKey(read).equals(createPublicKey(key)), 'as another reader of the format sees it');
  });
}

t.test('says by its parameters what guessing costs', async t => {
  const file = await encryptPrivateKey(pem(keys.Ed25519), 'a passphrase', {
    randomBytes: size => Buffer.alloc(size, 7),
  });
  const der = Buffer.from(file.replaceAll(/-----[^-]+-----|\n/g, ''), 'base64').toString('hex');
  t.match(der, `0410${'07'.repeat(16)}0203${(600_000).toString(16).padStart(6, '0')}`, 'salt and 600,000 iterations');
  const again = await encryptPrivateKey(pem(keys.Ed25519), 'a passphrase');
  t.not(again, await encryptPrivateKey(pem(keys.Ed25519), 'a passphrase'), 'salted anew each time');
});

t.test('what cannot be opened says why and shows nothing', async t => {
  const file = await encryptPrivateKey(pem(keys.Ed25519), 'a passphrase');
  const damaged = file.replace(/[A-Za-z0-9+/]{20}(={0,2}\n-----END)/, `${'A'.repeat(20)}$1`);
  const cutOff = file.replace(/\n.*(\n-----END)/, '$1');
  const cases: [what: string, read: () => unknown, found: RegExp][] = [
    ['wrong passphrase', () => decryptPrivateKey(file, 'another passphrase'), /wrong passphrase/],
    [
      'damaged file',
      () => decryptPrivateKey(damaged, 'a passphrase'),
      /wrong passphrase, or an encrypted private key that is damaged/,
    ],
    ['cut off', () => decryptPrivateKey(cutOff, 'a passphrase'), /^\d+ of \d+ bytes$/],
    ['no key', () => decryptPrivateKey('text', 'a passphrase'), /a private key that cannot be read/],
    ['not encrypted', () => decryptPrivateKey(pem(keys.Ed25519), 'a passphrase'), /not encrypted/],
    ['no passphrase', () => parsePrivateKey(file), /an encrypted private key/],
  ];
  for (const [what, read, found] of cases) {
    try {
      read();
      t.fail(`${what} was read`);
    } catch (error) {
      t.ok(error instanceof CertificateError, what);
      t.match((error as CertificateError).found, found);
      t.notMatch((error as CertificateError).message, /a passphrase\b.*another|MC4C|another passphrase/);
    }
  }
  t.equal(parsePrivateKey(pem(keys.Ed25519)), pem(keys.Ed25519), 'one that is not encrypted, as it is');
  await t.rejects(encryptPrivateKey('text', 'a passphrase'), CertificateError);
});

const key = String(otherProgramsFile('key.pem'));

for (const name of ['sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'aes128', 'des3', 'pbe3des', 'traditional']) {
  t.test(`opens a key that OpenSSL encrypted with ${name} (RFC 8018, RFC 7292, RFC 1421)`, async t => {
    const file = otherProgramsFile(`key-${name}.pem`);
    const text = String(file);
    t.equal(decryptPrivateKey(file, password), key);
    t.equal(parsePrivateKey(`text\r\n${text.replaceAll('\n', '\r\n')}`, password), key, 'with Windows line ends');
    t.equal(parsePrivateKey(Buffer.from(`\uFEFF${text}`, 'utf16le'), password), key, 'in UTF-16');
    t.throws(() => decryptPrivateKey(file, `${password}.`), {
      name: 'CertificateError',
      message:
        /^line 1: found a wrong passphrase, or an encrypted private key that is damaged, expected the passphrase/,
    });
    t.throws(() => parsePrivateKey(file), {
      message: /^line 1: found an encrypted private key, expected its passphrase/,
    });
  });
}

t.test('refuses what is encrypted in ways of old or of few, and says which', async t => {
  for (const [name, message] of [
    ['md5des', /found encryption with MD5 and DES, which are broken, expected AES-256: export it anew/],
    ['scrypt', /found key derivation 1\.3\.6\.1\.4\.1\.11591\.4\.11, expected PBKDF2/],
  ] as const) {
    t.throws(() => decryptPrivateKey(otherProgramsFile(`key-${name}.pem`), password), {
      name: 'CertificateError',
      message,
    });
  }
});

t.test('bounds the iterations that a file may ask for', async t => {
  const file = Buffer.from(String(otherProgramsFile('key-sha256.pem')).replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
  const hex = file.toString('hex');
  t.match(hex, '02020800', '2048 of them');
  const hostile = Buffer.from(hex.replace('02020800', '0202ffff'), 'hex');
  t.throws(() => decryptPrivateKey(hostile, password), { message: /iterations, expected 1 to 2000000/ });
});

t.test('reads a key in whatever form it comes', async t => {
  const sec1 = String(otherProgramsFile('key-sec1.pem'));
  const certificate = String(otherProgramsFile('certificate.pem'));
  const rsa = keys['RSA 2048'];
  const forms: [what: string, input: string | Uint8Array, is: string][] = [
    ['PKCS#8', key, key],
    ['SEC 1', sec1, key],
    [
      'SEC 1 after its parameters',
      `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${sec1}`,
      key,
    ],
    ['PKCS#1', rsa.export({ format: 'pem', type: 'pkcs1' }), pem(rsa)],
    ['PKCS#8 in DER', keys['ECDSA P-256'].export({ format: 'der', type: 'pkcs8' }), pem(keys['ECDSA P-256'])],
    ['a short one in DER', keys.Ed25519.export({ format: 'der', type: 'pkcs8' }), pem(keys.Ed25519)],
    ['SEC 1 in DER', keys['ECDSA P-256'].export({ format: 'der', type: 'sec1' }), pem(keys['ECDSA P-256'])],
    ['PKCS#1 in DER', rsa.export({ format: 'der', type: 'pkcs1' }), pem(rsa)],
    ['bare base64', key.replaceAll(/-----[^-]+-----|\s/g, ''), key],
    ['beside its certificate', certificate + key, key],
    ['with text around it', `Bag Attributes\n    localKeyID: 01 02\n${key}\n-- end\n`, key],
    ['with Windows line ends', key.replaceAll('\n', '\r\n'), key],
    ['with old Mac line ends', key.replaceAll('\n', '\r'), key],
    ['with a byte order mark', Buffer.from(`\uFEFF${key}`), key],
    ['in UTF-16', Buffer.from(`\uFEFF${key}`, 'utf16le'), key],
    ['all on one line', key.replaceAll('\n', ''), key],
  ];
  for (const [what, input, is] of forms) t.equal(parsePrivateKey(input), is, what);
});

t.test('names what was given instead of a private key', async t => {
  const certificate = String(otherProgramsFile('certificate.pem'));
  const publicKey = createPublicKey(keys.Ed25519);
  const cases: [what: string, input: string | Uint8Array, message: RegExp][] = [
    [
      'a certificate',
      certificate,
      /^line 1: found a certificate \(CERTIFICATE\), expected a private key \(PRIVATE KEY\)$/,
    ],
    ['a public key', publicKey.export({ format: 'pem', type: 'spki' }), /^line 1: found a public key \(PUBLIC KEY\)/],
    ['a public key in DER', publicKey.export({ format: 'der', type: 'spki' }), /^byte 0: found a public key, expected/],
    ['PKCS#12', otherProgramsFile('openssl-3.p12'), /^byte 0: found a PKCS#12 file, expected a private key$/],
    ['two keys', `${key}\n${key}`, /^line 7: found several private keys, expected one private key$/],
    ['an OpenSSH key', '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n', /OPENSSH/],
    ['nothing', '', /found nothing, expected a private key as PEM, base64 or DER/],
  ];
  for (const [what, input, message] of cases) {
    t.throws(() => parsePrivateKey(input), { name: 'CertificateError', message }, what);
  }
});
