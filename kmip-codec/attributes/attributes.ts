import * as registry from '../registry/index.ts';
import { Tag } from '../registry/index.ts';
import {
  boolean,
  byteString,
  dateTime,
  enumeration,
  integer,
  interval,
  longInteger,
  mask,
  secret,
  textString,
  type Item,
  type Span,
} from '../schema/index.ts';
import { V1_1, V1_2, V1_3, V1_4, V2_0, V2_1, V3_0, type Version } from '../version.ts';
import { attribute, type Attribute } from './attribute.ts';
import { identifier } from './identifier.ts';
import * as structures from './structures.ts';

const date = (name: string, tag: number, span?: Span) => attribute(name, dateTime(tag, span));
const text = (name: string, tag: number, span?: Span) => attribute(name, textString(tag, span));
const flag = (name: string, tag: number, span?: Span) => attribute(name, boolean(tag, span));

// The attributes of KMIP 1.4 in the order of its chapter 3.
export const UniqueIdentifier = attribute('Unique Identifier', identifier(Tag.UniqueIdentifier));
export const Name = attribute('Name', structures.NameStructure);
export const ObjectType = attribute('Object Type', enumeration(registry.ObjectType));
export const CryptographicAlgorithm = attribute('Cryptographic Algorithm', structures.CryptographicAlgorithmItem);
/** Bits. */
export const CryptographicLength = attribute('Cryptographic Length', integer(Tag.CryptographicLength));
export const CryptographicParameters = attribute(
  'Cryptographic Parameters',
  structures.CryptographicParametersStructure,
);
export const CryptographicDomainParameters = attribute(
  'Cryptographic Domain Parameters',
  structures.CryptographicDomainParametersStructure,
);
export const CertificateType = attribute('Certificate Type', enumeration(registry.CertificateType));
/** Bytes. */
export const CertificateLength = attribute('Certificate Length', integer(Tag.CertificateLength, { since: V1_1 }));
export const X509CertificateIdentifier = attribute(
  'X.509 Certificate Identifier',
  structures.X509CertificateIdentifierStructure,
);
export const X509CertificateSubject = attribute(
  'X.509 Certificate Subject',
  structures.X509CertificateSubjectStructure,
);
export const X509CertificateIssuer = attribute('X.509 Certificate Issuer', structures.X509CertificateIssuerStructure);
export const CertificateIdentifier = attribute('Certificate Identifier', structures.CertificateIdentifierStructure);
export const CertificateSubject = attribute('Certificate Subject', structures.CertificateSubjectStructure);
export const CertificateIssuer = attribute('Certificate Issuer', structures.CertificateIssuerStructure);
export const DigitalSignatureAlgorithm = attribute(
  'Digital Signature Algorithm',
  structures.DigitalSignatureAlgorithmItem,
);
export const Digest = attribute('Digest', structures.DigestStructure);
export const OperationPolicyName = text('Operation Policy Name', Tag.OperationPolicyName, { until: V1_4 });
export const CryptographicUsageMask = attribute('Cryptographic Usage Mask', mask(registry.CryptographicUsageMask));
export const LeaseTime = attribute('Lease Time', interval(Tag.LeaseTime));
export const UsageLimits = attribute('Usage Limits', structures.UsageLimitsStructure);
export const State = attribute('State', enumeration(registry.State));
export const InitialDate = date('Initial Date', Tag.InitialDate);
export const ActivationDate = date('Activation Date', Tag.ActivationDate);
export const ProcessStartDate = date('Process Start Date', Tag.ProcessStartDate);
export const ProtectStopDate = date('Protect Stop Date', Tag.ProtectStopDate);
export const DeactivationDate = date('Deactivation Date', Tag.DeactivationDate);
export const DestroyDate = date('Destroy Date', Tag.DestroyDate);
export const CompromiseOccurrenceDate = date('Compromise Occurrence Date', Tag.CompromiseOccurrenceDate);
export const CompromiseDate = date('Compromise Date', Tag.CompromiseDate);
export const RevocationReason = attribute('Revocation Reason', structures.RevocationReasonStructure);
export const ArchiveDate = date('Archive Date', Tag.ArchiveDate);
export const ObjectGroup = text('Object Group', Tag.ObjectGroup);
export const Fresh = flag('Fresh', Tag.Fresh, { since: V1_1 });
export const Link = attribute('Link', structures.LinkStructure);
export const ApplicationSpecificInformation = attribute(
  'Application Specific Information',
  structures.ApplicationSpecificInformationStructure,
);
export const ContactInformation = text('Contact Information', Tag.ContactInformation);
export const LastChangeDate = date('Last Change Date', Tag.LastChangeDate);
export const AlternativeName = attribute('Alternative Name', structures.AlternativeNameStructure);
export const KeyValuePresent = flag('Key Value Present', Tag.KeyValuePresent, { since: V1_2 });
export const KeyValueLocation = attribute('Key Value Location', structures.KeyValueLocationStructure);
export const OriginalCreationDate = date('Original Creation Date', Tag.OriginalCreationDate, { since: V1_2 });
export const RandomNumberGenerator = attribute('Random Number Generator', {
  ...structures.RNGParametersStructure,
  tag: Tag.RandomNumberGenerator,
  since: V1_3,
});
export const PKCS12FriendlyName = text('PKCS#12 Friendly Name', Tag.PKCS_12FriendlyName, { since: V1_4 });
export const Description = text('Description', Tag.Description, { since: V1_4 });
export const Comment = text('Comment', Tag.Comment, { since: V1_4 });
export const Sensitive = flag('Sensitive', Tag.Sensitive, { since: V1_4 });
export const AlwaysSensitive = flag('Always Sensitive', Tag.AlwaysSensitive, { since: V1_4 });
export const Extractable = flag('Extractable', Tag.Extractable, { since: V1_4 });
export const NeverExtractable = flag('Never Extractable', Tag.NeverExtractable, { since: V1_4 });

/** One that came with this version, though its item may be older. */
const since = <T, I extends Item<T>>(name: string, version: Version, item: I & Item<T>) =>
  attribute<T, I>(name, { ...item, since: version, until: undefined });

// The attributes that came with 2.0, 2.1 and 3.0. Who a certificate is of and from names people and hosts: no event shows it.
export const CertificateIssuerC = since('Certificate Issuer C', V2_0, secret(textString(Tag.CertificateIssuerC)));
export const CertificateIssuerCN = since('Certificate Issuer CN', V2_0, secret(textString(Tag.CertificateIssuerCN)));
export const CertificateIssuerDC = since('Certificate Issuer DC', V2_0, secret(textString(Tag.CertificateIssuerDC)));
export const CertificateIssuerDN = since('Certificate Issuer DN', V3_0, secret(textString(Tag.CertificateIssuerDN)));
export const CertificateIssuerDNQualifier = since(
  'Certificate Issuer DN Qualifier',
  V2_0,
  secret(textString(Tag.CertificateIssuerDNQualifier)),
);
export const CertificateIssuerEmail = since(
  'Certificate Issuer Email',
  V2_0,
  secret(textString(Tag.CertificateIssuerEmail)),
);
export const CertificateIssuerL = since('Certificate Issuer L', V2_0, secret(textString(Tag.CertificateIssuerL)));
export const CertificateIssuerO = since('Certificate Issuer O', V2_0, secret(textString(Tag.CertificateIssuerO)));
export const CertificateIssuerOU = since('Certificate Issuer OU', V2_0, secret(textString(Tag.CertificateIssuerOU)));
export const CertificateIssuerST = since('Certificate Issuer ST', V2_0, secret(textString(Tag.CertificateIssuerST)));
export const CertificateIssuerSerialNumber = since(
  'Certificate Issuer Serial Number',
  V2_0,
  secret(textString(Tag.CertificateIssuerSerialNumber)),
);
export const CertificateIssuerTitle = since(
  'Certificate Issuer Title',
  V2_0,
  secret(textString(Tag.CertificateIssuerTitle)),
);
export const CertificateIssuerUID = since('Certificate Issuer UID', V2_0, secret(textString(Tag.CertificateIssuerUID)));
export const CertificateLink = since('Certificate Link', V3_0, identifier(Tag.CertificateLink));
export const CertificateRequestLink = since('Certificate Request Link', V3_0, identifier(Tag.CertificateRequestLink));
export const CertificateSubjectC = since('Certificate Subject C', V2_0, secret(textString(Tag.CertificateSubjectC)));
export const CertificateSubjectCN = since('Certificate Subject CN', V2_0, secret(textString(Tag.CertificateSubjectCN)));
export const CertificateSubjectDC = since('Certificate Subject DC', V2_0, secret(textString(Tag.CertificateSubjectDC)));
export const CertificateSubjectDN = since('Certificate Subject DN', V3_0, secret(textString(Tag.CertificateSubjectDN)));
export const CertificateSubjectDNQualifier = since(
  'Certificate Subject DN Qualifier',
  V2_0,
  secret(textString(Tag.CertificateSubjectDNQualifier)),
);
export const CertificateSubjectEmail = since(
  'Certificate Subject Email',
  V2_0,
  secret(textString(Tag.CertificateSubjectEmail)),
);
export const CertificateSubjectL = since('Certificate Subject L', V2_0, secret(textString(Tag.CertificateSubjectL)));
export const CertificateSubjectO = since('Certificate Subject O', V2_0, secret(textString(Tag.CertificateSubjectO)));
export const CertificateSubjectOU = since('Certificate Subject OU', V2_0, secret(textString(Tag.CertificateSubjectOU)));
export const CertificateSubjectST = since('Certificate Subject ST', V2_0, secret(textString(Tag.CertificateSubjectST)));
export const CertificateSubjectSerialNumber = since(
  'Certificate Subject Serial Number',
  V2_0,
  secret(textString(Tag.CertificateSubjectSerialNumber)),
);
export const CertificateSubjectTitle = since(
  'Certificate Subject Title',
  V2_0,
  secret(textString(Tag.CertificateSubjectTitle)),
);
export const CertificateSubjectUID = since(
  'Certificate Subject UID',
  V2_0,
  secret(textString(Tag.CertificateSubjectUID)),
);
export const CertifyCounter = since('Certify Counter', V3_0, longInteger(Tag.CertifyCounter));
export const ChildLink = since('Child Link', V3_0, identifier(Tag.ChildLink));
export const CredentialLink = since('Credential Link', V3_0, identifier(Tag.CredentialLink));
export const CredentialTypeAttribute = since('Credential Type', V3_0, enumeration(registry.CredentialType));
export const DeactivationReason = since('Deactivation Reason', V3_0, structures.DeactivationReasonStructure);
export const DecryptCounter = since('Decrypt Counter', V3_0, longInteger(Tag.DecryptCounter));
export const DerivationObjectLink = since('Derivation Object Link', V3_0, identifier(Tag.DerivationObjectLink));
export const DerivedObjectLink = since('Derived Object Link', V3_0, identifier(Tag.DerivedObjectLink));
export const EncryptCounter = since('Encrypt Counter', V3_0, longInteger(Tag.EncryptCounter));
export const GroupLink = since('Group Link', V3_0, identifier(Tag.GroupLink));
export const JoinedSplitKeyPartsLink = since(
  'Joined Split Key Parts Link',
  V3_0,
  identifier(Tag.JoinedSplitKeyPartsLink),
);
export const KeyFormatTypeAttribute = since('Key Format Type', V2_0, structures.KeyFormatType);
export const KeyPartIdentifier = since('Key Part Identifier', V3_0, integer(Tag.KeyPartIdentifier));
export const NISTKeyType = since('NIST Key Type', V2_0, enumeration(registry.NISTKeyType));
export const NISTSecurityCategory = since('NIST Security Category', V3_0, integer(Tag.NISTSecurityCategory));
export const NextLink = since('Next Link', V3_0, identifier(Tag.NextLink));
export const OTPCounter = since('OTP Counter', V3_0, byteString(Tag.OTPCounter));
export const ObjectClass = since('Object Class', V3_0, enumeration(registry.ObjectClass));
export const OpaqueDataTypeAttribute = since('Opaque Data Type', V2_0, enumeration(registry.OpaqueDataType));
export const PKCS12CertificateLink = since('PKCS#12 Certificate Link', V3_0, identifier(Tag.PKCS_12CertificateLink));
export const PKCS12PasswordLink = since('PKCS#12 Password Link', V3_0, identifier(Tag.PKCS_12PasswordLink));
export const ParentLink = since('Parent Link', V3_0, identifier(Tag.ParentLink));
export const PasswordLink = since('Password Link', V3_0, identifier(Tag.PasswordLink));
export const PreviousLink = since('Previous Link', V3_0, identifier(Tag.PreviousLink));
export const PrivateKeyLink = since('Private Key Link', V3_0, identifier(Tag.PrivateKeyLink));
export const ProtectionLevel = since('Protection Level', V2_0, enumeration(registry.ProtectionLevel));
export const ProtectionPeriod = since('Protection Period', V2_0, interval(Tag.ProtectionPeriod));
export const ProtectionStorageMask = since('Protection Storage Mask', V2_0, mask(registry.ProtectionStorageMask));
export const PublicKeyLink = since('Public Key Link', V3_0, identifier(Tag.PublicKeyLink));
export const QuantumSafe = since('Quantum Safe', V2_0, boolean(Tag.QuantumSafe));
export const ReplacedObjectLink = since('Replaced Object Link', V3_0, identifier(Tag.ReplacedObjectLink));
export const ReplacementObjectLink = since('Replacement Object Link', V3_0, identifier(Tag.ReplacementObjectLink));
export const RotateAutomatic = since('Rotate Automatic', V2_1, boolean(Tag.RotateAutomatic));
export const RotateDate = since('Rotate Date', V2_1, dateTime(Tag.RotateDate));
export const RotateGeneration = since('Rotate Generation', V2_1, integer(Tag.RotateGeneration));
export const RotateInterval = since('Rotate Interval', V2_1, interval(Tag.RotateInterval));
export const RotateLatest = since('Rotate Latest', V2_1, boolean(Tag.RotateLatest));
export const RotateName = since('Rotate Name', V2_1, structures.RotateNameStructure);
export const RotateOffset = since('Rotate Offset', V2_1, interval(Tag.RotateOffset));
export const ShortUniqueIdentifier = since('Short Unique Identifier', V2_0, byteString(Tag.ShortUniqueIdentifier));
export const SignCounter = since('Sign Counter', V3_0, longInteger(Tag.SignCounter));
export const SignatureVerifyCounter = since('Signature Verify Counter', V3_0, longInteger(Tag.SignatureVerifyCounter));
export const SplitKeyBaseLink = since('Split Key Base Link', V3_0, identifier(Tag.SplitKeyBaseLink));
export const SplitKeyMethodAttribute = since('Split Key Method', V3_0, enumeration(registry.SplitKeyMethod));
export const SplitKeyParts = since('Split Key Parts', V3_0, integer(Tag.SplitKeyParts));
export const SplitKeyPolynomial = since('Split Key Polynomial', V3_0, enumeration(registry.SplitKeyPolynomial));
export const SplitKeyThreshold = since('Split Key Threshold', V3_0, integer(Tag.SplitKeyThreshold));
export const WrappingKeyLink = since('Wrapping Key Link', V3_0, identifier(Tag.WrappingKeyLink));

/** Every attribute that the codec knows, in the order of the specification; other lists of attributes are computed from it. */
export const attributes: readonly Attribute<unknown>[] = [
  UniqueIdentifier,
  Name,
  ObjectType,
  CryptographicAlgorithm,
  CryptographicLength,
  CryptographicParameters,
  CryptographicDomainParameters,
  CertificateType,
  CertificateLength,
  X509CertificateIdentifier,
  X509CertificateSubject,
  X509CertificateIssuer,
  CertificateIdentifier,
  CertificateSubject,
  CertificateIssuer,
  DigitalSignatureAlgorithm,
  Digest,
  OperationPolicyName,
  CryptographicUsageMask,
  LeaseTime,
  UsageLimits,
  State,
  InitialDate,
  ActivationDate,
  ProcessStartDate,
  ProtectStopDate,
  DeactivationDate,
  DestroyDate,
  CompromiseOccurrenceDate,
  CompromiseDate,
  RevocationReason,
  ArchiveDate,
  ObjectGroup,
  Fresh,
  Link,
  ApplicationSpecificInformation,
  ContactInformation,
  LastChangeDate,
  AlternativeName,
  KeyValuePresent,
  KeyValueLocation,
  OriginalCreationDate,
  RandomNumberGenerator,
  PKCS12FriendlyName,
  Description,
  Comment,
  Sensitive,
  AlwaysSensitive,
  Extractable,
  NeverExtractable,
  CertificateIssuerC,
  CertificateIssuerCN,
  CertificateIssuerDC,
  CertificateIssuerDN,
  CertificateIssuerDNQualifier,
  CertificateIssuerEmail,
  CertificateIssuerL,
  CertificateIssuerO,
  CertificateIssuerOU,
  CertificateIssuerST,
  CertificateIssuerSerialNumber,
  CertificateIssuerTitle,
  CertificateIssuerUID,
  CertificateLink,
  CertificateRequestLink,
  CertificateSubjectC,
  CertificateSubjectCN,
  CertificateSubjectDC,
  CertificateSubjectDN,
  CertificateSubjectDNQualifier,
  CertificateSubjectEmail,
  CertificateSubjectL,
  CertificateSubjectO,
  CertificateSubjectOU,
  CertificateSubjectST,
  CertificateSubjectSerialNumber,
  CertificateSubjectTitle,
  CertificateSubjectUID,
  CertifyCounter,
  ChildLink,
  CredentialLink,
  CredentialTypeAttribute,
  DeactivationReason,
  DecryptCounter,
  DerivationObjectLink,
  DerivedObjectLink,
  EncryptCounter,
  GroupLink,
  JoinedSplitKeyPartsLink,
  KeyFormatTypeAttribute,
  KeyPartIdentifier,
  NISTKeyType,
  NISTSecurityCategory,
  NextLink,
  OTPCounter,
  ObjectClass,
  OpaqueDataTypeAttribute,
  PKCS12CertificateLink,
  PKCS12PasswordLink,
  ParentLink,
  PasswordLink,
  PreviousLink,
  PrivateKeyLink,
  ProtectionLevel,
  ProtectionPeriod,
  ProtectionStorageMask,
  PublicKeyLink,
  QuantumSafe,
  ReplacedObjectLink,
  ReplacementObjectLink,
  RotateAutomatic,
  RotateDate,
  RotateGeneration,
  RotateInterval,
  RotateLatest,
  RotateName,
  RotateOffset,
  ShortUniqueIdentifier,
  SignCounter,
  SignatureVerifyCounter,
  SplitKeyBaseLink,
  SplitKeyMethodAttribute,
  SplitKeyParts,
  SplitKeyPolynomial,
  SplitKeyThreshold,
  WrappingKeyLink,
];
const byName = new Map<string, Attribute<unknown>>(attributes.map(a => [a.attributeName, a]));

/** The attribute of this name; undefined for custom attributes and for names that no specification has. */
export const findAttribute = (attributeName: string): Attribute<unknown> | undefined => byName.get(attributeName);
