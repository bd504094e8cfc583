import { createPublicKey, type KeyObject, type webcrypto, X509Certificate } from 'node:crypto';
import { CertificateError, orCertificateError } from './certificate-error.ts';
import { engine } from './engine.ts';
import { toPem } from './pem.ts';
import { readPrivateKey } from './private-key-file.ts';
import { describePublicKey } from './public-key.ts';

/** Kinds of key that we make. A certificate's public key is described in the same words. */
export const keyTypes = [
  'RSA 2048',
  'RSA 3072',
  'RSA 4096',
  'RSA 8192',
  'ECDSA P-256',
  'ECDSA P-384',
  'ECDSA P-521',
  'Ed25519',
] as const;
export type KeyType = (typeof keyTypes)[number];

const RSA_BITS_MIN = 2048;
const RSA_BITS_MAX = 8192;

/** A new key pair, made off the main thread: RSA 2048 takes 0.1 to 0.3 seconds, RSA 8192 up to a minute. */
export async function generateKeyPair(keyType: KeyType): Promise<webcrypto.CryptoKeyPair> {
  return (await engine.subtle.generateKey(webCryptoAlgorithm(keyType), true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair;
}

/** The private key as PKCS#8 in PEM, not encrypted. */
export async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  return toPem('PRIVATE KEY', new Uint8Array(await engine.subtle.exportKey('pkcs8', key)));
}

/**
 * A private key as parsePrivateKey takes it, ready to sign certificates.
 * Throws CertificateError when it is none, is encrypted, or is of a kind that we do not sign with.
 */
export async function importPrivateKey(
  input: string | Uint8Array,
): Promise<{ key: webcrypto.CryptoKey; keyObject: KeyObject; hash: string }> {
  const keyObject = readPrivateKey(input);
  const algorithm = webCryptoAlgorithm(checkedKeyType(keyObject));
  const pkcs8 = keyObject.export({ format: 'der', type: 'pkcs8' });
  const key = await engine.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']);
  return { key, keyObject, hash: signatureHash(keyObject) };
}

/** What kind of key this is, if it is one that we sign for: RSA 2048 to 8192, ECDSA P-256, P-384, P-521, Ed25519. Else CertificateError. */
export function checkedKeyType(key: KeyObject): string {
  const found = describePublicKey(key);
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  const isRsa = key.asymmetricKeyType === 'rsa';
  if (isRsa && publicExponent < 3n) {
    throw new CertificateError({
      found: `${found} with public exponent ${publicExponent}`,
      expected: 'a public exponent of at least 3',
    });
  }
  const isAccepted = isRsa
    ? modulusLength >= RSA_BITS_MIN && modulusLength <= RSA_BITS_MAX
    : (keyTypes as readonly string[]).includes(found);
  if (isAccepted) return found;
  throw new CertificateError({
    found: `a key of type ${found}`,
    expected: `RSA ${RSA_BITS_MIN} to ${RSA_BITS_MAX}, ECDSA P-256, P-384 or P-521, or Ed25519`,
  });
}

/**
 * Throws CertificateError unless a certificate's key is of a kind that we let clients in by: what we sign for, or RSA-PSS of the
 * same lengths.
 */
export function checkKeyType({ der }: { der: Uint8Array }): void {
  const { publicKey } = new X509Certificate(der);
  const { modulusLength = 0 } = publicKey.asymmetricKeyDetails ?? {};
  const isPss = publicKey.asymmetricKeyType === 'rsa-pss';
  if (isPss && modulusLength >= RSA_BITS_MIN && modulusLength <= RSA_BITS_MAX) return;
  checkedKeyType(publicKey);
}

/** Throws CertificateError unless a public key (SubjectPublicKeyInfo, DER) is of a kind that we sign for. */
export function checkPublicKey(der: Uint8Array): void {
  const key = orCertificateError({ found: 'a public key that cannot be read', expected: 'RSA, ECDSA or Ed25519' }, () =>
    createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' }),
  );
  checkedKeyType(key);
}

/** As strong as the key: SHA-256 for RSA and P-256, SHA-384 for P-384, SHA-512 for P-521. Ed25519 has its own. */
function signatureHash(key: KeyObject): string {
  const described = describePublicKey(key);
  return described === 'ECDSA P-384' ? 'SHA-384' : described === 'ECDSA P-521' ? 'SHA-512' : 'SHA-256';
}

function webCryptoAlgorithm(keyType: string) {
  const [family = '', variant = ''] = keyType.split(' ');
  if (family === 'RSA') {
    return {
      name: 'RSASSA-PKCS1-v1_5',
      modulusLength: Number(variant),
      publicExponent: Uint8Array.of(1, 0, 1),
      hash: 'SHA-256',
    };
  }
  return family === 'ECDSA' ? { name: 'ECDSA', namedCurve: variant } : { name: 'Ed25519' };
}
