import type { TtlvItem } from '../encodings/index.ts';
import { ObjectType } from '../attributes/index.ts';
import { Tag } from '../registry/index.ts';
import { opaqueStructure, required, secret, structure, type Item, type TypeOf } from '../schema/index.ts';
import { V1_2, V1_4 } from '../version.ts';
import { KeyBlock } from './key-block.ts';

/** Symmetric Key: 2.1 §2.9, 1.4 §2.2.2. */
export const SymmetricKey = structure(Tag.SymmetricKey, { keyBlock: required(KeyBlock) });
export type SymmetricKey = TypeOf<typeof SymmetricKey>;

/** Objects that the server does not keep yet travel as trees, so that a message with one is understood and refused for the right reason. */
const tree = (tag: number, span = {}) => secret(opaqueStructure(tag, span));

/** The layout of each managed object by its Object Type. */
export const managedObjects: ReadonlyMap<number, Item<ManagedObjectValue>> = new Map<number, Item<ManagedObjectValue>>([
  [ObjectType.Certificate, tree(Tag.Certificate)],
  [ObjectType.SymmetricKey, SymmetricKey],
  [ObjectType.PublicKey, tree(Tag.PublicKey)],
  [ObjectType.PrivateKey, tree(Tag.PrivateKey)],
  [ObjectType.SplitKey, tree(Tag.SplitKey)],
  [ObjectType.Template, tree(Tag.Template, { until: V1_4 })],
  [ObjectType.SecretData, tree(Tag.SecretData)],
  [ObjectType.OpaqueObject, tree(Tag.OpaqueObject)],
  [ObjectType.PGPKey, tree(Tag.PGPKey, { since: V1_2 })],
]);
export type ManagedObjectValue = SymmetricKey | readonly TtlvItem[];
