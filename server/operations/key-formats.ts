import {
  CryptographicAlgorithm,
  CryptographicLength,
  KeyFormatType,
  ObjectType,
  RecommendedCurve,
  V1_2,
  type AttributeSet,
  type KeyBlock,
  type KeyMaterial,
  type TransparentSymmetricKey,
  type TypeOf,
  type Version,
} from '../../kmip-codec/index.ts';
import { convertedMaterial } from './key-pair-material.ts';
import type { ObjectContext } from './operation.ts';
import { OperationFailure } from './results.ts';

/**
 * The Key Block in the asked Key Format Type, or in the one it is kept in. The bytes of a symmetric key are Raw or a Transparent
 * Symmetric Key (1.4 §2.1.7.1), RSA keys and keys on curves have the formats of `convertedMaterial`; what is Opaque or wrapped is given
 * as it came. A format that the version does not know is replaced by one that it does. Throws Key Format Type Not Supported.
 */
export function inKeyFormat(
  { object: { objectType }, version }: ObjectContext,
  keyBlock: KeyBlock,
  wanted: Format | undefined,
): KeyBlock {
  const { keyFormatType: kept, keyValue, keyWrappingData } = keyBlock;
  const asked = wanted ?? formatIn(version, objectType, kept);
  if (asked === kept) return keyBlock;
  if (keyValue !== undefined && !(keyValue instanceof Uint8Array) && keyWrappingData === undefined) {
    const bytes = objectType === ObjectType.SymmetricKey ? symmetricKeyBytes(keyBlock) : undefined;
    const keyMaterial = bytes ? layouts.get(asked)?.(bytes) : convertedMaterial(objectType, keyBlock, asked);
    if (keyMaterial !== undefined && isCurveOf(version, keyMaterial))
      return { ...keyBlock, keyFormatType: asked, keyValue: { ...keyValue, keyMaterial } };
  }
  const names = KeyFormatType.names;
  throw new OperationFailure(
    'Key Format Type Not Supported',
    `the key is kept as ${names.show(kept)}${keyBlock.keyWrappingData ? ' and wrapped' : ''}, it cannot be given as ${names.show(asked)}`,
  );
}

/** The format kept, or where the version does not know it yet an older one of such keys: only those on curves got new ones. */
function formatIn(version: Version, objectType: number, kept: Format): Format {
  if (KeyFormatType.names.isKnownIn(kept, version)) return kept;
  return objectType === ObjectType.PrivateKey ? KeyFormatType.ECPrivateKey : KeyFormatType.X_509;
}

type Format = TypeOf<typeof KeyFormatType>;

/** Whether the version has a name for the curve of a transparent key. */
const isCurveOf = (version: Version, material: KeyMaterial): boolean =>
  !('recommendedCurve' in material) || RecommendedCurve.names.isKnownIn(material.recommendedCurve, version);

/** The bytes of a plain symmetric key; undefined when it is wrapped, has no value here, or is in a format that hides them. */
export function symmetricKeyBytes({ keyFormatType, keyValue }: KeyBlock): Uint8Array | undefined {
  if (keyValue === undefined || keyValue instanceof Uint8Array) return undefined;
  const { keyMaterial } = keyValue;
  if (keyFormatType === KeyFormatType.Raw) return keyMaterial instanceof Uint8Array ? keyMaterial : undefined;
  if (keyFormatType !== KeyFormatType.TransparentSymmetricKey || keyMaterial instanceof Uint8Array) return undefined;
  return (keyMaterial as TransparentSymmetricKey).key;
}

/**
 * The Key Block with Cryptographic Algorithm and Length, which may be absent only from a message that says them elsewhere (1.4 §2.1.3).
 * EC came with 1.2: clients before know keys on curves as ECDSA.
 */
export function withAlgorithm(keyBlock: KeyBlock, attributes: AttributeSet, version: Version): KeyBlock {
  const algorithm = keyBlock.cryptographicAlgorithm ?? attributes.get(CryptographicAlgorithm);
  return {
    ...keyBlock,
    cryptographicAlgorithm:
      algorithm === CryptographicAlgorithm.EC && version < V1_2 ? CryptographicAlgorithm.ECDSA : algorithm,
    cryptographicLength: keyBlock.cryptographicLength ?? attributes.get(CryptographicLength),
  };
}

const layouts: ReadonlyMap<number, (bytes: Uint8Array) => KeyMaterial> = new Map<
  number,
  (b: Uint8Array) => KeyMaterial
>([
  [KeyFormatType.Raw, bytes => bytes],
  [KeyFormatType.TransparentSymmetricKey, bytes => ({ key: bytes })],
]);
