import type { KeyObject } from 'node:crypto';
import {
  CryptographicAlgorithm,
  CryptographicLength,
  KeyFormatType,
  ObjectType,
  RecommendedCurve,
  type Attribute,
  type AttributeSet,
  type KeyBlock,
  type KeyMaterial,
  type Version,
} from '../../kmip-codec/index.ts';
import { curveBits, findSymmetricAlgorithm, lengthOfMaterial, materialBytes } from '../objects/index.ts';
import { readEncoded } from './key-pair-material.ts';
import type { Context } from './operation.ts';
import { OperationFailure } from './results.ts';

type Algorithm = NonNullable<KeyBlock['cryptographicAlgorithm']>;
/** What is known of a key: its algorithm, and its length in bits. */
export interface KeyFacts {
  readonly algorithm: Algorithm | undefined;
  readonly length: number | undefined;
}

/**
 * The algorithm and length of a key, from the attributes given, the Key Block and the material, which must agree (1.4 §4.3). Keys
 * have both; secret data, PGP keys and split keys may lack them. Throws OperationFailure 'Invalid Field'.
 */
export function keyFacts(
  { version }: Context,
  { objectType, given, keyBlock }: { objectType: number; given: AttributeSet; keyBlock: KeyBlock },
): KeyFacts {
  const algorithm = agreed(CryptographicAlgorithm, given, keyBlock.cryptographicAlgorithm);
  const length = agreed(CryptographicLength, given, keyBlock.cryptographicLength);
  const stated = { algorithm, length };
  if (objectType === ObjectType.SymmetricKey) return symmetricFacts(stated, keyBlock);
  if (objectType === ObjectType.PublicKey || objectType === ObjectType.PrivateKey)
    return asymmetricFacts(stated, knownIn(version, materialFacts(objectType, keyBlock)));
  return stated;
}

/** An algorithm that the version does not know is none that its client could mean; EC, which came with 1.2, was ECDSA before. */
function knownIn(version: Version, facts: KeyFacts | undefined): KeyFacts | undefined {
  const algorithm = facts?.algorithm;
  if (algorithm === undefined || CryptographicAlgorithm.names.isKnownIn(algorithm, version)) return facts;
  return { ...facts!, algorithm: algorithm === CryptographicAlgorithm.EC ? CryptographicAlgorithm.ECDSA : undefined };
}

function agreed<T>(attribute: Attribute<T>, given: AttributeSet, inBlock: T | undefined): T | undefined {
  const outside = given.get(attribute);
  if (outside !== undefined && inBlock !== undefined && outside !== inBlock)
    throw invalid(
      `${attribute.attributeName} is ${String(attribute.describe(outside))}, in the Key Block ${String(attribute.describe(inBlock))}`,
    );
  return outside ?? inBlock;
}

const missing = (attribute: Attribute<unknown>) =>
  invalid(`${attribute.attributeName} is required, among the attributes or in the Key Block`);

function symmetricFacts({ algorithm, length: stated }: KeyFacts, keyBlock: KeyBlock): KeyFacts {
  if (algorithm === undefined) throw missing(CryptographicAlgorithm);
  const known = findSymmetricAlgorithm(algorithm);
  const name = CryptographicAlgorithm.names.show(algorithm);
  if (known === undefined && keyPairs.has(algorithm)) throw invalid(`${name} has no symmetric keys`);

  const bytes = bytesOf(keyBlock);
  const length = stated ?? (bytes === undefined ? undefined : known ? lengthOfMaterial(known, bytes) : bytes * 8);
  if (length === undefined) throw missing(CryptographicLength);
  // Of other algorithms, a vendor's own among them, nobody here knows the lengths.
  if (known === undefined) return { algorithm, length };
  if (!known.allows(length)) throw invalid(`Cryptographic Length ${length} is none of ${name}`);
  if (bytes !== undefined && bytes !== materialBytes(known, length))
    throw invalid(`the key has ${bytes} bytes, ${name} with ${length} bits has ${materialBytes(known, length)}`);
  return { algorithm, length };
}

/** How many bytes the key has; undefined where they cannot be counted: wrapped, opaque or elsewhere. */
function bytesOf({ keyFormatType, keyValue, keyWrappingData }: KeyBlock): number | undefined {
  if (keyValue === undefined || keyValue instanceof Uint8Array || keyWrappingData !== undefined) return undefined;
  const { keyMaterial } = keyValue;
  const bytes =
    keyMaterial instanceof Uint8Array ? keyMaterial : 'key' in keyMaterial ? keyMaterial.key : new Uint8Array();
  if (bytes.length === 0) throw invalid('the Key Material is empty');
  return keyFormatType === KeyFormatType.Opaque ? undefined : bytes.length;
}

function asymmetricFacts(stated: KeyFacts, found: KeyFacts | undefined): KeyFacts {
  const algorithm = stated.algorithm ?? found?.algorithm;
  const length = stated.length ?? found?.length;
  if (algorithm === undefined) throw missing(CryptographicAlgorithm);
  if (length === undefined) throw missing(CryptographicLength);
  const name = CryptographicAlgorithm.names.show(algorithm);
  if (findSymmetricAlgorithm(algorithm) !== undefined) throw invalid(`${name} has no key pairs`);
  if (found?.algorithm !== undefined && familyOf(found.algorithm) !== familyOf(algorithm))
    throw invalid(`the key is of ${CryptographicAlgorithm.names.show(found.algorithm)}, not of ${name}`);
  if (found?.length !== undefined && found.length !== length)
    throw invalid(`the key has ${found.length} bits, Cryptographic Length is ${length}`);
  return { algorithm, length };
}

/** One curve serves several algorithms; which of them a key is for, its owner says. */
const familyOf = (algorithm: Algorithm): Algorithm =>
  ellipticCurves.has(algorithm) ? CryptographicAlgorithm.EC : algorithm;
const ellipticCurves: ReadonlySet<Algorithm> = new Set([
  CryptographicAlgorithm.EC,
  CryptographicAlgorithm.ECDSA,
  CryptographicAlgorithm.ECDH,
  CryptographicAlgorithm.ECMQV,
]);
const keyPairs: ReadonlySet<Algorithm> = new Set([
  ...ellipticCurves,
  CryptographicAlgorithm.RSA,
  CryptographicAlgorithm.DSA,
  CryptographicAlgorithm.DH,
  CryptographicAlgorithm.Ed25519,
  CryptographicAlgorithm.Ed448,
]);

/** What the plain material of a public or private key says; undefined where it cannot be read: wrapped, elsewhere, opaque or encrypted. */
function materialFacts(objectType: number, keyBlock: KeyBlock): KeyFacts | undefined {
  const { keyFormatType, keyValue, keyWrappingData } = keyBlock;
  if (keyValue === undefined || keyValue instanceof Uint8Array || keyWrappingData !== undefined) return undefined;
  const { keyMaterial } = keyValue;
  if (!(keyMaterial instanceof Uint8Array)) return transparentFacts(keyMaterial);
  if (keyMaterial.length === 0) throw invalid('the Key Material is empty');
  let key: KeyObject | undefined;
  try {
    key = readEncoded(objectType, keyFormatType, keyMaterial);
  } catch {
    return undefined;
  }
  if (key === undefined) return undefined;
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  const algorithm = algorithms.get(key.asymmetricKeyType ?? '');
  return { algorithm, length: modulusLength ?? curveBits(namedCurve ?? key.asymmetricKeyType ?? '') };
}

const algorithms: ReadonlyMap<string, Algorithm> = new Map<string, Algorithm>([
  ['rsa', CryptographicAlgorithm.RSA],
  ['rsa-pss', CryptographicAlgorithm.RSA],
  ['dsa', CryptographicAlgorithm.DSA],
  ['dh', CryptographicAlgorithm.DH],
  ['ec', CryptographicAlgorithm.EC],
  ['ed25519', CryptographicAlgorithm.Ed25519],
  ['ed448', CryptographicAlgorithm.Ed448],
  ['x25519', CryptographicAlgorithm.ECDH],
  ['x448', CryptographicAlgorithm.ECDH],
]);

/** A transparent key names its numbers, not its algorithm: DSA and DH are told apart by the Key Format Type alone. */
function transparentFacts(material: Exclude<KeyMaterial, Uint8Array>): KeyFacts | undefined {
  if ('modulus' in material) return { algorithm: CryptographicAlgorithm.RSA, length: bitsOf(material.modulus) };
  if ('recommendedCurve' in material) {
    const name = RecommendedCurve.names.show(material.recommendedCurve);
    return { algorithm: CryptographicAlgorithm.EC, length: curveBits(name) };
  }
  if ('p' in material && material.p !== undefined) return { algorithm: undefined, length: bitsOf(material.p) };
  return undefined;
}

const bitsOf = (value: bigint): number => value.toString(2).length;

const invalid = (message: string) => new OperationFailure('Invalid Field', message);
