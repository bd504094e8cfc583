import {
  AttributesItem,
  attributesItem,
  CryptographicParameters,
  identifier,
  ObjectType,
  UniqueIdentifier,
} from '../attributes/index.ts';
import { CertificateRequestType, SecretDataType, SplitKeyMethod } from '../objects/index.ts';
import * as registry from '../registry/index.ts';
import { Tag } from '../registry/index.ts';
import {
  bigInteger,
  byteString,
  enumeration,
  integer,
  interval,
  optional,
  repeated,
  required,
  respelled,
  secret,
  structure,
  textString,
  type Item,
  type TypeOf,
} from '../schema/index.ts';
import { V1_1, V1_2, V1_4, V2_0 } from '../version.ts';
import {
  CommonProtectionStorageMasks,
  PrivateProtectionStorageMasks,
  ProtectionStorageMasks,
  PublicProtectionStorageMasks,
} from './lists.ts';

const CommonAttributes = attributesItem(Tag.CommonTemplateAttribute, Tag.CommonAttributes);
const PrivateKeyAttributes = attributesItem(Tag.PrivateKeyTemplateAttribute, Tag.PrivateKeyAttributes);
const PublicKeyAttributes = attributesItem(Tag.PublicKeyTemplateAttribute, Tag.PublicKeyAttributes);

const ofPair = {
  commonAttributes: optional(CommonAttributes),
  privateKeyAttributes: optional(PrivateKeyAttributes),
  publicKeyAttributes: optional(PublicKeyAttributes),
  commonProtectionStorageMasks: optional(CommonProtectionStorageMasks),
  privateProtectionStorageMasks: optional(PrivateProtectionStorageMasks),
  publicProtectionStorageMasks: optional(PublicProtectionStorageMasks),
};
/** Where the new object may be kept. */
const storage = { protectionStorageMasks: optional(ProtectionStorageMasks) };
const PrivateKeyUniqueIdentifier = textString(Tag.PrivateKeyUniqueIdentifier);
const newPair = {
  privateKeyUniqueIdentifier: required(PrivateKeyUniqueIdentifier),
  publicKeyUniqueIdentifier: required(textString(Tag.PublicKeyUniqueIdentifier)),
  privateKeyAttributes: optional(PrivateKeyAttributes, { until: V1_4 }),
  publicKeyAttributes: optional(PublicKeyAttributes, { until: V1_4 }),
};
const setByServer = { attributes: optional(AttributesItem, { until: V1_4 }) };
/** One new object, and before 2.0 what the server set on its own. */
const NewObjectResponse = structure(Tag.ResponsePayload, {
  uniqueIdentifier: required(UniqueIdentifier),
  ...setByServer,
});

/** Create Key Pair request payload: 2.1 §6.1.9, 1.4 §4.2. */
export const CreateKeyPairRequest = structure(Tag.RequestPayload, ofPair);
export type CreateKeyPairRequest = TypeOf<typeof CreateKeyPairRequest>;
/** Create Key Pair response payload: 2.1 §6.1.9, 1.4 §4.2. */
export const CreateKeyPairResponse = structure(Tag.ResponsePayload, newPair);

/** Re-key request payload: 2.1 §6.1.46, 1.4 §4.4. */
export const ReKeyRequest = structure(Tag.RequestPayload, {
  uniqueIdentifier: optional(UniqueIdentifier),
  /** Seconds from the Initial Date to the Activation Date of the replacement. */
  offset: optional(interval(Tag.Offset)),
  attributes: optional(AttributesItem),
  ...storage,
});
export type ReKeyRequest = TypeOf<typeof ReKeyRequest>;
/** Re-key response payload: 2.1 §6.1.46, 1.4 §4.4. */
export const ReKeyResponse = NewObjectResponse;

/** Re-key Key Pair request payload: 2.1 §6.1.47, 1.4 §4.5. */
export const ReKeyKeyPairRequest = structure(
  Tag.RequestPayload,
  {
    privateKeyUniqueIdentifier: optional(PrivateKeyUniqueIdentifier),
    offset: optional(interval(Tag.Offset)),
    ...ofPair,
  },
  { since: V1_1 },
);
export type ReKeyKeyPairRequest = TypeOf<typeof ReKeyKeyPairRequest>;
/** Re-key Key Pair response payload: 2.1 §6.1.47, 1.4 §4.5. */
export const ReKeyKeyPairResponse = structure(Tag.ResponsePayload, newPair, { since: V1_1 });

export const DerivationMethod = enumeration(registry.DerivationMethod);
const DerivationData = secret(byteString(Tag.DerivationData));
/** Derivation Parameters: 2.1 §7.12, 1.4 §4.6. */
export const DerivationParameters = structure(Tag.DerivationParameters, {
  cryptographicParameters: optional(CryptographicParameters),
  initializationVector: optional(byteString(Tag.InitializationVector)),
  /** Not needed where a Secret Data object gives it. */
  derivationData: optional(DerivationData, { until: V1_4 }),
  derivationDataParts: repeated(DerivationData, { since: V2_0 }),
  salt: optional(byteString(Tag.Salt)),
  iterationCount: optional(integer(Tag.IterationCount)),
});
export type DerivationParameters = TypeOf<typeof DerivationParameters>;

/** Derive Key request payload: 2.1 §6.1.14, 1.4 §4.6. */
export const DeriveKeyRequest = structure(Tag.RequestPayload, {
  objectType: required(ObjectType),
  /** The key to derive from, and at most one more object, whose material is the derivation data. */
  uniqueIdentifiers: repeated(UniqueIdentifier),
  derivationMethod: required(DerivationMethod),
  derivationParameters: required(DerivationParameters),
  attributes: required(AttributesItem),
});
export type DeriveKeyRequest = TypeOf<typeof DeriveKeyRequest>;
/** Derive Key response payload: 2.1 §6.1.14, 1.4 §4.6. */
export const DeriveKeyResponse = NewObjectResponse;

const certificateRequest = {
  certificateRequestType: optional(CertificateRequestType),
  /** It names hosts and people: no event shows it. */
  certificateRequestValue: optional(
    secret(respelled(byteString(Tag.CertificateRequest), byteString(Tag.CertificateRequestValue))),
  ),
};
/** Certify request payload: 2.1 §6.1.6, 1.4 §4.7. */
export const CertifyRequest = structure(Tag.RequestPayload, {
  uniqueIdentifier: optional(UniqueIdentifier),
  ...certificateRequest,
  attributes: optional(AttributesItem),
  ...storage,
});
export type CertifyRequest = TypeOf<typeof CertifyRequest>;
/** Certify response payload: 2.1 §6.1.6, 1.4 §4.7. */
export const CertifyResponse = NewObjectResponse;

/** Re-certify request payload: 2.1 §6.1.45, 1.4 §4.8. */
export const ReCertifyRequest = structure(Tag.RequestPayload, {
  uniqueIdentifier: optional(UniqueIdentifier),
  /** Of a certificate request that the server has. */
  certificateRequestUniqueIdentifier: optional(identifier(Tag.CertificateRequestUniqueIdentifier), { since: V2_0 }),
  ...certificateRequest,
  offset: optional(interval(Tag.Offset)),
  attributes: optional(AttributesItem),
  ...storage,
});
export type ReCertifyRequest = TypeOf<typeof ReCertifyRequest>;
/** Re-certify response payload: 2.1 §6.1.45, 1.4 §4.8. */
export const ReCertifyResponse = NewObjectResponse;

/** Only 1.2 repeats the type, and clients leave it out there (1.2 §4.38, §4.39). */
const ObjectTypeIn12: Item<TypeOf<typeof ObjectType>> = { ...ObjectType, since: V1_2, until: V1_2 };
const ofOneVersion = { objectType: optional(ObjectTypeIn12) };

/** Create Split Key request payload: 2.1 §6.1.10, 1.4 §4.38. */
export const CreateSplitKeyRequest = structure(
  Tag.RequestPayload,
  {
    objectType: required(ObjectType),
    /** The key to be split; without it a new one is. */
    uniqueIdentifier: optional(UniqueIdentifier),
    splitKeyParts: required(integer(Tag.SplitKeyParts)),
    splitKeyThreshold: required(integer(Tag.SplitKeyThreshold)),
    splitKeyMethod: required(SplitKeyMethod),
    primeFieldSize: optional(bigInteger(Tag.PrimeFieldSize)),
    attributes: required(AttributesItem),
    ...storage,
  },
  { since: V1_2 },
);
export type CreateSplitKeyRequest = TypeOf<typeof CreateSplitKeyRequest>;
/** Create Split Key response payload: 2.1 §6.1.10, 1.4 §4.38. */
export const CreateSplitKeyResponse = structure(
  Tag.ResponsePayload,
  { ...ofOneVersion, uniqueIdentifiers: repeated(UniqueIdentifier), ...setByServer },
  { since: V1_2 },
);

/** Join Split Key request payload: 2.1 §6.1.27, 1.4 §4.39. */
export const JoinSplitKeyRequest = structure(
  Tag.RequestPayload,
  {
    objectType: required(ObjectType),
    uniqueIdentifiers: repeated(UniqueIdentifier),
    secretDataType: optional(SecretDataType),
    attributes: optional(AttributesItem),
    ...storage,
  },
  { since: V1_2 },
);
export type JoinSplitKeyRequest = TypeOf<typeof JoinSplitKeyRequest>;
/** Join Split Key response payload: 2.1 §6.1.27, 1.4 §4.39. */
export const JoinSplitKeyResponse = structure(
  Tag.ResponsePayload,
  { ...ofOneVersion, uniqueIdentifier: required(UniqueIdentifier), ...setByServer },
  { since: V1_2 },
);
