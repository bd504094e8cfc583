import t from 'tap';
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { CertificateError, decryptPrivateKey, encryptPrivateKey, parsePrivateKey } from '../../certs/index.ts';

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
    ['damaged file', () => decryptPrivateKey(damaged, 'a passphrase'), /wrong passphrase, or an encrypted private key that is damaged/],
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
