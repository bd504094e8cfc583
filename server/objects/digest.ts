import { createHash } from 'node:crypto';
import {
  encodeItemAs,
  findKeyBlock,
  HashingAlgorithm,
  keyMaterialLayout,
  V1_4,
  type Digest,
  type KeyBlock,
  type ManagedObjectValue,
  type TypeOf,
} from '../../kmip-codec/index.ts';

/**
 * The Digest of an object: SHA-256 over its Key Material, as bytes or TTLV, over its Certificate Value or its Opaque Data Value
 * (2.1 §4.21, 1.4 §3.17); undefined where the material is wrapped or elsewhere, and for templates.
 */
export function digestOf(value: ManagedObjectValue | undefined): TypeOf<typeof Digest> | undefined {
  const keyBlock = findKeyBlock(value);
  const digested = keyBlock === undefined ? plainValue(value) : keyBytes(keyBlock);
  if (digested === undefined) return undefined;
  return {
    hashingAlgorithm: HashingAlgorithm.SHA_256,
    digestValue: createHash('sha256').update(digested).digest(),
    ...(keyBlock !== undefined && { keyFormatType: keyBlock.keyFormatType }),
  };
}

function plainValue(value: ManagedObjectValue | undefined): Uint8Array | undefined {
  if (value === undefined) return undefined;
  if ('certificateValue' in value) return value.certificateValue;
  if ('certificateRequestValue' in value) return value.certificateRequestValue;
  return 'opaqueDataValue' in value ? value.opaqueDataValue : undefined;
}

function keyBytes({ keyFormatType, keyValue, keyWrappingData }: KeyBlock): Uint8Array | undefined {
  if (keyValue === undefined || keyValue instanceof Uint8Array || keyWrappingData !== undefined) return undefined;
  const { keyMaterial } = keyValue;
  if (keyMaterial instanceof Uint8Array) return keyMaterial;
  return encodeItemAs(keyMaterialLayout(keyFormatType), keyMaterial, V1_4);
}
