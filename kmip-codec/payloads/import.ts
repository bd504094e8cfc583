import { AttributeInstances, ObjectType, UniqueIdentifier } from '../attributes/index.ts';
import { managedObjects, type ManagedObjectValue } from '../objects/index.ts';
import { Tag } from '../registry/index.ts';
import { boolean, chosenByTag, optional, repeated, required, structure, type TypeOf } from '../schema/index.ts';
import { V1_4, V2_0 } from '../version.ts';
import { KeyWrapType } from './get.ts';

/** Import request payload: 2.1 §6.1.25, 1.4 §4.41. */
export const ImportRequest = structure(
  Tag.RequestPayload,
  {
    uniqueIdentifier: required(UniqueIdentifier),
    /** Before 2.0 the object itself tells. */
    objectType: required(ObjectType, { since: V2_0 }),
    replaceExisting: optional(boolean(Tag.ReplaceExisting)),
    keyWrapType: optional(KeyWrapType),
    attributes: repeated(AttributeInstances),
    object: chosenByTag<ManagedObjectValue>('objectType', managedObjects),
  },
  { since: V1_4 },
);
export type ImportRequest = TypeOf<typeof ImportRequest>;

/** Import response payload: 2.1 §6.1.25, 1.4 §4.41. */
export const ImportResponse = structure(
  Tag.ResponsePayload,
  { uniqueIdentifier: required(UniqueIdentifier) },
  { since: V1_4 },
);
