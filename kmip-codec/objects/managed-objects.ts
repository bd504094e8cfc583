import { AttributeStructure, CertificateType, ObjectType } from '../attributes/index.ts';
import * as registry from '../registry/index.ts';
import { Tag } from '../registry/index.ts';
import {
  bigInteger,
  byteString,
  enumeration,
  integer,
  optional,
  repeated,
  required,
  secret,
  structure,
  type Item,
  type TypeOf,
} from '../schema/index.ts';
import { V1_2, V1_4, V2_0 } from '../version.ts';
import { KeyBlock } from './key-block.ts';

export const SplitKeyMethod = enumeration(registry.SplitKeyMethod);
export const SecretDataType = enumeration(registry.SecretDataType);
export const OpaqueDataType = enumeration(registry.OpaqueDataType);
export const CertificateRequestType = enumeration(registry.CertificateRequestType);

/** Certificate: 2.1 §2.1, 1.4 §2.2.1. Its value names hosts and people: no event shows it. */
export const Certificate = structure(Tag.Certificate, {
  certificateType: required(CertificateType),
  certificateValue: required(secret(byteString(Tag.CertificateValue))),
});
export type Certificate = TypeOf<typeof Certificate>;

/** Certificate Request: 2.1 §2.2. */
export const CertificateRequest = structure(
  Tag.CertificateRequest,
  {
    certificateRequestType: required(CertificateRequestType),
    certificateRequestValue: required(secret(byteString(Tag.CertificateRequestValue))),
  },
  { since: V2_0 },
);
export type CertificateRequest = TypeOf<typeof CertificateRequest>;

/** Symmetric Key: 2.1 §2.9, 1.4 §2.2.2. */
export const SymmetricKey = structure(Tag.SymmetricKey, { keyBlock: required(KeyBlock) });
export type SymmetricKey = TypeOf<typeof SymmetricKey>;
/** Public Key: 2.1 §2.6, 1.4 §2.2.3. */
export const PublicKey = structure(Tag.PublicKey, { keyBlock: required(KeyBlock) });
export type PublicKey = TypeOf<typeof PublicKey>;
/** Private Key: 2.1 §2.5, 1.4 §2.2.4. */
export const PrivateKey = structure(Tag.PrivateKey, { keyBlock: required(KeyBlock) });
export type PrivateKey = TypeOf<typeof PrivateKey>;

/** Split Key: 2.1 §2.8, 1.4 §2.2.5. */
export const SplitKey = structure(Tag.SplitKey, {
  splitKeyParts: required(integer(Tag.SplitKeyParts)),
  /** Counts from 1. */
  keyPartIdentifier: required(integer(Tag.KeyPartIdentifier)),
  /** How many parts are enough. */
  splitKeyThreshold: required(integer(Tag.SplitKeyThreshold)),
  splitKeyMethod: required(SplitKeyMethod),
  /** For Polynomial Sharing Prime Field. */
  primeFieldSize: optional(bigInteger(Tag.PrimeFieldSize)),
  keyBlock: required(KeyBlock),
});
export type SplitKey = TypeOf<typeof SplitKey>;

/** Template: 1.4 §2.2.6. A Name, and attributes for objects to come. */
export const Template = structure(Tag.Template, { attributes: repeated(AttributeStructure) }, { until: V1_4 });
export type Template = TypeOf<typeof Template>;

/** Secret Data: 2.1 §2.7, 1.4 §2.2.7. */
export const SecretData = structure(Tag.SecretData, {
  secretDataType: required(SecretDataType),
  keyBlock: required(KeyBlock),
});
export type SecretData = TypeOf<typeof SecretData>;

/** Opaque Object: 2.1 §2.3, 1.4 §2.2.8. */
export const OpaqueObject = structure(Tag.OpaqueObject, {
  opaqueDataType: required(OpaqueDataType),
  opaqueDataValue: required(secret(byteString(Tag.OpaqueDataValue))),
});
export type OpaqueObject = TypeOf<typeof OpaqueObject>;

/** PGP Key: 2.1 §2.4, 1.4 §2.2.9. */
export const PGPKey = structure(
  Tag.PGPKey,
  { pgpKeyVersion: required(integer(Tag.PGPKeyVersion)), keyBlock: required(KeyBlock) },
  { since: V1_2 },
);
export type PGPKey = TypeOf<typeof PGPKey>;

/** A managed object; which one says the Object Type beside it. */
export type ManagedObjectValue =
  | Certificate
  | CertificateRequest
  | SymmetricKey
  | PublicKey
  | PrivateKey
  | SplitKey
  | Template
  | SecretData
  | OpaqueObject
  | PGPKey;

/** The layout of each managed object by its Object Type. */
export const managedObjects: ReadonlyMap<number, Item<ManagedObjectValue>> = new Map([
  [ObjectType.Certificate, Certificate],
  [ObjectType.SymmetricKey, SymmetricKey],
  [ObjectType.PublicKey, PublicKey],
  [ObjectType.PrivateKey, PrivateKey],
  [ObjectType.SplitKey, SplitKey],
  [ObjectType.Template, Template],
  [ObjectType.SecretData, SecretData],
  [ObjectType.OpaqueObject, OpaqueObject],
  [ObjectType.PGPKey, PGPKey],
  [ObjectType.CertificateRequest, CertificateRequest],
] as unknown as [number, Item<ManagedObjectValue>][]);

/** The Key Block of an object that has one: keys, split keys, secret data, PGP keys. */
export const findKeyBlock = (value: ManagedObjectValue | undefined): KeyBlock | undefined =>
  value !== undefined && 'keyBlock' in value ? value.keyBlock : undefined;
