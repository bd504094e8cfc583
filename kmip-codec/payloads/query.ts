import { ObjectType, RNGParametersStructure } from '../attributes/index.ts';
import { AttestationType, CredentialType } from './credentials.ts';
import { DefaultsInformation } from './defaults.ts';
import { ObjectGroups, ProtectionStorageMasks } from './lists.ts';
import { ProtocolVersion } from './protocol-version.ts';
import * as registry from '../registry/index.ts';
import { Tag } from '../registry/index.ts';
import {
  boolean,
  enumeration,
  integer,
  opaqueStructure,
  optional,
  repeated,
  required,
  structure,
  textString,
  type Item,
  type TypeOf,
} from '../schema/index.ts';
import { V1_1, V1_2, V1_3, V1_4, V2_0, V2_1, V3_0 } from '../version.ts';
import { Operation } from './operation.ts';

export const QueryFunction = enumeration(registry.QueryFunction);
/** Query request payload: 2.1 §6.1.40, 1.4 §4.25. */
export const QueryRequest = structure(Tag.RequestPayload, {
  queryFunctions: repeated(QueryFunction),
  objectGroups: optional(ObjectGroups, { since: V2_1, until: V2_1 }),
});
export type QueryRequest = TypeOf<typeof QueryRequest>;

const ItemTypeItem = enumeration({ ...registry.ItemType, tag: Tag.ExtensionType });
/** An Integer before 2.0, an enumeration since, and not in 3.0. */
const ExtensionType: Item<number> = {
  ...ItemTypeItem,
  since: V1_1,
  until: V2_1,
  codec: version => (version < V2_0 ? integer(Tag.ExtensionType) : ItemTypeItem).codec(version),
};

/** Extension Information: 2.1 §7.13, 1.4 §2.1.9. */
export const ExtensionInformation = structure(
  Tag.ExtensionInformation,
  {
    extensionName: required(textString(Tag.ExtensionName)),
    extensionTag: optional(integer(Tag.ExtensionTag)),
    extensionType: optional(ExtensionType),
    extensionEnumeration: optional(integer(Tag.ExtensionEnumeration), { since: V2_0 }),
    extensionAttribute: optional(boolean(Tag.ExtensionAttribute), { since: V2_0 }),
    extensionParentStructureTag: optional(integer(Tag.ExtensionParentStructureTag), { since: V2_0 }),
    extensionDescription: optional(textString(Tag.ExtensionDescription), { since: V2_0 }),
  },
  { since: V1_1 },
);
export const ProfileName = enumeration(registry.ProfileName);
/** Profile Version: 2.1 §7.32. */
export const ProfileVersion = structure(
  Tag.ProfileVersion,
  {
    profileVersionMajor: required(integer(Tag.ProfileVersionMajor)),
    profileVersionMinor: required(integer(Tag.ProfileVersionMinor)),
  },
  { since: V2_0 },
);
/** Profile Information: 2.1 §7.31, 1.4 §2.1.19. */
export const ProfileInformation = structure(
  Tag.ProfileInformation,
  {
    profileName: required(ProfileName),
    profileVersion: optional(ProfileVersion),
    serverURI: optional(textString(Tag.ServerURI)),
    serverPort: optional(integer(Tag.ServerPort)),
  },
  { since: V1_3 },
);
export const UnwrapMode = enumeration(registry.UnwrapMode);
export const DestroyAction = enumeration(registry.DestroyAction);
export const ShreddingAlgorithm = enumeration(registry.ShreddingAlgorithm);
export const RNGMode = enumeration(registry.RNGMode);
export const ValidationAuthorityType = enumeration(registry.ValidationAuthorityType);
export const ValidationType = enumeration(registry.ValidationType);
/** Validation Information: 2.1 §7.41, 1.4 §2.1.20. */
export const ValidationInformation = structure(
  Tag.ValidationInformation,
  {
    validationAuthorityType: required(ValidationAuthorityType),
    validationAuthorityCountry: optional(textString(Tag.ValidationAuthorityCountry)),
    validationAuthorityURI: optional(textString(Tag.ValidationAuthorityURI)),
    validationVersionMajor: required(integer(Tag.ValidationVersionMajor)),
    validationVersionMinor: optional(integer(Tag.ValidationVersionMinor)),
    validationType: required(ValidationType),
    validationLevel: required(integer(Tag.ValidationLevel)),
    validationCertificateIdentifier: optional(textString(Tag.ValidationCertificateIdentifier)),
    validationCertificateURI: optional(textString(Tag.ValidationCertificateURI)),
    validationVendorURI: optional(textString(Tag.ValidationVendorURI)),
    validationProfiles: repeated(textString(Tag.ValidationProfile)),
  },
  { since: V1_3 },
);
/** Capability Information: 2.1 §7.5, 1.4 §2.1.21. */
export const CapabilityInformation = structure(
  Tag.CapabilityInformation,
  {
    streamingCapability: optional(boolean(Tag.StreamingCapability)),
    asynchronousCapability: optional(boolean(Tag.AsynchronousCapability)),
    attestationCapability: optional(boolean(Tag.AttestationCapability)),
    batchUndoCapability: optional(boolean(Tag.BatchUndoCapability), { since: V1_4 }),
    batchContinueCapability: optional(boolean(Tag.BatchContinueCapability), { since: V1_4 }),
    unwrapMode: optional(UnwrapMode),
    destroyAction: optional(DestroyAction),
    shreddingAlgorithm: optional(ShreddingAlgorithm),
    rngMode: optional(RNGMode),
    quantumSafeCapability: optional(boolean(Tag.QuantumSafeCapability), { since: V2_0 }),
  },
  { since: V1_3 },
);
export const ClientRegistrationMethod = enumeration(registry.ClientRegistrationMethod);

/** Credential Information, of 3.0. */
export const CredentialInformation = structure(
  Tag.CredentialInformation,
  { credentialTypes: repeated(CredentialType) },
  { since: V3_0 },
);

/** Query response payload: 2.1 §6.1.40, 1.4 §4.25. */
export const QueryResponse = structure(Tag.ResponsePayload, {
  operations: repeated(Operation),
  objectTypes: repeated(ObjectType),
  vendorIdentification: optional(textString(Tag.VendorIdentification)),
  serverInformation: optional(opaqueStructure(Tag.ServerInformation)),
  applicationNamespaces: repeated(textString(Tag.ApplicationNamespace)),
  extensionInformation: repeated(ExtensionInformation, { since: V1_1 }),
  attestationTypes: repeated(AttestationType, { since: V1_2 }),
  rngParameters: repeated(RNGParametersStructure, { since: V1_3 }),
  profileInformation: repeated(ProfileInformation, { since: V1_3 }),
  validationInformation: repeated(ValidationInformation),
  capabilityInformation: repeated(CapabilityInformation, { since: V1_3 }),
  clientRegistrationMethods: repeated(ClientRegistrationMethod, { since: V1_3 }),
  defaultsInformation: optional(DefaultsInformation),
  protectionStorageMasks: optional(ProtectionStorageMasks),
  credentialInformation: optional(CredentialInformation),
});

/** Discover Versions, request and response: 2.1 §6.1.16, 1.4 §4.26. */
export const DiscoverVersionsRequest = structure(
  Tag.RequestPayload,
  { protocolVersions: repeated(ProtocolVersion) },
  { since: V1_1 },
);
export type DiscoverVersionsRequest = TypeOf<typeof DiscoverVersionsRequest>;
export const DiscoverVersionsResponse = structure(
  Tag.ResponsePayload,
  { protocolVersions: repeated(ProtocolVersion) },
  { since: V1_1 },
);
