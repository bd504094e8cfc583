import { createHash, createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { CertificateError, orCertificateError } from './certificate-error.ts';
import { describePublicKey } from './public-key.ts';

/** Kinds of key that administrators sign with. */
export const signingKeyTypes = ['Ed25519', 'ECDSA P-256'] as const;
export type SigningKeyType = (typeof signingKeyTypes)[number];

export interface PublicSigningKey {
  /** SubjectPublicKeyInfo, DER. */
  der: Uint8Array;
  keyType: SigningKeyType;
  /** SHA-256 over `der`, 64 lower-case hex digits. */
  keyId: string;
  key: KeyObject;
}

const generate = promisify(generateKeyPair);

/** Makes a key pair: PKCS#8, not encrypted, and SubjectPublicKeyInfo, both PEM. */
export async function generateSigningKey(
  keyType: SigningKeyType,
): Promise<{ privateKeyPem: string; publicKeyPem: string }> {
  const { privateKey, publicKey } =
    keyType === 'Ed25519' ? await generate('ed25519') : await generate('ec', { namedCurve: 'P-256' });
  return {
    privateKeyPem: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
    publicKeyPem: publicKey.export({ format: 'pem', type: 'spki' }) as string,
  };
}

/** The public key in PEM or DER (SubjectPublicKeyInfo). Throws CertificateError when it is none, or of another kind, or private. */
export function publicKeyOf(input: string | Uint8Array): PublicSigningKey {
  if (typeof input === 'string' && !/^\s*-----BEGIN PUBLIC KEY-----/.test(input)) {
    throw new CertificateError({ found: 'something else', expected: '-----BEGIN PUBLIC KEY-----' });
  }
  const key = orCertificateError({ found: 'a public key that cannot be read', expected: 'one as PEM or DER' }, () =>
    createPublicKey(typeof input === 'string' ? input : { key: Buffer.from(input), format: 'der', type: 'spki' }),
  );
  return described(key);
}

/** The public part of a private signing key (PEM). Throws CertificateError. */
export function publicPartOf(privateKeyPem: string): PublicSigningKey {
  return orCertificateError({ found: 'a private key that cannot be read', expected: 'one as PEM' }, () =>
    described(createPublicKey(createPrivateKey(privateKeyPem))),
  );
}

function described(key: KeyObject): PublicSigningKey {
  const found = describePublicKey(key);
  const keyType = signingKeyTypes.find(each => each === found);
  if (keyType === undefined) {
    throw new CertificateError({ found: `a key of type ${found}`, expected: signingKeyTypes.join(' or ') });
  }
  // By way of JWK: a point of P-256 has two forms in DER, and one key must have one identifier.
  const plain = createPublicKey({ key: key.export({ format: 'jwk' }), format: 'jwk' });
  const der = new Uint8Array(plain.export({ format: 'der', type: 'spki' }));
  return { der, keyType, keyId: createHash('sha256').update(der).digest('hex'), key };
}
