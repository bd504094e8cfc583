import { AttributesItem, ObjectType, UniqueIdentifier } from '../attributes/index.ts';
import { managedObjects, type ManagedObjectValue } from '../objects/index.ts';
import { Tag } from '../registry/index.ts';
import { ProtectionStorageMasks } from './lists.ts';
import { optional, optionalChosenBy, required, structure, type TypeOf } from '../schema/index.ts';
import { V1_4 } from '../version.ts';

/** Create request payload: 2.1 §6.1.8, 1.4 §4.1. */
export const CreateRequest = structure(Tag.RequestPayload, {
  objectType: required(ObjectType),
  attributes: required(AttributesItem),
  protectionStorageMasks: optional(ProtectionStorageMasks),
});
export type CreateRequest = TypeOf<typeof CreateRequest>;

/** Create response payload: 2.1 §6.1.8, 1.4 §4.1. */
export const CreateResponse = structure(Tag.ResponsePayload, {
  objectType: required(ObjectType),
  uniqueIdentifier: required(UniqueIdentifier),
  /** What the server set on its own. */
  attributes: optional(AttributesItem, { until: V1_4 }),
});

/** Register request payload: 2.1 §6.1.43, 1.4 §4.3. */
export const RegisterRequest = structure(Tag.RequestPayload, {
  objectType: required(ObjectType),
  attributes: required(AttributesItem),
  object: optionalChosenBy<ManagedObjectValue>('objectType', managedObjects),
  protectionStorageMasks: optional(ProtectionStorageMasks),
});
export type RegisterRequest = TypeOf<typeof RegisterRequest>;

/** Register response payload: 2.1 §6.1.43, 1.4 §4.3. */
export const RegisterResponse = structure(Tag.ResponsePayload, {
  uniqueIdentifier: required(UniqueIdentifier),
  attributes: optional(AttributesItem, { until: V1_4 }),
});
