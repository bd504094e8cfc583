import { CryptographicParametersStructure, UniqueIdentifier } from '../attributes/index.ts';
import { Tag } from '../registry/index.ts';
import { boolean, byteString, integer, optional, required, secret, structure, type TypeOf } from '../schema/index.ts';
import { V1_2, V1_3, V1_4 } from '../version.ts';
import { Data } from './data.ts';
import { ValidityIndicator } from './validate.ts';

const since12 = { since: V1_2 };

const key = {
  /** Without it the ID Placeholder is meant. */
  uniqueIdentifier: optional(UniqueIdentifier),
  cryptographicParameters: optional(CryptographicParametersStructure),
};
const parts = {
  correlationValue: optional(byteString(Tag.CorrelationValue), { since: V1_3 }),
  initIndicator: optional(boolean(Tag.InitIndicator), { since: V1_3 }),
  finalIndicator: optional(boolean(Tag.FinalIndicator), { since: V1_3 }),
};
const correlationValue = optional(byteString(Tag.CorrelationValue), { since: V1_3 });
const ivCounterNonce = optional(byteString(Tag.IVCounterNonce));
const additionalData = optional(secret(byteString(Tag.AuthenticatedEncryptionAdditionalData)), { since: V1_4 });
const tag = optional(byteString(Tag.AuthenticatedEncryptionTag), { since: V1_4 });

/** Encrypt request payload: 2.1 §6.1.17, 1.4 §4.29. Data may be left out only in parts after the first. */
export const EncryptRequest = structure(
  Tag.RequestPayload,
  { ...key, data: optional(Data), ivCounterNonce, ...parts, authenticatedEncryptionAdditionalData: additionalData },
  since12,
);
export type EncryptRequest = TypeOf<typeof EncryptRequest>;
export const EncryptResponse = structure(
  Tag.ResponsePayload,
  {
    uniqueIdentifier: required(UniqueIdentifier),
    data: optional(Data),
    ivCounterNonce,
    correlationValue,
    authenticatedEncryptionTag: tag,
  },
  since12,
);
/** Decrypt request payload: 2.1 §6.1.11, 1.4 §4.30. */
export const DecryptRequest = structure(
  Tag.RequestPayload,
  {
    ...key,
    data: optional(Data),
    ivCounterNonce,
    ...parts,
    authenticatedEncryptionAdditionalData: additionalData,
    authenticatedEncryptionTag: tag,
  },
  since12,
);
export type DecryptRequest = TypeOf<typeof DecryptRequest>;
export const DecryptResponse = structure(
  Tag.ResponsePayload,
  { uniqueIdentifier: required(UniqueIdentifier), data: optional(Data), correlationValue },
  since12,
);

const uniqueIdentifier = required(UniqueIdentifier);
const digestedData = optional(secret(byteString(Tag.DigestedData)), { since: V1_4 });
const signatureData = optional(byteString(Tag.SignatureData));
const macData = optional(byteString(Tag.MACData));
/** Required in a single part and in the last of several. */
const validityIndicator = optional(ValidityIndicator);

/** Sign request payload: 2.1 §6.1.55, 1.4 §4.31. */
export const SignRequest = structure(
  Tag.RequestPayload,
  { ...key, data: optional(Data), digestedData, ...parts },
  since12,
);
export const SignResponse = structure(
  Tag.ResponsePayload,
  { uniqueIdentifier, signatureData, correlationValue },
  since12,
);
/** Signature Verify request payload: 2.1 §6.1.56, 1.4 §4.32. */
export const SignatureVerifyRequest = structure(
  Tag.RequestPayload,
  { ...key, data: optional(Data), digestedData, signatureData, ...parts },
  since12,
);
/** Signature Verify response payload: 2.1 §6.1.56, 1.4 §4.32. Data are what a signature with message recovery holds. */
export const SignatureVerifyResponse = structure(
  Tag.ResponsePayload,
  { uniqueIdentifier, validityIndicator, data: optional(Data), correlationValue },
  since12,
);
/** MAC request payload: 2.1 §6.1.32, 1.4 §4.33. */
export const MACRequest = structure(Tag.RequestPayload, { ...key, data: optional(Data), ...parts }, since12);
export const MACResponse = structure(Tag.ResponsePayload, { uniqueIdentifier, macData, correlationValue }, since12);
/** MAC Verify request payload: 2.1 §6.1.33, 1.4 §4.34. */
export const MACVerifyRequest = structure(
  Tag.RequestPayload,
  { ...key, data: optional(Data), macData, ...parts },
  since12,
);
export const MACVerifyResponse = structure(
  Tag.ResponsePayload,
  { uniqueIdentifier, validityIndicator, correlationValue },
  since12,
);
/** RNG Retrieve request payload: 2.1 §6.1.49, 1.4 §4.35. The length is in bytes. */
export const RNGRetrieveRequest = structure(
  Tag.RequestPayload,
  { dataLength: required(integer(Tag.DataLength)) },
  since12,
);
export const RNGRetrieveResponse = structure(Tag.ResponsePayload, { data: required(Data) }, since12);
/** RNG Seed request payload: 2.1 §6.1.50, 1.4 §4.36. */
export const RNGSeedRequest = structure(Tag.RequestPayload, { data: required(Data) }, since12);
/** RNG Seed response payload: 2.1 §6.1.50, 1.4 §4.36. How many bytes of the seed were used. */
export const RNGSeedResponse = structure(
  Tag.ResponsePayload,
  { dataLength: required(integer(Tag.DataLength)) },
  since12,
);
/** Hash request payload: 2.1 §6.1.24, 1.4 §4.37. */
export const HashRequest = structure(
  Tag.RequestPayload,
  { cryptographicParameters: required(CryptographicParametersStructure), data: optional(Data), ...parts },
  since12,
);
export const HashResponse = structure(Tag.ResponsePayload, { data: optional(Data), correlationValue }, since12);
