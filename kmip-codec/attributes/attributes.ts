import * as registry from '../registry/index.ts';
import { Tag } from '../registry/index.ts';
import { boolean, dateTime, enumeration, integer, interval, mask, textString, type Span } from '../schema/index.ts';
import { V1_1, V1_2, V1_3, V1_4 } from '../version.ts';
import { attribute, type Attribute } from './attribute.ts';
import * as structures from './structures.ts';

const date = (name: string, tag: number, span?: Span) => attribute(name, dateTime(tag, span));
const text = (name: string, tag: number, span?: Span) => attribute(name, textString(tag, span));
const flag = (name: string, tag: number, span?: Span) => attribute(name, boolean(tag, span));

// The attributes of KMIP 1.4 in the order of its chapter 3.
export const UniqueIdentifier = text('Unique Identifier', Tag.UniqueIdentifier);
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
];
const byName = new Map<string, Attribute<unknown>>(attributes.map(a => [a.attributeName, a]));

/** The attribute of this name; undefined for custom attributes and for names that no specification has. */
export const findAttribute = (attributeName: string): Attribute<unknown> | undefined => byName.get(attributeName);
