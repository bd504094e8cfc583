import { generateKeyPair as generate, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import {
  CryptographicAlgorithm,
  KeyFormatType,
  RecommendedCurve,
  V2_0,
  type KeyBlock,
  type Version,
} from '../../kmip-codec/index.ts';
import { findCurve, findCurveByName, keyBlockOf } from '../cryptography/index.ts';
import { OperationFailure } from './results.ts';

/** What a pair is to be: a Cryptographic Algorithm, and where they are known its Cryptographic Length (bits) and Recommended Curve. */
export interface KeyPairKind {
  readonly algorithm: NonNullable<KeyBlock['cryptographicAlgorithm']>;
  readonly length: number | undefined;
  readonly curve: number | undefined;
}
export interface KeyPair {
  readonly algorithm: KeyPairKind['algorithm'];
  /** Bits. */
  readonly length: number;
  readonly privateKey: KeyBlock;
  readonly publicKey: KeyBlock;
  /** Overwrites the private key where it is bytes. */
  wipe(): void;
}

/**
 * A new pair in the default formats (2.1 §4.26): PKCS#1 of RSA, Transparent EC of curves. 1.x, which names none, has ECPrivateKey and
 * SubjectPublicKeyInfo of curves; keys of RFC 8032 and RFC 7748, which have no transparent format, are PKCS#8 and SubjectPublicKeyInfo.
 * Throws OperationFailure 'Invalid Attribute Value' for what is not made.
 */
export async function generateKeyPair({ version }: { readonly version: Version }, kind: KeyPairKind): Promise<KeyPair> {
  const { make, length, formats, formatsSince2 = formats } = recipeFor(kind);
  const { privateKey, publicKey } = await make();
  const { algorithm } = kind;
  // A key on a curve does not tell which algorithm it is for.
  const facts = { cryptographicAlgorithm: algorithm, cryptographicLength: length };
  const inFormats = version < V2_0 ? formats : formatsSince2;
  const privateBlock = keyBlockOf(privateKey, inFormats.privateKey);
  return {
    algorithm,
    length,
    privateKey: { ...privateBlock, ...facts },
    publicKey: { ...keyBlockOf(publicKey, inFormats.publicKey), ...facts },
    wipe() {
      const { keyMaterial } = privateBlock.keyValue as { keyMaterial: unknown };
      // Numbers cannot be.
      if (keyMaterial instanceof Uint8Array) keyMaterial.fill(0);
    },
  };
}

/** Whether `generateKeyPair` makes such pairs. */
export function isKindMade(kind: KeyPairKind): boolean {
  try {
    return recipeFor(kind).length > 0;
  } catch (error) {
    if (error instanceof OperationFailure) return false;
    throw error;
  }
}

/** The Recommended Curve of a key, or undefined. */
export function recommendedCurveOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): number | undefined {
  if (asymmetricKeyType === 'x25519') return RecommendedCurve.CURVE25519;
  if (asymmetricKeyType === 'x448') return RecommendedCurve.CURVE448;
  return findCurveByName(asymmetricKeyDetails?.namedCurve)?.curve;
}

interface Formats {
  readonly privateKey: number;
  readonly publicKey: number;
}
interface Recipe {
  readonly length: number;
  readonly formats: Formats;
  /** Where 2.x has others. */
  readonly formatsSince2?: Formats;
  make(): Promise<{ readonly privateKey: KeyObject; readonly publicKey: KeyObject }>;
}

function recipeFor(kind: KeyPairKind): Recipe {
  const { algorithm, length } = kind;
  if (algorithm === CryptographicAlgorithm.RSA) return rsa(length ?? RSA_BITS_DEFAULT);
  if (curveAlgorithms.has(algorithm)) return onCurve(kind);
  const edwards = edwardsCurves.get(algorithm);
  if (edwards !== undefined) return ofLength(edwards, length);
  throw invalid(
    `Cryptographic Algorithm ${CryptographicAlgorithm.names.show(algorithm)}: no key pairs are made for it`,
  );
}

const newKeys = promisify(generate);
const RSA_BITS_DEFAULT = 2048;
/** Longer ones take minutes to make. */
const RSA_BITS_MAX = 8192;
/** Shorter ones protect nothing, but older clients and their tests ask for them. */
const RSA_BITS_MIN = 1024;

function rsa(length: number): Recipe {
  if (length < RSA_BITS_MIN || length > RSA_BITS_MAX || length % 8 !== 0) throw badLength(length);
  return {
    length,
    formats: { privateKey: KeyFormatType.PKCS_1, publicKey: KeyFormatType.PKCS_1 },
    make: () => newKeys('rsa', { modulusLength: length }),
  };
}

const curveAlgorithms: ReadonlySet<number> = new Set([
  CryptographicAlgorithm.EC,
  CryptographicAlgorithm.ECDSA,
  CryptographicAlgorithm.ECDH,
]);
/** What is taken for a length without a curve. */
const usualCurves: readonly number[] = [
  RecommendedCurve.P_192,
  RecommendedCurve.P_224,
  RecommendedCurve.P_256,
  RecommendedCurve.P_384,
  RecommendedCurve.P_521,
];
const EC_BITS_DEFAULT = 256;

function onCurve({ algorithm, length, curve: recommendedCurve }: KeyPairKind): Recipe {
  const montgomery = recommendedCurve === undefined ? undefined : montgomeryCurves.get(recommendedCurve);
  // They are for key agreement alone (RFC 7748).
  if (montgomery !== undefined && algorithm !== CryptographicAlgorithm.ECDSA) return ofLength(montgomery, length);
  const curve =
    recommendedCurve === undefined
      ? usualCurves.map(one => findCurve(one)!).find(one => one.bits === (length ?? EC_BITS_DEFAULT))
      : findCurve(recommendedCurve);
  if (curve === undefined)
    throw recommendedCurve === undefined
      ? badLength(length!)
      : invalid(`Recommended Curve ${RecommendedCurve.names.show(recommendedCurve)}: no key pairs are made for it`);
  if (length !== undefined && length !== curve.bits) throw badLength(length);
  return {
    length: curve.bits,
    formats: { privateKey: KeyFormatType.ECPrivateKey, publicKey: KeyFormatType.X_509 },
    formatsSince2: {
      privateKey: KeyFormatType.TransparentECPrivateKey,
      publicKey: KeyFormatType.TransparentECPublicKey,
    },
    make: () => newKeys('ec', { namedCurve: curve.name }),
  };
}

type Fixed = Pick<Recipe, 'length' | 'make'>;
const fixed = (length: number, make: Fixed['make']): Fixed => ({ length, make });
/** RFC 8032. */
const edwardsCurves: ReadonlyMap<number, Fixed> = new Map<number, Fixed>([
  [CryptographicAlgorithm.Ed25519, fixed(256, () => newKeys('ed25519'))],
  [CryptographicAlgorithm.Ed448, fixed(448, () => newKeys('ed448'))],
]);
/** RFC 7748. */
const montgomeryCurves: ReadonlyMap<number, Fixed> = new Map<number, Fixed>([
  [RecommendedCurve.CURVE25519, fixed(256, () => newKeys('x25519'))],
  [RecommendedCurve.CURVE448, fixed(448, () => newKeys('x448'))],
]);

function ofLength({ length, make }: Fixed, given: number | undefined): Recipe {
  if (given !== undefined && given !== length) throw badLength(given);
  return { length, make, formats: { privateKey: KeyFormatType.PKCS_8, publicKey: KeyFormatType.X_509 } };
}

const invalid = (message: string) => new OperationFailure('Invalid Attribute Value', message);
const badLength = (length: number) => invalid(`Cryptographic Length ${length}: no key pairs of that length are made`);
