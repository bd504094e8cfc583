import { CryptographicUsageMask, LastChangeDate, LeaseTime, UniqueIdentifier } from '../attributes/index.ts';
import { Tag } from '../registry/index.ts';
import { longInteger, optional, required, structure, type TypeOf } from '../schema/index.ts';

const UsageLimitsCount = longInteger(Tag.UsageLimitsCount);

const checkFields = {
  uniqueIdentifier: optional(UniqueIdentifier),
  /** In the units of the object's Usage Limits. */
  usageLimitsCount: optional(UsageLimitsCount),
  cryptographicUsageMask: optional(CryptographicUsageMask),
  /** Seconds. */
  leaseTime: optional(LeaseTime),
};
/** Check request payload: 2.1 §6.1.7, 1.4 §4.10. */
export const CheckRequest = structure(Tag.RequestPayload, checkFields);
export type CheckRequest = TypeOf<typeof CheckRequest>;
/** Check response payload: the Unique Identifier, or what of the request is refused: 2.1 §6.1.7, 1.4 §4.10. */
export const CheckResponse = structure(Tag.ResponsePayload, checkFields);
export type CheckResponse = TypeOf<typeof CheckResponse>;

/** Obtain Lease response payload: 2.1 §6.1.35, 1.4 §4.17. */
export const ObtainLeaseResponse = structure(Tag.ResponsePayload, {
  uniqueIdentifier: required(UniqueIdentifier),
  /** Seconds; 0 is no limit. */
  leaseTime: required(LeaseTime),
  lastChangeDate: required(LastChangeDate),
});

/** Get Usage Allocation request payload: 2.1 §6.1.23, 1.4 §4.18. */
export const GetUsageAllocationRequest = structure(Tag.RequestPayload, {
  uniqueIdentifier: optional(UniqueIdentifier),
  usageLimitsCount: required(UsageLimitsCount),
});
