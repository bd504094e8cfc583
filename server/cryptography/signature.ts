import {
  constants,
  privateEncrypt,
  publicDecrypt,
  sign as signWith,
  verify as verifyWith,
  type KeyObject,
  type SigningOptions,
} from 'node:crypto';
import {
  DigitalSignatureAlgorithm as Signature,
  HashingAlgorithm as Hash,
  MaskGenerator,
  PaddingMethod,
  type CryptographicParametersValue,
} from '../../kmip-codec/index.ts';
import { digestInfoOf } from './digest-info.ts';
import { attempt, CryptographicFailure } from './failure.ts';
import { hashNameOf } from './hashes.ts';

/**
 * The signature of data with a private key: RSA by PSS or PKCS#1 v1.5 (RFC 8017 §8), ECDSA and DSA as a DER sequence of two
 * numbers (RFC 3279 §2.2.2, §2.2.3), Ed25519 and Ed448 (RFC 8032). Throws CryptographicFailure: Unsupported Cryptographic
 * Parameters, Cryptographic Failure.
 */
export function signatureOf(key: KeyObject, parameters: CryptographicParametersValue, data: Uint8Array): Buffer {
  const { hash, options } = wayOf(key, parameters);
  return attempt('the data cannot be signed with this key', () => signWith(hash, data, { key, ...options }));
}

/** Whether it is the signature of these data; PSS with a salt of any length unless the parameters have one. Throws CryptographicFailure 'Unsupported Cryptographic Parameters'. */
export function isSignatureOf(
  key: KeyObject,
  parameters: CryptographicParametersValue,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  const { hash, options } = wayOf(key, parameters);
  return attempt('the signature cannot be verified with this key', () =>
    verifyWith(
      hash,
      data,
      { key, ...options, ...(parameters.saltLength === undefined && anySalt(options)) },
      signature,
    ),
  );
}

/**
 * The signature of data whose digest this is: RSA by PKCS#1 v1.5 only, for the others sign through OpenSSL what they hash themselves.
 * Throws CryptographicFailure: Feature Not Supported, Invalid Field where no digest by this hash is that long, and as `signatureOf`.
 */
export function signatureOfDigest(
  key: KeyObject,
  parameters: CryptographicParametersValue,
  digest: Uint8Array,
): Buffer {
  const digestInfo = digestInfoFor(key, parameters, digest);
  return attempt('the digest cannot be signed with this key', () =>
    privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, digestInfo),
  );
}

/** Whether it is the signature of data whose digest this is. Throws as `signatureOfDigest`. */
export function isSignatureOfDigest(
  key: KeyObject,
  parameters: CryptographicParametersValue,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  const digestInfo = digestInfoFor(key, parameters, digest);
  try {
    return publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature).equals(digestInfo);
  } catch {
    return false;
  }
}

function digestInfoFor(key: KeyObject, parameters: CryptographicParametersValue, digest: Uint8Array): Buffer {
  const { hash, options } = wayOf(key, parameters);
  if (hash === null || options.padding !== constants.RSA_PKCS1_PADDING)
    throw new CryptographicFailure('Feature Not Supported', 'Digested Data are taken with RSA and PKCS1 v1.5 only');
  const digestInfo = digestInfoOf(hash, digest);
  if (digestInfo === undefined)
    throw new CryptographicFailure(
      'Invalid Field',
      `Digested Data has ${digest.length} bytes, as no digest by ${hash}`,
    );
  return digestInfo;
}

function wayOf(
  key: KeyObject,
  parameters: CryptographicParametersValue,
): { hash: string | null; options: SigningOptions } {
  const type = key.asymmetricKeyType ?? '';
  if (type === 'ed25519' || type === 'ed448') return { hash: null, options: {} };
  if (!['rsa', 'rsa-pss', 'ec', 'dsa'].includes(type)) throw unsupported('keys of this kind do not sign');
  const named = algorithms.get(parameters.digitalSignatureAlgorithm);
  if (parameters.digitalSignatureAlgorithm !== undefined && named === undefined)
    throw unsupported('the Digital Signature Algorithm is not supported');
  const hash = hashNameOf(named?.hash ?? parameters.hashingAlgorithm);
  if (hash === undefined) throw unsupported('the parameters name no Hashing Algorithm that is supported');
  const family = named?.family ?? type;
  if (family !== type && !(family === 'rsa' && type === 'rsa-pss'))
    throw unsupported(`the Digital Signature Algorithm is not for keys of ${type.toUpperCase()}`);
  if (family !== 'rsa') return { hash, options: {} };

  const padding = named?.padding ?? parameters.paddingMethod;
  if (padding === PaddingMethod.PKCS1V1_5) return { hash, options: { padding: constants.RSA_PKCS1_PADDING } };
  if (padding !== PaddingMethod.PSS) throw unsupported('the Padding Method must be PSS or PKCS1 v1.5');
  const { maskGenerator = MaskGenerator.MGF1, maskGeneratorHashingAlgorithm, saltLength } = parameters;
  if (maskGenerator !== MaskGenerator.MGF1) throw unsupported('the Mask Generator must be MGF1');
  // OpenSSL under node:crypto takes one hash for both.
  if (maskGeneratorHashingAlgorithm !== undefined && hashNameOf(maskGeneratorHashingAlgorithm) !== hash)
    throw unsupported('the Mask Generator Hashing Algorithm must be the Hashing Algorithm');
  return {
    hash,
    options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: saltLength ?? constants.RSA_PSS_SALTLEN_DIGEST },
  };
}

const anySalt = ({ saltLength }: SigningOptions): SigningOptions =>
  saltLength === undefined ? {} : { saltLength: constants.RSA_PSS_SALTLEN_AUTO };

interface Named {
  readonly family: 'rsa' | 'ec' | 'dsa';
  readonly hash: number | undefined;
  readonly padding?: number;
}
const rsa = (hash: number): Named => ({ family: 'rsa', hash, padding: PaddingMethod.PKCS1V1_5 });

const algorithms: ReadonlyMap<number | undefined, Named> = new Map<number | undefined, Named>([
  [Signature.MD5WithRSAEncryption, rsa(Hash.MD5)],
  [Signature.SHA_1WithRSAEncryption, rsa(Hash.SHA_1)],
  [Signature.SHA_224WithRSAEncryption, rsa(Hash.SHA_224)],
  [Signature.SHA_256WithRSAEncryption, rsa(Hash.SHA_256)],
  [Signature.SHA_384WithRSAEncryption, rsa(Hash.SHA_384)],
  [Signature.SHA_512WithRSAEncryption, rsa(Hash.SHA_512)],
  [Signature.SHA3_256WithRSAEncryption, rsa(Hash.SHA3_256)],
  [Signature.SHA3_384WithRSAEncryption, rsa(Hash.SHA3_384)],
  [Signature.SHA3_512WithRSAEncryption, rsa(Hash.SHA3_512)],
  [Signature.RSASSA_PSS, { family: 'rsa', hash: undefined, padding: PaddingMethod.PSS }],
  [Signature.DSAWithSHA_1, { family: 'dsa', hash: Hash.SHA_1 }],
  [Signature.DSAWithSHA224, { family: 'dsa', hash: Hash.SHA_224 }],
  [Signature.DSAWithSHA256, { family: 'dsa', hash: Hash.SHA_256 }],
  [Signature.ECDSAWithSHA_1, { family: 'ec', hash: Hash.SHA_1 }],
  [Signature.ECDSAWithSHA224, { family: 'ec', hash: Hash.SHA_224 }],
  [Signature.ECDSAWithSHA256, { family: 'ec', hash: Hash.SHA_256 }],
  [Signature.ECDSAWithSHA384, { family: 'ec', hash: Hash.SHA_384 }],
  [Signature.ECDSAWithSHA512, { family: 'ec', hash: Hash.SHA_512 }],
]);

const unsupported = (message: string) => new CryptographicFailure('Unsupported Cryptographic Parameters', message);
