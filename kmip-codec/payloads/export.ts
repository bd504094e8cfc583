import { AttributeInstances, ObjectType, UniqueIdentifier } from '../attributes/index.ts';
import { managedObjects, type ManagedObjectValue } from '../objects/index.ts';
import { Tag } from '../registry/index.ts';
import { chosenBy, repeated, required, structure } from '../schema/index.ts';
import { V1_4 } from '../version.ts';
import { getFields } from './get.ts';

/** Export request payload: 2.1 §6.1.18, 1.4 §4.40. It asks as Get does. */
export const ExportRequest = structure(Tag.RequestPayload, getFields, { since: V1_4 });

/** Export response payload: 2.1 §6.1.18, 1.4 §4.40. */
export const ExportResponse = structure(
  Tag.ResponsePayload,
  {
    objectType: required(ObjectType),
    uniqueIdentifier: required(UniqueIdentifier),
    attributes: repeated(AttributeInstances),
    object: chosenBy<ManagedObjectValue>('objectType', managedObjects),
  },
  { since: V1_4 },
);
