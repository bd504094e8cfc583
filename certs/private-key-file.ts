import { createPrivateKey, type KeyObject, type PrivateKeyInput, randomBytes as systemRandomBytes } from 'node:crypto';
import { CertificateError, orCertificateError } from './certificate-error.ts';
import { encryptedPrivateKeyInfo, readEncryptedPrivateKey } from './encrypted-private-key.ts';
import { kindOfDer } from './input-kind.ts';
import type { RandomBytes } from './issue.ts';
import { type Block, findBlocks, inBlock, toPem } from './pem.ts';

/**
 * The one private key in a file or text as PKCS#8 in PEM, not encrypted. Taken: PKCS#8, PKCS#1 and SEC 1, in PEM (with text and
 * certificates around it), base64 or DER, encrypted ones with their passphrase. Throws CertificateError, which never shows the key.
 */
export const parsePrivateKey = (input: string | Uint8Array, passphrase?: string): string =>
  pkcs8Pem(readPrivateKey(input, passphrase));

/** The same as node:crypto has it. */
export function readPrivateKey(input: string | Uint8Array, passphrase?: string): KeyObject {
  const block = keyBlock(input);
  return inBlock(block, () => (isEncrypted(block) ? decrypt(block, passphrase) : readPlain(block)));
}

/** PBKDF2 with HMAC-SHA-256 (OWASP's number of 2023): an eighth of a second on a machine of today. */
const ITERATIONS = 600_000;

/**
 * A private key (as parsePrivateKey takes it) under a passphrase: PKCS#8 EncryptedPrivateKeyInfo in PEM, PBES2 with AES-256-CBC.
 * `openssl pkey` opens it. Throws CertificateError for an empty passphrase.
 */
export async function encryptPrivateKey(
  privateKeyPem: string | Uint8Array,
  passphrase: string,
  { randomBytes = systemRandomBytes }: { randomBytes?: RandomBytes } = {},
): Promise<string> {
  if (passphrase === '') throw new CertificateError({ found: 'an empty passphrase', expected: 'one of some length' });
  const key = readPrivateKey(privateKeyPem).export({ format: 'der', type: 'pkcs8' });
  const options = { iterations: ITERATIONS, randomBytes };
  const pem = toPem('ENCRYPTED PRIVATE KEY', await encryptedPrivateKeyInfo(key, passphrase, options));
  key.fill(0);
  return pem;
}

/**
 * The one private key in a file or text, which must be encrypted, as PKCS#8 in PEM. Throws CertificateError: a wrong passphrase, a key
 * that is not encrypted, none, one encrypted in a way that we do not open.
 */
export function decryptPrivateKey(input: string | Uint8Array, passphrase: string): string {
  const block = keyBlock(input);
  return inBlock(block, () => {
    if (isEncrypted(block)) return pkcs8Pem(decrypt(block, passphrase));
    readPlain(block); // what is no key at all has its own error
    throw new CertificateError({ found: 'a private key that is not encrypted', expected: 'an encrypted private key' });
  });
}

const pkcs8Pem = (key: KeyObject) => {
  const der = key.export({ format: 'der', type: 'pkcs8' });
  const pem = toPem('PRIVATE KEY', der);
  der.fill(0);
  return pem;
};

const ENCRYPTED = 'ENCRYPTED PRIVATE KEY';

function keyBlock(input: string | Uint8Array): Block {
  const labels = ['PRIVATE KEY', ENCRYPTED, 'RSA PRIVATE KEY', 'EC PRIVATE KEY'];
  const [block, second] = findBlocks(input, { labels, name: 'a private key', kinds: ['an encrypted private key'] });
  if (block && !second) return block;
  const line = second?.line;
  throw new CertificateError({ ...(line && { line }), found: 'several private keys', expected: 'one private key' });
}

const isEncrypted = ({ der, label, headers }: Block) =>
  headers?.includes('ENCRYPTED') || label === ENCRYPTED || kindOfDer(der) === 'an encrypted private key';

function decrypt({ der, label, headers }: Block, passphrase: string | undefined): KeyObject {
  if (passphrase === undefined) {
    throw new CertificateError({ found: 'an encrypted private key', expected: 'its passphrase, or one not encrypted' });
  }
  if (headers === undefined) {
    readEncryptedPrivateKey(der); // bounds the work that OpenSSL is about to do
    return open({ key: Buffer.from(der), format: 'der', type: 'pkcs8', passphrase });
  }
  // RFC 1421's way, which OpenSSL alone can read: its derivation is in no standard.
  const base64 = Buffer.from(der).toString('base64').replaceAll(/.{64}/g, '$&\n');
  const pem = `-----BEGIN ${label}-----\n${headers}\n\n${base64}\n-----END ${label}-----\n`;
  return open({ key: pem, format: 'pem', passphrase });
}

const WRONG_PASSPHRASE = {
  found: 'a wrong passphrase, or an encrypted private key that is damaged',
  expected: 'the passphrase of this private key',
};

// OpenSSL tells a wrong passphrase by what it finds inside; with some luck it finds padding and only then no key.
const open = (input: PrivateKeyInput): KeyObject => orCertificateError(WRONG_PASSPHRASE, () => createPrivateKey(input));

function readPlain({ der }: Block): KeyObject {
  const key = Buffer.from(der);
  const found = { found: 'a private key that cannot be read', expected: 'one as PKCS#8, PKCS#1 or SEC 1' };
  try {
    return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  } catch {
    try {
      return createPrivateKey({ key, format: 'der', type: 'pkcs1' });
    } catch {
      return orCertificateError(found, () => createPrivateKey({ key, format: 'der', type: 'sec1' }));
    }
  }
}
