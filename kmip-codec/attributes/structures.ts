import * as registry from '../registry/index.ts';
import {
  boolean,
  byteString,
  enumeration,
  integer,
  longInteger,
  optional,
  repeated,
  required,
  secret,
  structure,
  textString,
  type TypeOf,
} from '../schema/index.ts';
import { Tag } from '../registry/index.ts';
import { V1_1, V1_2, V1_3, V1_4, V2_1, V3_0 } from '../version.ts';
import { identifier } from './identifier.ts';

export const NameType = enumeration(registry.NameType);
/** Name: 2.1 §4.32, 1.4 §3.2. */
export const NameStructure = structure(Tag.Name, {
  nameValue: required(textString(Tag.NameValue)),
  nameType: required(NameType),
});

export const AlternativeNameType = enumeration(registry.AlternativeNameType);
/** Alternative Name: 1.4 §3.40. */
export const AlternativeNameStructure = structure(
  Tag.AlternativeName,
  {
    alternativeNameValue: required(textString(Tag.AlternativeNameValue)),
    alternativeNameType: required(AlternativeNameType),
  },
  { since: V1_2 },
);

/** Application Specific Information: 2.1 §4.4, 1.4 §3.36. Before 1.3 a client always gives Application Data; the server decides. */
export const ApplicationSpecificInformationStructure = structure(Tag.ApplicationSpecificInformation, {
  applicationNamespace: required(textString(Tag.ApplicationNamespace)),
  applicationData: optional(textString(Tag.ApplicationData)),
});

export const LinkType = enumeration(registry.LinkType);
/** Link: 2.1 §4.31, 1.4 §3.35. */
export const LinkStructure = structure(Tag.Link, {
  linkType: required(LinkType),
  linkedObjectIdentifier: required(identifier(Tag.LinkedObjectIdentifier)),
});

export const BlockCipherMode = enumeration(registry.BlockCipherMode);
export const PaddingMethod = enumeration(registry.PaddingMethod);
export const HashingAlgorithm = enumeration(registry.HashingAlgorithm);
export const KeyRoleType = enumeration(registry.KeyRoleType);
export const DigitalSignatureAlgorithmItem = enumeration(registry.DigitalSignatureAlgorithm);
export const CryptographicAlgorithmItem = enumeration(registry.CryptographicAlgorithm);
export const MaskGenerator = enumeration(registry.MaskGenerator);
/** Cryptographic Parameters: 2.1 §4.16, 1.4 §3.6. */
export const CryptographicParametersStructure = structure(Tag.CryptographicParameters, {
  blockCipherMode: optional(BlockCipherMode),
  paddingMethod: optional(PaddingMethod),
  hashingAlgorithm: optional(HashingAlgorithm),
  keyRoleType: optional(KeyRoleType),
  digitalSignatureAlgorithm: optional(DigitalSignatureAlgorithmItem, { since: V1_2 }),
  cryptographicAlgorithm: optional(CryptographicAlgorithmItem, { since: V1_2 }),
  randomIV: optional(boolean(Tag.RandomIV), { since: V1_2 }),
  /** Bits. */
  ivLength: optional(integer(Tag.IVLength), { since: V1_2 }),
  /** Bytes. */
  tagLength: optional(integer(Tag.TagLength), { since: V1_2 }),
  fixedFieldLength: optional(integer(Tag.FixedFieldLength), { since: V1_2 }),
  invocationFieldLength: optional(integer(Tag.InvocationFieldLength), { since: V1_2 }),
  counterLength: optional(integer(Tag.CounterLength), { since: V1_2 }),
  initialCounterValue: optional(integer(Tag.InitialCounterValue), { since: V1_2 }),
  saltLength: optional(integer(Tag.SaltLength), { since: V1_4 }),
  maskGenerator: optional(MaskGenerator, { since: V1_4 }),
  maskGeneratorHashingAlgorithm: optional(
    { ...HashingAlgorithm, tag: Tag.MaskGeneratorHashingAlgorithm },
    { since: V1_4 },
  ),
  pSource: optional(byteString(Tag.PSource), { since: V1_4 }),
  trailerField: optional(integer(Tag.TrailerField), { since: V1_4 }),
});
export type CryptographicParametersValue = TypeOf<typeof CryptographicParametersStructure>;

export const RecommendedCurve = enumeration(registry.RecommendedCurve);
/** Cryptographic Domain Parameters: 1.4 §3.7. */
export const CryptographicDomainParametersStructure = structure(Tag.CryptographicDomainParameters, {
  qlength: optional(integer(Tag.Qlength)),
  recommendedCurve: optional(RecommendedCurve),
});

export const KeyFormatType = enumeration(registry.KeyFormatType);
/** Digest: 2.1 §4.21, 1.4 §3.17. */
export const DigestStructure = structure(Tag.Digest, {
  hashingAlgorithm: required(HashingAlgorithm),
  digestValue: optional(byteString(Tag.DigestValue)),
  keyFormatType: optional(KeyFormatType, { since: V1_1 }),
});

export const UsageLimitsUnit = enumeration(registry.UsageLimitsUnit);
/** Usage Limits: 1.4 §3.21. */
export const UsageLimitsStructure = structure(Tag.UsageLimits, {
  usageLimitsTotal: required(longInteger(Tag.UsageLimitsTotal)),
  usageLimitsCount: optional(longInteger(Tag.UsageLimitsCount)),
  usageLimitsUnit: required(UsageLimitsUnit),
});

export const RevocationReasonCode = enumeration(registry.RevocationReasonCode);
/** Revocation Reason: 2.1 §4.47, 1.4 §3.31. */
export const RevocationReasonStructure = structure(Tag.RevocationReason, {
  revocationReasonCode: required(RevocationReasonCode),
  revocationMessage: optional(textString(Tag.RevocationMessage)),
});

export const KeyValueLocationType = enumeration(registry.KeyValueLocationType);
/** Key Value Location: 1.4 §3.42. */
export const KeyValueLocationStructure = structure(
  Tag.KeyValueLocation,
  {
    keyValueLocationValue: required(textString(Tag.KeyValueLocationValue)),
    keyValueLocationType: required(KeyValueLocationType),
  },
  { since: V1_2 },
);

export const RNGAlgorithm = enumeration(registry.RNGAlgorithm);
export const DRBGAlgorithm = enumeration(registry.DRBGAlgorithm);
export const FIPS186Variation = enumeration(registry.FIPS186Variation);
/** RNG Parameters: 1.4 §2.1.18. */
export const RNGParametersStructure = structure(
  Tag.RNGParameters,
  {
    rngAlgorithm: required(RNGAlgorithm),
    cryptographicAlgorithm: optional(CryptographicAlgorithmItem),
    cryptographicLength: optional(integer(Tag.CryptographicLength)),
    hashingAlgorithm: optional(HashingAlgorithm),
    drbgAlgorithm: optional(DRBGAlgorithm),
    recommendedCurve: optional(RecommendedCurve),
    fips186Variation: optional(FIPS186Variation),
    predictionResistance: optional(boolean(Tag.PredictionResistance)),
  },
  { since: V1_3 },
);

// Who a certificate is of and from names people and hosts: no event shows it.

/** Certificate Identifier, before 1.1 replaced it: 1.4 §3.13. */
export const CertificateIdentifierStructure = structure(Tag.CertificateIdentifier, {
  issuer: required(secret(textString(Tag.Issuer))),
  serialNumber: optional(secret(textString(Tag.SerialNumber))),
});
/** Certificate Subject, before 1.1 replaced it: 1.4 §3.14. */
export const CertificateSubjectStructure = structure(Tag.CertificateSubject, {
  certificateSubjectDistinguishedName: required(secret(textString(Tag.CertificateSubjectDistinguishedName))),
  certificateSubjectAlternativeName: repeated(secret(textString(Tag.CertificateSubjectAlternativeName))),
});
/** Certificate Issuer, before 1.1 replaced it: 1.4 §3.15. */
export const CertificateIssuerStructure = structure(Tag.CertificateIssuer, {
  certificateIssuerDistinguishedName: required(secret(textString(Tag.CertificateIssuerDistinguishedName))),
  certificateIssuerAlternativeName: repeated(secret(textString(Tag.CertificateIssuerAlternativeName))),
});
/** X.509 Certificate Identifier: 1.4 §3.10. */
export const X509CertificateIdentifierStructure = structure(
  Tag.X_509CertificateIdentifier,
  {
    issuerDistinguishedName: required(secret(byteString(Tag.IssuerDistinguishedName))),
    certificateSerialNumber: required(secret(byteString(Tag.CertificateSerialNumber))),
  },
  { since: V1_1 },
);
/** X.509 Certificate Subject: 1.4 §3.11. */
export const X509CertificateSubjectStructure = structure(
  Tag.X_509CertificateSubject,
  {
    subjectDistinguishedName: required(secret(byteString(Tag.SubjectDistinguishedName))),
    subjectAlternativeName: repeated(secret(byteString(Tag.SubjectAlternativeName))),
  },
  { since: V1_1 },
);
/** X.509 Certificate Issuer: 1.4 §3.12. */
export const X509CertificateIssuerStructure = structure(
  Tag.X_509CertificateIssuer,
  {
    issuerDistinguishedName: required(secret(byteString(Tag.IssuerDistinguishedName))),
    issuerAlternativeName: repeated(secret(byteString(Tag.IssuerAlternativeName))),
  },
  { since: V1_1 },
);

export const RotateNameType = enumeration(registry.RotateNameType);
/** Rotate Name: 2.1 §4.52. */
export const RotateNameStructure = structure(
  Tag.RotateName,
  { rotateNameValue: required(textString(Tag.RotateNameValue)), rotateNameType: required(RotateNameType) },
  { since: V2_1 },
);
export const DeactivationReasonCode = enumeration(registry.DeactivationReasonCode);
/** Deactivation Reason of 3.0. */
export const DeactivationReasonStructure = structure(
  Tag.DeactivationReason,
  {
    deactivationReasonCode: required(DeactivationReasonCode),
    deactivationMessage: optional(textString(Tag.DeactivationMessage)),
  },
  { since: V3_0 },
);
