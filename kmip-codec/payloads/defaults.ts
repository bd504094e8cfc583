import { AttributesItem, ObjectType } from '../attributes/index.ts';
import { Tag } from '../registry/index.ts';
import { optional, repeated, required, structure } from '../schema/index.ts';
import { V2_0, V2_1 } from '../version.ts';
import { ObjectGroups, ObjectTypes } from './lists.ts';

const since21 = { since: V2_1 };
/** Object Defaults: 2.1 §7.22. One Object Type, or since 2.1 several in a list. */
export const ObjectDefaults = structure(
  Tag.ObjectDefaults,
  {
    objectType: optional(ObjectType),
    objectTypes: optional(ObjectTypes),
    attributes: required(AttributesItem),
    objectGroups: optional(ObjectGroups),
  },
  { since: V2_0 },
);
/** Defaults Information: 2.1 §7.11. */
export const DefaultsInformation = structure(
  Tag.DefaultsInformation,
  { objectDefaults: repeated(ObjectDefaults) },
  { since: V2_0 },
);
/** Set Defaults request payload: 2.1 §6.1.53. */
export const SetDefaultsRequest = structure(
  Tag.RequestPayload,
  { defaultsInformation: optional(DefaultsInformation) },
  since21,
);
/** Set Defaults and Set Constraints have no field to answer with: 2.1 §6.1.53, §6.1.52. */
export const SetDefaultsResponse = structure(Tag.ResponsePayload, {}, since21);

/** Constraint: 2.1 §7.6. */
export const Constraint = structure(
  Tag.Constraint,
  {
    objectTypes: optional(ObjectTypes),
    objectGroups: optional(ObjectGroups),
    attributes: optional(AttributesItem),
  },
  since21,
);
/** Constraints: 2.1 §7.7. */
export const Constraints = structure(Tag.Constraints, { constraints: repeated(Constraint) }, since21);
/** Set Constraints request payload: 2.1 §6.1.52. */
export const SetConstraintsRequest = structure(Tag.RequestPayload, { constraints: required(Constraints) }, since21);
/** Get Constraints, request and response: 2.1 §6.1.22. */
export const GetConstraintsRequest = structure(Tag.RequestPayload, {}, since21);
export const GetConstraintsResponse = structure(Tag.ResponsePayload, { constraints: required(Constraints) }, since21);
