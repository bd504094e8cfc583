import { CompromiseOccurrenceDate, RevocationReason, UniqueIdentifier } from '../attributes/index.ts';
import { Tag } from '../registry/index.ts';
import { optional, required, structure, type TypeOf } from '../schema/index.ts';

/** Request that only names an object: Activate and Destroy (1.4 §4.19, §4.21). */
export const ObjectRequest = structure(Tag.RequestPayload, { uniqueIdentifier: optional(UniqueIdentifier) });
export type ObjectRequest = TypeOf<typeof ObjectRequest>;
/** Response that only names an object: Activate, Revoke and Destroy (1.4 §4.19 to §4.21). */
export const ObjectResponse = structure(Tag.ResponsePayload, { uniqueIdentifier: required(UniqueIdentifier) });

/** Revoke request payload: 2.1 §6.1.44, 1.4 §4.20. */
export const RevokeRequest = structure(Tag.RequestPayload, {
  uniqueIdentifier: optional(UniqueIdentifier),
  revocationReason: required(RevocationReason),
  compromiseOccurrenceDate: optional(CompromiseOccurrenceDate),
});
export type RevokeRequest = TypeOf<typeof RevokeRequest>;
