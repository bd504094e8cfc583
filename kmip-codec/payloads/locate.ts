import { SearchedAttributes, UniqueIdentifier } from '../attributes/index.ts';
import * as registry from '../registry/index.ts';
import { Tag } from '../registry/index.ts';
import { enumeration, integer, mask, optional, repeated, structure, type TypeOf } from '../schema/index.ts';
import { V1_1, V1_3 } from '../version.ts';

export const StorageStatusMask = mask(registry.StorageStatusMask);
export const ObjectGroupMember = enumeration(registry.ObjectGroupMember, { since: V1_1 });

/** Locate request payload: 2.1 §6.1.28, 1.4 §4.9. */
export const LocateRequest = structure(Tag.RequestPayload, {
  maximumItems: optional(integer(Tag.MaximumItems)),
  offsetItems: optional(integer(Tag.OffsetItems), { since: V1_3 }),
  storageStatusMask: optional(StorageStatusMask),
  objectGroupMember: optional(ObjectGroupMember),
  /** A date that stands twice is a range. */
  attributes: repeated(SearchedAttributes),
});
export type LocateRequest = TypeOf<typeof LocateRequest>;

/** Locate response payload: 2.1 §6.1.28, 1.4 §4.9. */
export const LocateResponse = structure(Tag.ResponsePayload, {
  locatedItems: optional(integer(Tag.LocatedItems), { since: V1_3 }),
  uniqueIdentifiers: repeated(UniqueIdentifier),
});
