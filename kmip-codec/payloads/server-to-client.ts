import { AttributeInstances, AttributeReference, ObjectType, UniqueIdentifier } from '../attributes/index.ts';
import { managedObjects, type ManagedObjectValue } from '../objects/index.ts';
import * as registry from '../registry/index.ts';
import { Tag } from '../registry/index.ts';
import { chosenByTag, enumeration, optional, repeated, required, structure, textString } from '../schema/index.ts';
import { V2_0, V2_1, V3_0 } from '../version.ts';

// What the server asks of a client that takes requests. Neither answer has a field.

/** Notify request payload: 2.1 §6.2.2, 1.4 §5.1. */
export const NotifyRequest = structure(Tag.RequestPayload, {
  uniqueIdentifier: required(UniqueIdentifier),
  attributes: repeated(AttributeInstances),
  /** Attributes that have been deleted. */
  attributeReferences: repeated(AttributeReference, { since: V2_0 }),
});

export const PutFunction = enumeration(registry.PutFunction);
/** Put request payload: 2.1 §6.2.3, 1.4 §5.2. The object itself tells its type. */
export const PutRequest = structure(Tag.RequestPayload, {
  uniqueIdentifier: required(UniqueIdentifier),
  putFunction: required(PutFunction),
  replacedUniqueIdentifier: optional(textString(Tag.ReplacedUniqueIdentifier)),
  /** In no version a part of the message: what tells the layout in memory. */
  objectType: required(ObjectType, { since: V3_0, until: V2_1 }),
  object: chosenByTag<ManagedObjectValue>('objectType', managedObjects),
  attributes: repeated(AttributeInstances),
});
export const ServerToClientResponse = structure(Tag.ResponsePayload, {});
