import { ObjectType, RNGParametersStructure } from '../attributes/index.ts';
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
  type TypeOf,
} from '../schema/index.ts';
import { V1_1, V1_2, V1_3, V1_4 } from '../version.ts';
import { Operation } from './operation.ts';

export const QueryFunction = enumeration(registry.QueryFunction);
/** Query request payload: 2.1 §6.1.40, 1.4 §4.25. */
export const QueryRequest = structure(Tag.RequestPayload, { queryFunctions: repeated(QueryFunction) });
export type QueryRequest = TypeOf<typeof QueryRequest>;

/** Extension Information: 1.4 §2.1.9. */
export const ExtensionInformation = structure(
  Tag.ExtensionInformation,
  {
    extensionName: required(textString(Tag.ExtensionName)),
    extensionTag: optional(integer(Tag.ExtensionTag)),
    extensionType: optional(integer(Tag.ExtensionType)),
  },
  { since: V1_1 },
);
export const ProfileName = enumeration(registry.ProfileName);
/** Profile Information: 1.4 §2.1.19. */
export const ProfileInformation = structure(
  Tag.ProfileInformation,
  {
    profileName: required(ProfileName),
    serverURI: optional(textString(Tag.ServerURI)),
    serverPort: optional(integer(Tag.ServerPort)),
  },
  { since: V1_3 },
);
export const UnwrapMode = enumeration(registry.UnwrapMode);
export const DestroyAction = enumeration(registry.DestroyAction);
export const ShreddingAlgorithm = enumeration(registry.ShreddingAlgorithm);
export const RNGMode = enumeration(registry.RNGMode);
/** Capability Information: 1.4 §2.1.21. */
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
  },
  { since: V1_3 },
);
export const AttestationType = enumeration(registry.AttestationType);
export const ClientRegistrationMethod = enumeration(registry.ClientRegistrationMethod);

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
  validationInformation: repeated(opaqueStructure(Tag.ValidationInformation), { since: V1_3 }),
  capabilityInformation: repeated(CapabilityInformation, { since: V1_3 }),
  clientRegistrationMethods: repeated(ClientRegistrationMethod, { since: V1_3 }),
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
