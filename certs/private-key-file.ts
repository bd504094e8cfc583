import { createPrivateKey, type KeyObject, randomBytes as systemRandomBytes } from 'node:crypto';
import { OctetString, Sequence } from 'asn1js';
import { CertificateError, orCertificateError } from './certificate-error.ts';
import type { RandomBytes } from './issue.ts';
import { encryptByPassword } from './pbes2.ts';
import { toPem } from './pem.ts';

/** What a guesser has to spend for each passphrase: OWASP's number for PBKDF2 by HMAC-SHA-256 of 2023. About 0.2 seconds. */
const ITERATIONS = 600_000;

/**
 * A private key (PEM) as `ENCRYPTED PRIVATE KEY` (RFC 5958 §3), which openssl and others open with the passphrase.
 * Throws CertificateError when the input is no private key.
 */
export async function encryptPrivateKey(
  privateKeyPem: string,
  passphrase: string,
  { randomBytes = systemRandomBytes }: { randomBytes?: RandomBytes } = {},
): Promise<string> {
  const pkcs8 = read(privateKeyPem).export({ format: 'der', type: 'pkcs8' });
  const { algorithm, content } = await encryptByPassword(pkcs8, passphrase, { iterations: ITERATIONS, randomBytes });
  pkcs8.fill(0);
  const info = new Sequence({
    value: [algorithm, new OctetString({ valueHex: Uint8Array.from(content).buffer })],
  });
  return toPem('ENCRYPTED PRIVATE KEY', new Uint8Array(info.toBER()));
}

const block = /-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----[^-]*-----END \1-----/;

/**
 * The private key in a file (PEM, text before and after it is allowed), as PKCS#8 in PEM, not encrypted. Throws CertificateError
 * when there is none, when the passphrase does not open it, and, unless `passphrase` is undefined, when it is not encrypted.
 */
export function decryptPrivateKey(pem: string, passphrase: string | undefined): string {
  const [whole, label] = block.exec(pem) ?? [];
  if (whole === undefined) {
    throw new CertificateError({ found: 'no private key', expected: '-----BEGIN ENCRYPTED PRIVATE KEY-----' });
  }
  const isEncrypted = label === 'ENCRYPTED PRIVATE KEY' || /^Proc-Type:.*ENCRYPTED/m.test(whole);
  if (isEncrypted && passphrase === undefined) {
    throw new CertificateError({ found: 'an encrypted private key', expected: 'its passphrase with it' });
  }
  if (!isEncrypted && passphrase !== undefined) {
    throw new CertificateError({ found: 'a private key that is not encrypted', expected: 'one under a passphrase' });
  }
  const expected = isEncrypted ? 'the passphrase of this private key' : 'a private key';
  const found = isEncrypted ? 'a passphrase that does not open it, or a damaged file' : 'a damaged private key';
  return orCertificateError({ found, expected }, () => {
    const key = createPrivateKey(passphrase === undefined ? whole : { key: whole, passphrase });
    return key.export({ format: 'pem', type: 'pkcs8' }) as string;
  });
}

function read(privateKeyPem: string): KeyObject {
  return orCertificateError({ found: 'something else', expected: 'a private key as PEM' }, () =>
    createPrivateKey(privateKeyPem),
  );
}
