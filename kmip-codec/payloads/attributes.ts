import {
  AttributeInstances,
  attributeReference,
  AttributeReference,
  CurrentAttribute,
  NewAttribute,
  UniqueIdentifier,
} from '../attributes/index.ts';
import { Tag } from '../registry/index.ts';
import { V1_4, V2_0 } from '../version.ts';
import { integer, optional, repeated, required, structure, textString, type TypeOf } from '../schema/index.ts';

const AttributeName = textString(Tag.AttributeName);

/** Get Attributes request payload: 2.1 §6.1.20, 1.4 §4.12. */
export const GetAttributesRequest = structure(Tag.RequestPayload, {
  uniqueIdentifier: optional(UniqueIdentifier),
  /** None means all. */
  attributeNames: repeated(attributeReference(AttributeName)),
});
export type GetAttributesRequest = TypeOf<typeof GetAttributesRequest>;
/** Get Attributes response payload: 2.1 §6.1.20, 1.4 §4.12. */
export const GetAttributesResponse = structure(Tag.ResponsePayload, {
  uniqueIdentifier: required(UniqueIdentifier),
  attributes: repeated(AttributeInstances),
});

/** Get Attribute List request payload: 2.1 §6.1.21, 1.4 §4.13. */
export const GetAttributeListRequest = structure(Tag.RequestPayload, { uniqueIdentifier: optional(UniqueIdentifier) });
/** Get Attribute List response payload: 2.1 §6.1.21, 1.4 §4.13. */
export const GetAttributeListResponse = structure(Tag.ResponsePayload, {
  uniqueIdentifier: required(UniqueIdentifier),
  attributeNames: repeated(attributeReference(AttributeName)),
});

/** Add Attribute and Modify Attribute, request: 2.1 §6.1.2 and §6.1.34, 1.4 §4.14 and §4.15. */
export const SetAttributeRequest = structure(Tag.RequestPayload, {
  uniqueIdentifier: optional(UniqueIdentifier),
  /** Of several values, the one to be modified. */
  currentAttribute: optional(CurrentAttribute, { since: V2_0 }),
  attribute: required(NewAttribute),
});
export type SetAttributeRequest = TypeOf<typeof SetAttributeRequest>;

/** Delete Attribute request payload: 1.4 §4.16. */
export const DeleteAttributeRequest = structure(Tag.RequestPayload, {
  uniqueIdentifier: optional(UniqueIdentifier),
  attributeName: required(AttributeName, { until: V1_4 }),
  attributeIndex: optional(integer(Tag.AttributeIndex), { until: V1_4 }),
  /** The value to be deleted, or all values of the attribute that is referred to. */
  currentAttribute: optional(CurrentAttribute, { since: V2_0 }),
  attributeReference: optional(AttributeReference, { since: V2_0 }),
});
export type DeleteAttributeRequest = TypeOf<typeof DeleteAttributeRequest>;

/** Add, Modify and Delete Attribute, response: the attribute as it now is or was: 1.4 §4.14 to §4.16. */
export const SetAttributeResponse = structure(Tag.ResponsePayload, {
  uniqueIdentifier: required(UniqueIdentifier),
  attribute: required(NewAttribute, { until: V1_4 }),
});
