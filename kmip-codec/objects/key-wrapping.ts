import { CryptographicParametersStructure } from '../attributes/index.ts';
import * as registry from '../registry/index.ts';
import { Tag } from '../registry/index.ts';
import {
  byteString,
  enumeration,
  optional,
  repeated,
  required,
  structure,
  textString,
  type TypeOf,
} from '../schema/index.ts';
import { V1_1 } from '../version.ts';

export const WrappingMethod = enumeration(registry.WrappingMethod);
export const EncodingOption = enumeration(registry.EncodingOption);

/** Encryption Key Information: 2.1 §7.12, 1.4 §2.1.5. */
export const EncryptionKeyInformation = structure(Tag.EncryptionKeyInformation, {
  uniqueIdentifier: required(textString(Tag.UniqueIdentifier)),
  cryptographicParameters: optional(CryptographicParametersStructure),
});
export type EncryptionKeyInformation = TypeOf<typeof EncryptionKeyInformation>;
/** MAC/Signature Key Information: 2.1 §7.19, 1.4 §2.1.5. */
export const MacSignatureKeyInformation = structure(Tag.MACSignatureKeyInformation, {
  uniqueIdentifier: required(textString(Tag.UniqueIdentifier)),
  cryptographicParameters: optional(CryptographicParametersStructure),
});
export type MacSignatureKeyInformation = TypeOf<typeof MacSignatureKeyInformation>;

/** Key Wrapping Data: how a wrapped Key Value was made: 2.1 §3.3, 1.4 §2.1.5. */
export const KeyWrappingData = structure(Tag.KeyWrappingData, {
  wrappingMethod: required(WrappingMethod),
  encryptionKeyInformation: optional(EncryptionKeyInformation),
  macSignatureKeyInformation: optional(MacSignatureKeyInformation),
  macSignature: optional(byteString(Tag.MACSignature)),
  ivCounterNonce: optional(byteString(Tag.IVCounterNonce)),
  encodingOption: optional(EncodingOption, { since: V1_1 }),
});
export type KeyWrappingData = TypeOf<typeof KeyWrappingData>;

/** Key Wrapping Specification: how a key is to be wrapped before it leaves: 2.1 §7.18, 1.4 §2.1.6. */
export const KeyWrappingSpecification = structure(Tag.KeyWrappingSpecification, {
  wrappingMethod: required(WrappingMethod),
  encryptionKeyInformation: optional(EncryptionKeyInformation),
  macSignatureKeyInformation: optional(MacSignatureKeyInformation),
  attributeNames: repeated(textString(Tag.AttributeName)),
  encodingOption: optional(EncodingOption, { since: V1_1 }),
});
export type KeyWrappingSpecification = TypeOf<typeof KeyWrappingSpecification>;
