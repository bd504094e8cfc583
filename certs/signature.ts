import { constants, createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { Signed } from './certificate-fields.ts';
import type { SignatureAlgorithm } from './signature-algorithm.ts';
import { describePublicKey } from './public-key.ts';

/** The key in a SubjectPublicKeyInfo, DER; undefined when it is of a kind that nobody here knows, or damaged. */
export function readPublicKey(der: Uint8Array): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}

const RSA_BITS_MIN = 2048;
// Above, a single signature keeps the thread busy for milliseconds.
const RSA_BITS_MAX = 8192;
// 65537 in nearly all keys. An exponent as long as the modulus would make checking a signature as slow as making one.
const RSA_EXPONENT_MAX = 2n ** 32n;
const CURVES: readonly string[] = ['ECDSA P-256', 'ECDSA P-384', 'ECDSA P-521'];
const KEYS_EXPECTED = `RSA ${RSA_BITS_MIN} to ${RSA_BITS_MAX}, ECDSA P-256, P-384 or P-521, or Ed25519`;

/** What makes this key unfit for a path, as text without names; undefined when it is fit. To be asked before a signature is checked with it. */
export function keyWeakness(key: KeyObject | undefined): string | undefined {
  if (key === undefined) return `a public key of an unknown kind, expected ${KEYS_EXPECTED}`;
  const described = describePublicKey(key);
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  const isFit =
    key.asymmetricKeyType === 'rsa' || key.asymmetricKeyType === 'rsa-pss'
      ? modulusLength >= RSA_BITS_MIN && modulusLength <= RSA_BITS_MAX
      : key.asymmetricKeyType === 'ed25519' || CURVES.includes(described);
  if (!isFit) return `a public key ${described}, expected ${KEYS_EXPECTED}`;
  const isRsa = modulusLength > 0;
  return isRsa && (publicExponent < 3n || publicExponent > RSA_EXPONENT_MAX || publicExponent % 2n === 0n)
    ? `a public key ${described} with an unusual exponent, expected an odd one from 3 to 2^32`
    : undefined;
}

const KEY_TYPES: Readonly<Record<SignatureAlgorithm['family'], readonly string[]>> = {
  RSA: ['rsa'],
  'RSA-PSS': ['rsa', 'rsa-pss'],
  ECDSA: ['ec'],
  Ed25519: ['ed25519'],
  other: [],
};

/** Whether this key made the signature. The algorithm must be one for this kind of key: it is the signer's choice, the key is ours. */
export function isSignedWith(key: KeyObject, { signedPart, algorithm, signature }: Signed): boolean {
  const { family, hash, saltLength } = algorithm;
  if (!KEY_TYPES[family].includes(key.asymmetricKeyType ?? '')) return false;
  try {
    if (family !== 'RSA-PSS') return verify(hash, signedPart, key, signature);
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    return verify(hash, signedPart, { key, padding, saltLength }, signature);
  } catch {
    // OpenSSL refuses some damaged signatures with an error instead of a no.
    return false;
  }
}
