import { KeyFormatType, RecommendedCurve } from '../attributes/index.ts';
import { Tag } from '../registry/index.ts';
import {
  bigInteger,
  byteString,
  optional,
  required,
  structure,
  type Span,
  type StructureItem,
  type TypeOf,
} from '../schema/index.ts';
import { V1_3 } from '../version.ts';

// Key Material as a structure, by Key Format Type: 2.1 §3.4 to §3.12, 1.4 §2.1.7. Numbers are unsigned.

/** 2.1 §3.4, 1.4 §2.1.7.1. */
export const TransparentSymmetricKey = structure(Tag.KeyMaterial, { key: required(byteString(Tag.Key)) });
export type TransparentSymmetricKey = TypeOf<typeof TransparentSymmetricKey>;

/** 2.1 §3.5, 1.4 §2.1.7.2. */
export const TransparentDsaPrivateKey = structure(Tag.KeyMaterial, {
  p: required(bigInteger(Tag.P)),
  q: required(bigInteger(Tag.Q)),
  g: required(bigInteger(Tag.G)),
  x: required(bigInteger(Tag.X)),
});
export type TransparentDsaPrivateKey = TypeOf<typeof TransparentDsaPrivateKey>;

/** 2.1 §3.6, 1.4 §2.1.7.3. */
export const TransparentDsaPublicKey = structure(Tag.KeyMaterial, {
  p: required(bigInteger(Tag.P)),
  q: required(bigInteger(Tag.Q)),
  g: required(bigInteger(Tag.G)),
  y: required(bigInteger(Tag.Y)),
});
export type TransparentDsaPublicKey = TypeOf<typeof TransparentDsaPublicKey>;

/** 2.1 §3.7, 1.4 §2.1.7.4. One of Private Exponent, the two primes with the Public Exponent, or all of the CRT numbers must be there. */
export const TransparentRsaPrivateKey = structure(Tag.KeyMaterial, {
  modulus: required(bigInteger(Tag.Modulus)),
  privateExponent: optional(bigInteger(Tag.PrivateExponent)),
  publicExponent: optional(bigInteger(Tag.PublicExponent)),
  p: optional(bigInteger(Tag.P)),
  q: optional(bigInteger(Tag.Q)),
  primeExponentP: optional(bigInteger(Tag.PrimeExponentP)),
  primeExponentQ: optional(bigInteger(Tag.PrimeExponentQ)),
  crtCoefficient: optional(bigInteger(Tag.CRTCoefficient)),
});
export type TransparentRsaPrivateKey = TypeOf<typeof TransparentRsaPrivateKey>;

/** 2.1 §3.8, 1.4 §2.1.7.5. */
export const TransparentRsaPublicKey = structure(Tag.KeyMaterial, {
  modulus: required(bigInteger(Tag.Modulus)),
  publicExponent: required(bigInteger(Tag.PublicExponent)),
});
export type TransparentRsaPublicKey = TypeOf<typeof TransparentRsaPublicKey>;

/** 2.1 §3.9, 1.4 §2.1.7.6. */
export const TransparentDhPrivateKey = structure(Tag.KeyMaterial, {
  p: required(bigInteger(Tag.P)),
  q: optional(bigInteger(Tag.Q)),
  g: required(bigInteger(Tag.G)),
  j: optional(bigInteger(Tag.J)),
  x: required(bigInteger(Tag.X)),
});
export type TransparentDhPrivateKey = TypeOf<typeof TransparentDhPrivateKey>;

/** 2.1 §3.10, 1.4 §2.1.7.7. */
export const TransparentDhPublicKey = structure(Tag.KeyMaterial, {
  p: required(bigInteger(Tag.P)),
  q: optional(bigInteger(Tag.Q)),
  g: required(bigInteger(Tag.G)),
  j: optional(bigInteger(Tag.J)),
  y: required(bigInteger(Tag.Y)),
});
export type TransparentDhPublicKey = TypeOf<typeof TransparentDhPublicKey>;

const ecPrivateKey = (span?: Span) =>
  structure(Tag.KeyMaterial, { recommendedCurve: required(RecommendedCurve), d: required(bigInteger(Tag.D)) }, span);
const ecPublicKey = (span?: Span) =>
  structure(
    Tag.KeyMaterial,
    /** The point as SEC 1 writes it, compressed or not. */
    { recommendedCurve: required(RecommendedCurve), qString: required(byteString(Tag.QString)) },
    span,
  );

/** 2.1 §3.11, 1.4 §2.1.7.14. */
export const TransparentEcPrivateKey = ecPrivateKey({ since: V1_3 });
export type TransparentEcPrivateKey = TypeOf<typeof TransparentEcPrivateKey>;
/** 2.1 §3.12, 1.4 §2.1.7.15. */
export const TransparentEcPublicKey = ecPublicKey({ since: V1_3 });
export type TransparentEcPublicKey = TypeOf<typeof TransparentEcPublicKey>;
/** ECDSA, ECDH and ECMQV before Transparent EC replaced them, and still readable: 1.4 §2.1.7.8, §2.1.7.10, §2.1.7.12. */
export const TransparentEcdsaPrivateKey = ecPrivateKey();
/** 1.4 §2.1.7.9, §2.1.7.11, §2.1.7.13. */
export const TransparentEcdsaPublicKey = ecPublicKey();

export type TransparentKey =
  | TransparentSymmetricKey
  | TransparentDsaPrivateKey
  | TransparentDsaPublicKey
  | TransparentRsaPrivateKey
  | TransparentRsaPublicKey
  | TransparentDhPrivateKey
  | TransparentDhPublicKey
  | TransparentEcPrivateKey
  | TransparentEcPublicKey;

/** The layout of the Key Material of each Key Format Type that is a structure. */
export const transparentKeys: ReadonlyMap<number, StructureItem<never>> = new Map([
  [KeyFormatType.TransparentSymmetricKey, TransparentSymmetricKey],
  [KeyFormatType.TransparentDSAPrivateKey, TransparentDsaPrivateKey],
  [KeyFormatType.TransparentDSAPublicKey, TransparentDsaPublicKey],
  [KeyFormatType.TransparentRSAPrivateKey, TransparentRsaPrivateKey],
  [KeyFormatType.TransparentRSAPublicKey, TransparentRsaPublicKey],
  [KeyFormatType.TransparentDHPrivateKey, TransparentDhPrivateKey],
  [KeyFormatType.TransparentDHPublicKey, TransparentDhPublicKey],
  [KeyFormatType.TransparentECDSAPrivateKey, TransparentEcdsaPrivateKey],
  [KeyFormatType.TransparentECDSAPublicKey, TransparentEcdsaPublicKey],
  [KeyFormatType.TransparentECDHPrivateKey, TransparentEcdsaPrivateKey],
  [KeyFormatType.TransparentECDHPublicKey, TransparentEcdsaPublicKey],
  [KeyFormatType.TransparentECMQVPrivateKey, TransparentEcdsaPrivateKey],
  [KeyFormatType.TransparentECMQVPublicKey, TransparentEcdsaPublicKey],
  [KeyFormatType.TransparentECPrivateKey, TransparentEcPrivateKey],
  [KeyFormatType.TransparentECPublicKey, TransparentEcPublicKey],
] as [number, StructureItem<never>][]);
