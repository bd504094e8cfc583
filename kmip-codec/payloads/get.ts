import { KeyFormatType, ObjectType, UniqueIdentifier } from '../attributes/index.ts';
import {
  KeyCompressionType,
  KeyWrappingSpecification,
  managedObjects,
  type ManagedObjectValue,
} from '../objects/index.ts';
import * as registry from '../registry/index.ts';
import { Tag } from '../registry/index.ts';
import { chosenBy, enumeration, optional, required, structure, type TypeOf } from '../schema/index.ts';

export const KeyWrapType = enumeration(registry.KeyWrapType);

/** How an object is asked for, by Get and Export. */
export const getFields = {
  /** Without it the ID Placeholder is meant. */
  uniqueIdentifier: optional(UniqueIdentifier),
  keyFormatType: optional(KeyFormatType),
  keyWrapType: optional(KeyWrapType), // left out before 1.4, as the item says
  keyCompressionType: optional(KeyCompressionType),
  keyWrappingSpecification: optional(KeyWrappingSpecification),
};

/** Get request payload: 2.1 §6.1.19, 1.4 §4.11. */
export const GetRequest = structure(Tag.RequestPayload, getFields);
export type GetRequest = TypeOf<typeof GetRequest>;

/** Get response payload: 2.1 §6.1.19, 1.4 §4.11. */
export const GetResponse = structure(Tag.ResponsePayload, {
  objectType: required(ObjectType),
  uniqueIdentifier: required(UniqueIdentifier),
  object: chosenBy<ManagedObjectValue>('objectType', managedObjects),
});
