import { createHash } from 'node:crypto';
import {
  encodeItem,
  HashingAlgorithm,
  ItemType,
  Tag,
  type Digest,
  type KeyBlock,
  type TypeOf,
} from '../../kmip-codec/index.ts';

/** The Digest of a key: SHA-256 over the Key Material, as bytes or TTLV (1.4 §3.17); undefined where the material is wrapped or elsewhere. */
export function digestOf({ keyFormatType, keyValue, keyWrappingData }: KeyBlock): TypeOf<typeof Digest> | undefined {
  if (keyValue === undefined || keyValue instanceof Uint8Array || keyWrappingData !== undefined) return undefined;
  const { keyMaterial } = keyValue;
  const bytes =
    keyMaterial instanceof Uint8Array
      ? keyMaterial
      : encodeItem({ tag: Tag.KeyMaterial, type: ItemType.Structure, value: keyMaterial });
  const digestValue = createHash('sha256').update(bytes).digest();
  return { hashingAlgorithm: HashingAlgorithm.SHA_256, digestValue, keyFormatType };
}
