import { CryptographicParametersStructure, UniqueIdentifier } from '../attributes/index.ts';
import { Tag } from '../registry/index.ts';
import { boolean, byteString, optional, required, secret, structure, type TypeOf } from '../schema/index.ts';
import { V1_2, V1_3, V1_4 } from '../version.ts';
import { Data } from './data.ts';

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
