import {
  CompromiseOccurrenceDate,
  DeactivationDate,
  DeactivationReason,
  RevocationReason,
  UniqueIdentifier,
} from '../attributes/index.ts';
import { Tag } from '../registry/index.ts';
import { optional, required, structure, type TypeOf } from '../schema/index.ts';
import { V3_0 } from '../version.ts';

/** Request that only names an object: Activate, Destroy, Obtain Lease, Archive and Recover (1.4 §4.17 to §4.23). */
export const ObjectRequest = structure(Tag.RequestPayload, { uniqueIdentifier: optional(UniqueIdentifier) });
export type ObjectRequest = TypeOf<typeof ObjectRequest>;
/** Response that only names an object: Activate, Revoke, Destroy, Get Usage Allocation, Archive and Recover (1.4 §4.18 to §4.23). */
export const ObjectResponse = structure(Tag.ResponsePayload, { uniqueIdentifier: required(UniqueIdentifier) });

/** Revoke request payload: 2.1 §6.1.44, 1.4 §4.20. */
export const RevokeRequest = structure(Tag.RequestPayload, {
  uniqueIdentifier: optional(UniqueIdentifier),
  revocationReason: required(RevocationReason),
  compromiseOccurrenceDate: optional(CompromiseOccurrenceDate),
});
export type RevokeRequest = TypeOf<typeof RevokeRequest>;

/** Obliterate, request and response, of 3.0. */
export const ObliterateRequest = structure(
  Tag.RequestPayload,
  { uniqueIdentifier: required(UniqueIdentifier) },
  { since: V3_0 },
);
export const ObliterateResponse = structure(Tag.ResponsePayload, {}, { since: V3_0 });
/** Deactivate, request and response, of 3.0. */
export const DeactivateRequest = structure(
  Tag.RequestPayload,
  {
    uniqueIdentifier: required(UniqueIdentifier),
    deactivationReason: optional(DeactivationReason),
    deactivationDate: optional(DeactivationDate),
  },
  { since: V3_0 },
);
export const DeactivateResponse = structure(
  Tag.ResponsePayload,
  { uniqueIdentifier: required(UniqueIdentifier) },
  { since: V3_0 },
);
