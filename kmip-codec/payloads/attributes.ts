import { AttributeStructure, UniqueIdentifier } from '../attributes/index.ts';
import { Tag } from '../registry/index.ts';
import { integer, optional, repeated, required, structure, textString, type TypeOf } from '../schema/index.ts';

const AttributeName = textString(Tag.AttributeName);

/** Get Attributes request payload: 2.1 §6.1.20, 1.4 §4.12. */
export const GetAttributesRequest = structure(Tag.RequestPayload, {
  uniqueIdentifier: optional(UniqueIdentifier),
  /** None means all. */
  attributeNames: repeated(AttributeName),
});
export type GetAttributesRequest = TypeOf<typeof GetAttributesRequest>;
/** Get Attributes response payload: 2.1 §6.1.20, 1.4 §4.12. */
export const GetAttributesResponse = structure(Tag.ResponsePayload, {
  uniqueIdentifier: required(UniqueIdentifier),
  attributes: repeated(AttributeStructure),
});

/** Get Attribute List request payload: 2.1 §6.1.21, 1.4 §4.13. */
export const GetAttributeListRequest = structure(Tag.RequestPayload, { uniqueIdentifier: optional(UniqueIdentifier) });
/** Get Attribute List response payload: 2.1 §6.1.21, 1.4 §4.13. */
export const GetAttributeListResponse = structure(Tag.ResponsePayload, {
  uniqueIdentifier: required(UniqueIdentifier),
  attributeNames: repeated(AttributeName),
});

/** Add Attribute and Modify Attribute, request: 2.1 §6.1.2 and §6.1.34, 1.4 §4.14 and §4.15. */
export const SetAttributeRequest = structure(Tag.RequestPayload, {
  uniqueIdentifier: optional(UniqueIdentifier),
  attribute: required(AttributeStructure),
});
export type SetAttributeRequest = TypeOf<typeof SetAttributeRequest>;

/** Delete Attribute request payload: 1.4 §4.16. */
export const DeleteAttributeRequest = structure(Tag.RequestPayload, {
  uniqueIdentifier: optional(UniqueIdentifier),
  attributeName: required(AttributeName),
  attributeIndex: optional(integer(Tag.AttributeIndex)),
});
export type DeleteAttributeRequest = TypeOf<typeof DeleteAttributeRequest>;

/** Add, Modify and Delete Attribute, response: the attribute as it now is or was: 1.4 §4.14 to §4.16. */
export const SetAttributeResponse = structure(Tag.ResponsePayload, {
  uniqueIdentifier: required(UniqueIdentifier),
  attribute: required(AttributeStructure),
});
