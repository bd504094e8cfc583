import { UniqueIdentifier } from '../attributes/index.ts';
import { Certificate } from '../objects/index.ts';
import * as registry from '../registry/index.ts';
import { Tag } from '../registry/index.ts';
import { dateTime, enumeration, optional, repeated, required, structure } from '../schema/index.ts';

export const ValidityIndicator = enumeration(registry.ValidityIndicator);

/** Validate request payload: 2.1 §6.1.57, 1.4 §4.24. Both lists together are one chain. */
export const ValidateRequest = structure(Tag.RequestPayload, {
  certificates: repeated(Certificate),
  uniqueIdentifiers: repeated(UniqueIdentifier),
  validityDate: optional(dateTime(Tag.ValidityDate)),
});
/** Validate response payload: 2.1 §6.1.57, 1.4 §4.24. */
export const ValidateResponse = structure(Tag.ResponsePayload, { validityIndicator: required(ValidityIndicator) });
