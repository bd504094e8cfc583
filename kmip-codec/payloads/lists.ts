import { identifier, ObjectGroup, ObjectType, ProtectionStorageMask, UniqueIdentifier } from '../attributes/index.ts';
import { Tag } from '../registry/index.ts';
import { repeated, structure } from '../schema/index.ts';
import { V2_0, V2_1, V3_0 } from '../version.ts';
import { Operation } from './operation.ts';

// Structures of 2.x that hold a list of one kind.

/** Objects: 2.1 §7.21. */
export const Objects = structure(Tag.Objects, { uniqueIdentifiers: repeated(UniqueIdentifier) }, { since: V2_0 });
/** Object Types: 2.1 §7.24. */
export const ObjectTypes = structure(Tag.ObjectTypes, { objectTypes: repeated(ObjectType) }, { since: V2_1 });
/** Object Groups: 2.1 §7.23. In 3.0 a group is an object and has an identifier. */
export const ObjectGroups = structure(
  Tag.ObjectGroups,
  {
    objectGroups: repeated(ObjectGroup, { until: V2_1 }),
    groupLinks: repeated(identifier(Tag.GroupLink), { since: V3_0 }),
  },
  { since: V2_1 },
);
/** Operations: 2.1 §7.25. */
export const Operations = structure(Tag.Operations, { operations: repeated(Operation) }, { since: V2_0 });
const masksIn = (tag: number) =>
  structure(tag, { protectionStorageMasks: repeated(ProtectionStorageMask) }, { since: V2_0 });
/** Protection Storage Masks: 2.1 §7.33. In a request each is enough by itself; those of key pairs have tags of their own. */
export const ProtectionStorageMasks = masksIn(Tag.ProtectionStorageMasks);
export const CommonProtectionStorageMasks = masksIn(Tag.CommonProtectionStorageMasks);
export const PrivateProtectionStorageMasks = masksIn(Tag.PrivateProtectionStorageMasks);
export const PublicProtectionStorageMasks = masksIn(Tag.PublicProtectionStorageMasks);
