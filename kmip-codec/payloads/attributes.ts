import {
  AnyAttributeInstances,
  attributeReference,
  AttributeReference,
  CurrentAttribute,
  NewAttribute,
  UniqueIdentifier,
} from '../attributes/index.ts';
import * as registry from '../registry/index.ts';
import { Tag } from '../registry/index.ts';
import {
  enumeration,
  integer,
  itemOfAnyType,
  optional,
  repeated,
  required,
  structure,
  textString,
  type TypeOf,
} from '../schema/index.ts';
import { V1_4, V2_0 } from '../version.ts';

const AttributeName = textString(Tag.AttributeName);

/** Get Attributes request payload: 2.1 §6.1.20, 1.4 §4.12. */
export const GetAttributesRequest = structure(Tag.RequestPayload, {
  uniqueIdentifier: optional(UniqueIdentifier),
  /** None means all. */
  attributeNames: repeated(attributeReference(AttributeName)),
});
export type GetAttributesRequest = TypeOf<typeof GetAttributesRequest>;
/** Get Attributes response payload: 2.1 §6.1.20, 1.4 §4.12. Without attributes "the response SHALL consist only of the Unique Identifier". */
export const GetAttributesResponse = structure(Tag.ResponsePayload, {
  uniqueIdentifier: required(UniqueIdentifier),
  attributes: repeated(AnyAttributeInstances),
});

/** Get Attribute List request payload: 2.1 §6.1.21, 1.4 §4.13. */
export const GetAttributeListRequest = structure(Tag.RequestPayload, { uniqueIdentifier: optional(UniqueIdentifier) });
/** Get Attribute List response payload: 2.1 §6.1.21, 1.4 §4.13. */
export const GetAttributeListResponse = structure(Tag.ResponsePayload, {
  uniqueIdentifier: required(UniqueIdentifier),
  attributeNames: repeated(attributeReference(AttributeName)),
});

const newAttribute = { uniqueIdentifier: optional(UniqueIdentifier), attribute: required(NewAttribute) };

/** Add Attribute request payload: 2.1 §6.1.2, 1.4 §4.14. */
export const AddAttributeRequest = structure(Tag.RequestPayload, newAttribute);
/** Set Attribute request payload: 2.1 §6.1.51. */
export const SetAttributeRequest = structure(Tag.RequestPayload, newAttribute, { since: V2_0 });

/** Modify Attribute request payload: 2.1 §6.1.34, 1.4 §4.15. */
export const ModifyAttributeRequest = structure(Tag.RequestPayload, {
  uniqueIdentifier: optional(UniqueIdentifier),
  /** Of several values, the one to be modified. */
  currentAttribute: optional(CurrentAttribute, { since: V2_0 }),
  attribute: required(NewAttribute),
});

export const AdjustmentType = enumeration(registry.AdjustmentType);
/** Adjust Attribute request payload: 2.1 §6.1.3. */
export const AdjustAttributeRequest = structure(
  Tag.RequestPayload,
  {
    uniqueIdentifier: optional(UniqueIdentifier),
    attributeReference: required(AttributeReference),
    adjustmentType: required(AdjustmentType),
    /** By how much, of the type of the attribute; 1 of it when left out. */
    adjustmentValue: optional(itemOfAnyType(Tag.AdjustmentValue)),
  },
  { since: V2_0 },
);

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

/** Add, Modify and Delete Attribute, response: before 2.0 with the attribute as it now is or was: 2.1 §6.1.2, 1.4 §4.14 to §4.16. */
export const ChangedAttributeResponse = structure(Tag.ResponsePayload, {
  uniqueIdentifier: required(UniqueIdentifier),
  attribute: required(NewAttribute, { until: V1_4 }),
});
/** Set and Adjust Attribute, response: 2.1 §6.1.51, 2.1 §6.1.3. */
export const SetAttributeResponse = structure(
  Tag.ResponsePayload,
  { uniqueIdentifier: required(UniqueIdentifier) },
  { since: V2_0 },
);
