import {
  AdjustmentType,
  ActivationDate,
  AlternativeNameType,
  BatchErrorContinuationOption,
  BlockCipherMode,
  EncodingOption,
  HashingAlgorithm,
  KeyCompressionType,
  KeyFormatType,
  KeyWrapType,
  ObjectGroupMember,
  PaddingMethod,
  RevocationReasonCode,
  RNGAlgorithm,
  StorageStatusMask,
  ValidityIndicator,
  WrappingMethod,
  AlternativeName,
  ApplicationSpecificInformation,
  AttributeSet,
  ContactInformation,
  CertificateRequestType,
  CredentialType,
  DerivationMethod,
  SecretDataType,
  SplitKeyMethod,
  CryptographicAlgorithm,
  CryptographicLength,
  CryptographicParameters,
  CryptographicUsageMask,
  customAttribute,
  customText,
  Digest,
  encodeRequest,
  encodeResponse,
  ItemType,
  LeaseTime,
  Link,
  LinkType,
  Name,
  NameType,
  ObjectGroup,
  ObjectType,
  Operation,
  QueryFunction,
  ResultReason,
  ResultStatus,
  Sensitive,
  State,
  supportedVersions,
  Tag,
  TemplateAttributes,
  toProtocolVersion,
  V2_0,
  UsageLimits,
  UsageLimitsUnit,
  V1_1,
  V1_2,
  V1_3,
  V1_4,
  type CustomValue,
  type GivenAttribute,
  type KnownOperation,
  type RequestMessage,
  type RequestOf,
  type ResponseMessage,
  type ResponseOf,
  type Version,
} from '../../kmip-codec/index.ts';
import { boot, conversation } from '../../server/demo/conversation.ts';
import { serviceSamples } from './service-samples.ts';

const uniqueIdentifier = '4a3f1d1e-5a7e-4f53-9d2b-9f0d3c6a7b10';
const moment = new Date('2026-01-02T03:04:05Z');
const name = { nameValue: 'backup key', nameType: NameType.UninterpretedTextString };
const x = customAttribute;

/** A value of each item type, for custom attributes. */
export const customValues: readonly CustomValue[] = [
  {
    tag: Tag.AttributeValue,
    type: ItemType.Structure,
    value: [{ tag: 0x540001, type: ItemType.Boolean, value: false }],
  },
  { tag: Tag.AttributeValue, type: ItemType.Integer, value: -1 },
  { tag: Tag.AttributeValue, type: ItemType.LongInteger, value: -(2n ** 63n) },
  { tag: Tag.AttributeValue, type: ItemType.BigInteger, value: 2n ** 127n },
  { tag: Tag.AttributeValue, type: ItemType.Enumeration, value: 0x80000001 },
  { tag: Tag.AttributeValue, type: ItemType.Boolean, value: true },
  customText('text é'),
  { tag: Tag.AttributeValue, type: ItemType.ByteString, value: new Uint8Array([1, 2, 3]) },
  { tag: Tag.AttributeValue, type: ItemType.DateTime, value: moment },
  { tag: Tag.AttributeValue, type: ItemType.Interval, value: 0xffffffff },
];

const given: GivenAttribute[] = [
  { attribute: CryptographicAlgorithm, value: CryptographicAlgorithm.AES },
  { attribute: CryptographicLength, value: 256 },
  { attribute: CryptographicUsageMask, value: CryptographicUsageMask.Encrypt | CryptographicUsageMask.WrapKey },
  { attribute: Name, attributeIndex: 0, value: name },
  { attribute: ObjectGroup, value: 'group' },
  { attribute: ObjectGroup, attributeIndex: 7, value: 'other group' },
  { attribute: Link, value: { linkType: LinkType.ReplacementObjectLink, linkedObjectIdentifier: uniqueIdentifier } },
  { attribute: ApplicationSpecificInformation, value: { applicationNamespace: 'ssl', applicationData: 'www' } },
  { attribute: ContactInformation, value: 'Joe' },
  { attribute: ActivationDate, value: moment },
  { attribute: LeaseTime, value: 3600 },
  {
    attribute: UsageLimits,
    value: { usageLimitsTotal: 10n, usageLimitsCount: 9n, usageLimitsUnit: UsageLimitsUnit.Object },
  },
  { attribute: Digest, value: { hashingAlgorithm: HashingAlgorithm.SHA_256, digestValue: new Uint8Array(32) } },
  {
    attribute: CryptographicParameters,
    value: { blockCipherMode: BlockCipherMode.CBC, paddingMethod: PaddingMethod.PKCS5 },
  },
  ...customValues.map((value, i) => ({ attribute: x(`x-${i}`), value })),
];
const newer: GivenAttribute[] = [
  {
    attribute: AlternativeName,
    value: { alternativeNameValue: 'urn:x', alternativeNameType: AlternativeNameType.URI },
  },
  { attribute: Sensitive, value: true },
];
const attributesIn = (version: Version) => (version === V1_4 ? [...given, ...newer] : given);

const keyBlock = {
  keyFormatType: KeyFormatType.Raw,
  keyValue: { keyMaterial: Buffer.alloc(32, 0xa5), attributes: [{ attribute: ObjectGroup, value: 'with the key' }] },
  cryptographicAlgorithm: CryptographicAlgorithm.AES,
  cryptographicLength: 256,
};
const wrapped = {
  keyFormatType: KeyFormatType.Raw,
  keyValue: Buffer.alloc(40, 0x5a),
  cryptographicAlgorithm: CryptographicAlgorithm.AES,
  cryptographicLength: 256,
  keyWrappingData: {
    wrappingMethod: WrappingMethod.Encrypt,
    encryptionKeyInformation: {
      uniqueIdentifier,
      cryptographicParameters: { blockCipherMode: BlockCipherMode.NISTKeyWrap },
    },
    ivCounterNonce: Buffer.alloc(8, 0xa6),
  },
};
const specification = {
  wrappingMethod: WrappingMethod.Encrypt,
  encryptionKeyInformation: {
    uniqueIdentifier,
    cryptographicParameters: { blockCipherMode: BlockCipherMode.NISTKeyWrap },
  },
  attributeNames: ['x-1', 'Name'],
} as const;

const newPair = {
  privateKeyUniqueIdentifier: uniqueIdentifier,
  publicKeyUniqueIdentifier: 'public',
  privateKeyAttributes: new AttributeSet().add(LeaseTime, 1),
  publicKeyAttributes: new AttributeSet().add(LeaseTime, 2),
};
const certificateRequest = {
  uniqueIdentifier,
  certificateRequestType: CertificateRequestType.PKCS_10,
  certificateRequestValue: new Uint8Array([0x30, 0]),
};

type Pair<O extends KnownOperation> = { request: RequestOf<O>; response: ResponseOf<O> };
const waiting = (version: Version) => (version >= V1_3 ? { correlationValue: Buffer.from('c') } : {});
/** Every field that requests for a computation have in common. */
const computation = (version: Version) => ({
  uniqueIdentifier,
  cryptographicParameters: { hashingAlgorithm: HashingAlgorithm.SHA_256 },
  data: Buffer.from('text'),
  ...waiting(version),
  ...(version >= V1_3 && { initIndicator: true, finalIndicator: true }),
});

type Pairs = { [O in KnownOperation]: (version: Version) => Pair<O> };

/** A full request and response payload of every operation. */
export const samplePayloads: Pairs = {
  ...serviceSamples,
  [Operation.Create]: version => ({
    request: {
      objectType: ObjectType.SymmetricKey,
      attributes: new TemplateAttributes(attributesIn(version), [name, { ...name, nameValue: 'second template' }]),
    },
    response: {
      objectType: ObjectType.SymmetricKey,
      uniqueIdentifier,
      attributes: new AttributeSet().add(ObjectGroup, 'a').add(ObjectGroup, 'b'),
    },
  }),
  [Operation.Register]: version => ({
    request: {
      objectType: ObjectType.SymmetricKey,
      attributes: new TemplateAttributes(attributesIn(version)),
      object: { keyBlock },
    },
    response: { uniqueIdentifier, attributes: new AttributeSet().add(LeaseTime, 1) },
  }),
  [Operation.Locate]: version => ({
    request: {
      maximumItems: 10,
      ...(version >= V1_4 ? { offsetItems: 2 } : {}),
      storageStatusMask: StorageStatusMask.OnLineStorage | StorageStatusMask.ArchivalStorage,
      ...(version >= V1_1 ? { objectGroupMember: ObjectGroupMember.GroupMemberFresh } : {}),
      attributes: [
        { attribute: ActivationDate, value: moment },
        { attribute: ActivationDate, value: new Date(0) },
        { attribute: x('x-empty') },
      ],
    },
    response: {
      ...(version >= V1_4 ? { locatedItems: 40 } : {}),
      uniqueIdentifiers: [uniqueIdentifier, 'b', 'c'],
    },
  }),
  [Operation.Get]: version => ({
    request: {
      uniqueIdentifier,
      keyFormatType: KeyFormatType.Raw,
      ...(version === V1_4 ? { keyWrapType: KeyWrapType.AsRegistered } : {}),
      keyCompressionType: KeyCompressionType.ECPublicKeyTypeUncompressed,
      keyWrappingSpecification:
        version >= V1_1 ? { ...specification, encodingOption: EncodingOption.NoEncoding } : specification,
    },
    response: {
      objectType: ObjectType.SymmetricKey,
      uniqueIdentifier,
      object: { keyBlock: version === V1_2 ? wrapped : keyBlock },
    },
  }),
  [Operation.Import]: version => ({
    request: {
      uniqueIdentifier,
      objectType: ObjectType.SymmetricKey,
      replaceExisting: true,
      keyWrapType: KeyWrapType.NotWrapped,
      attributes: attributesIn(version),
      object: { keyBlock: wrapped },
    },
    response: { uniqueIdentifier },
  }),
  [Operation.Encrypt]: version => ({
    request: {
      uniqueIdentifier,
      cryptographicParameters: { blockCipherMode: BlockCipherMode.GCM },
      data: Buffer.from('text'),
      ivCounterNonce: Buffer.alloc(12, 1),
      ...(version >= V1_3 && { correlationValue: Buffer.from('c'), initIndicator: true, finalIndicator: true }),
      ...(version >= V1_4 && { authenticatedEncryptionAdditionalData: Buffer.from('more') }),
    },
    response: {
      uniqueIdentifier,
      data: Buffer.from('txet'),
      ivCounterNonce: Buffer.alloc(12, 1),
      ...(version >= V1_3 && { correlationValue: Buffer.from('c') }),
      ...(version >= V1_4 && { authenticatedEncryptionTag: Buffer.alloc(16, 2) }),
    },
  }),
  [Operation.Decrypt]: version => ({
    request: {
      uniqueIdentifier,
      cryptographicParameters: { blockCipherMode: BlockCipherMode.GCM },
      data: Buffer.from('txet'),
      ivCounterNonce: Buffer.alloc(12, 1),
      ...(version >= V1_3 && { correlationValue: Buffer.from('c'), initIndicator: true, finalIndicator: true }),
      ...(version >= V1_4 && {
        authenticatedEncryptionAdditionalData: Buffer.from('more'),
        authenticatedEncryptionTag: Buffer.alloc(16, 2),
      }),
    },
    response: {
      uniqueIdentifier,
      data: Buffer.from('text'),
      ...(version >= V1_3 && { correlationValue: Buffer.from('c') }),
    },
  }),
  [Operation.Sign]: version => ({
    request: { ...computation(version), ...(version >= V1_4 && { digestedData: Buffer.alloc(32, 3) }) },
    response: { uniqueIdentifier, signatureData: Buffer.alloc(64, 4), ...waiting(version) },
  }),
  [Operation.SignatureVerify]: version => ({
    request: {
      ...computation(version),
      ...(version >= V1_4 && { digestedData: Buffer.alloc(32, 3) }),
      signatureData: Buffer.alloc(64, 4),
    },
    response: {
      uniqueIdentifier,
      validityIndicator: ValidityIndicator.Valid,
      data: Buffer.from('text'),
      ...waiting(version),
    },
  }),
  [Operation.MAC]: version => ({
    request: computation(version),
    response: { uniqueIdentifier, macData: Buffer.alloc(32, 5), ...waiting(version) },
  }),
  [Operation.MACVerify]: version => ({
    request: { ...computation(version), macData: Buffer.alloc(32, 5) },
    response: { uniqueIdentifier, validityIndicator: ValidityIndicator.Invalid, ...waiting(version) },
  }),
  [Operation.RNGRetrieve]: () => ({ request: { dataLength: 16 }, response: { data: Buffer.alloc(16, 6) } }),
  [Operation.RNGSeed]: () => ({ request: { data: Buffer.alloc(16, 6) }, response: { dataLength: 16 } }),
  [Operation.Hash]: version => {
    const { uniqueIdentifier: _, ...request } = computation(version);
    return { request, response: { data: Buffer.alloc(32, 7), ...waiting(version) } };
  },
  [Operation.Export]: version => ({
    request: {
      uniqueIdentifier,
      keyFormatType: KeyFormatType.Raw,
      keyWrapType: KeyWrapType.NotWrapped,
      keyCompressionType: KeyCompressionType.ECPublicKeyTypeUncompressed,
      keyWrappingSpecification: specification,
    },
    response: {
      objectType: ObjectType.SymmetricKey,
      uniqueIdentifier,
      attributes: attributesIn(version),
      object: { keyBlock },
    },
  }),
  [Operation.GetAttributes]: version => ({
    request: { uniqueIdentifier, attributeNames: ['State', 'x-Name'] },
    response: { uniqueIdentifier, attributes: [{ attribute: State, value: State.Active }, ...attributesIn(version)] },
  }),
  [Operation.GetAttributeList]: () => ({
    request: { uniqueIdentifier },
    response: { uniqueIdentifier, attributeNames: ['State', 'x-Name'] },
  }),
  [Operation.AddAttribute]: () => ({
    request: { uniqueIdentifier, attribute: { attribute: x('x-Name'), value: customText('vm') } },
    response: { uniqueIdentifier, attribute: { attribute: x('x-Name'), attributeIndex: 0, value: customText('vm') } },
  }),
  [Operation.ModifyAttribute]: () => ({
    request: {
      uniqueIdentifier,
      currentAttribute: { attribute: Name, value: { ...name, nameValue: 'before' } },
      attribute: { attribute: Name, attributeIndex: 1, value: name },
    },
    response: { uniqueIdentifier, attribute: { attribute: Name, attributeIndex: 1, value: name } },
  }),
  [Operation.DeleteAttribute]: () => ({
    request: {
      uniqueIdentifier,
      attributeName: 'Name',
      attributeIndex: 1,
      currentAttribute: { attribute: Name, value: name },
      attributeReference: 'Name',
    },
    response: { uniqueIdentifier, attribute: { attribute: Name, attributeIndex: 1, value: name } },
  }),
  [Operation.SetAttribute]: () => ({
    request: { uniqueIdentifier, attribute: { attribute: x('x-Name'), value: customText('vm') } },
    response: { uniqueIdentifier },
  }),
  [Operation.AdjustAttribute]: () => ({
    request: {
      uniqueIdentifier,
      attributeReference: 'Rotate Generation',
      adjustmentType: AdjustmentType.Increment,
      adjustmentValue: { tag: Tag.AdjustmentValue, type: ItemType.Integer, value: 2 },
    },
    response: { uniqueIdentifier },
  }),
  [Operation.Activate]: () => ({ request: { uniqueIdentifier }, response: { uniqueIdentifier } }),
  [Operation.Revoke]: () => ({
    request: {
      uniqueIdentifier,
      revocationReason: { revocationReasonCode: RevocationReasonCode.KeyCompromise, revocationMessage: 'lost' },
      compromiseOccurrenceDate: moment,
    },
    response: { uniqueIdentifier },
  }),
  [Operation.Destroy]: () => ({ request: { uniqueIdentifier }, response: { uniqueIdentifier } }),
  [Operation.Query]: version => ({
    request: { queryFunctions: [QueryFunction.QueryOperations, QueryFunction.QueryServerInformation] },
    response: {
      operations: [Operation.Create, Operation.Get],
      objectTypes: [ObjectType.SymmetricKey],
      vendorIdentification: 'a vendor',
      serverInformation: [{ tag: 0x540002, type: ItemType.TextString, value: 'of the vendor' }],
      applicationNamespaces: ['ssl'],
      ...(version >= V1_1 ? { extensionInformation: [{ extensionName: 'e', extensionTag: 0x540001 }] } : {}),
      ...(version >= V1_4
        ? {
            capabilityInformation: [{ streamingCapability: false, batchUndoCapability: true }],
            rngParameters: [{ rngAlgorithm: RNGAlgorithm.Unspecified }],
          }
        : {}),
    },
  }),
  [Operation.DiscoverVersions]: () => ({
    request: { protocolVersions: [{ protocolVersionMajor: 1, protocolVersionMinor: 4 }] },
    response: { protocolVersions: supportedVersions.map(toProtocolVersion) },
  }),
  [Operation.CreateKeyPair]: version => ({
    request: {
      commonAttributes: new TemplateAttributes(attributesIn(version), [name]),
      privateKeyAttributes: new TemplateAttributes([{ attribute: Name, value: name }]),
      publicKeyAttributes: new TemplateAttributes([{ attribute: ObjectGroup, value: 'public' }]),
    },
    response: { ...newPair },
  }),
  [Operation.ReKey]: version => ({
    request: { uniqueIdentifier, offset: 60, attributes: new TemplateAttributes(attributesIn(version)) },
    response: { uniqueIdentifier, attributes: new AttributeSet().add(LeaseTime, 1) },
  }),
  [Operation.ReKeyKeyPair]: version => ({
    request: {
      privateKeyUniqueIdentifier: uniqueIdentifier,
      offset: 60,
      commonAttributes: new TemplateAttributes(attributesIn(version)),
      privateKeyAttributes: new TemplateAttributes([{ attribute: Name, value: name }]),
      publicKeyAttributes: new TemplateAttributes([{ attribute: ObjectGroup, value: 'public' }]),
    },
    response: { ...newPair },
  }),
  [Operation.DeriveKey]: version => ({
    request: {
      objectType: ObjectType.SymmetricKey,
      uniqueIdentifiers: [uniqueIdentifier, 'salt'],
      derivationMethod: DerivationMethod.PBKDF2,
      derivationParameters: {
        cryptographicParameters: { hashingAlgorithm: HashingAlgorithm.SHA_256 },
        initializationVector: new Uint8Array(16),
        ...(version < V2_0
          ? { derivationData: new Uint8Array([1]) }
          : { derivationDataParts: [new Uint8Array([1]), new Uint8Array([2])] }),
        salt: new Uint8Array([2]),
        iterationCount: 1000,
      },
      attributes: new TemplateAttributes(attributesIn(version)),
    },
    response: { uniqueIdentifier, attributes: new AttributeSet().add(LeaseTime, 1) },
  }),
  [Operation.Certify]: version => ({
    request: { ...certificateRequest, attributes: new TemplateAttributes(attributesIn(version)) },
    response: { uniqueIdentifier, attributes: new AttributeSet().add(LeaseTime, 1) },
  }),
  [Operation.ReCertify]: version => ({
    request: { ...certificateRequest, offset: 60, attributes: new TemplateAttributes(attributesIn(version)) },
    response: { uniqueIdentifier, attributes: new AttributeSet().add(LeaseTime, 1) },
  }),
  [Operation.CreateSplitKey]: version => ({
    request: {
      objectType: ObjectType.SplitKey,
      uniqueIdentifier,
      splitKeyParts: 3,
      splitKeyThreshold: 2,
      splitKeyMethod: SplitKeyMethod.PolynomialSharingPrimeField,
      primeFieldSize: 2n ** 127n - 1n,
      attributes: new TemplateAttributes(attributesIn(version)),
    },
    response: {
      ...(version === V1_2 ? { objectType: ObjectType.SplitKey } : {}),
      uniqueIdentifiers: [uniqueIdentifier, 'b', 'c'],
      attributes: new AttributeSet().add(LeaseTime, 1),
    },
  }),
  [Operation.JoinSplitKey]: version => ({
    request: {
      objectType: ObjectType.SecretData,
      uniqueIdentifiers: [uniqueIdentifier, 'b'],
      secretDataType: SecretDataType.Password,
      attributes: new TemplateAttributes(attributesIn(version)),
    },
    response: {
      ...(version === V1_2 ? { objectType: ObjectType.SecretData } : {}),
      uniqueIdentifier,
      attributes: new AttributeSet().add(LeaseTime, 1),
    },
  }),
};

export interface Sample {
  readonly title: string;
  readonly way: 'request' | 'response';
  readonly version: Version;
  readonly bytes: Buffer;
}

const vendorExtension = [{ tag: 0x540003, type: ItemType.Integer, value: 1 } as const];
const extension = { vendorIdentification: 'a vendor', criticalityIndicator: false, vendorExtension };

function samplesOf(operation: KnownOperation, version: Version): Sample[] {
  const { request, response } = samplePayloads[operation](version);
  const protocolVersion = toProtocolVersion(version);
  const uniqueBatchItemId = Buffer.from('item 1');
  const requestMessage: RequestMessage = {
    requestHeader: {
      protocolVersion,
      maximumResponseSize: 4096,
      authentication: {
        credentials: [
          {
            credentialType: CredentialType.UsernameAndPassword,
            credentialValue: { username: 'Joe', password: 'secret' },
          },
        ],
      },
      batchErrorContinuationOption: BatchErrorContinuationOption.Stop,
      batchOrderOption: true,
      timeStamp: moment,
      batchCount: 2,
    },
    batchItems: [
      { operation, uniqueBatchItemId, requestPayload: request },
      {
        operation,
        requestPayload: request,
        ...(version < V2_0
          ? { messageExtension: extension }
          : { ephemeral: false, messageExtensions: [extension, { ...extension, vendorIdentification: 'another' }] }),
      },
    ],
  };
  const responseMessage: ResponseMessage = {
    responseHeader: { protocolVersion, timeStamp: moment, batchCount: 2 },
    batchItems: [
      { operation, uniqueBatchItemId, resultStatus: ResultStatus.Success, responsePayload: response },
      {
        operation,
        resultStatus: ResultStatus.OperationFailed,
        resultReason: ResultReason.ItemNotFound,
        resultMessage: 'no such object',
      },
    ],
  };
  const title = `${Operation.names.show(operation)} ${version >> 8}.${version & 255}`;
  return [
    { title: `${title} request`, way: 'request', version, bytes: encodeRequest(requestMessage, version) },
    { title: `${title} response`, way: 'response', version, bytes: encodeResponse(responseMessage, version) },
  ];
}

/** Whole messages: every operation in every version it exists in, and vCenter's way of working. */
export function sampleMessages(): Sample[] {
  const operations = Object.keys(samplePayloads).map(Number) as KnownOperation[];
  const samples = supportedVersions.flatMap(version =>
    operations
      .filter(operation => Operation.names.isKnownIn(operation, version))
      .flatMap(operation => samplesOf(operation, version)),
  );
  const subject = {
    product: { version: '8.0.3', vendor: 'Example', product: 'Example Center' },
    use: { identifier: uniqueIdentifier, component: 'Virtual Machine', name: 'vm-1' },
  };
  for (const { steps } of [...conversation(subject), boot(uniqueIdentifier)]) {
    for (const sample of requestsOf(steps())) samples.push(sample);
  }
  return samples;
}

/** What a connection sends as long as every item succeeds, with the samples' payloads. */
function requestsOf(steps: ReturnType<ReturnType<typeof boot>['steps']>): Sample[] {
  const sent: Sample[] = [];
  for (let next = steps.next(); !next.done;) {
    const { title, request } = next.value;
    sent.push({ title: `vCenter: ${title}`, way: 'request', version: V1_1, bytes: encodeRequest(request, V1_1) });
    const state = [{ attribute: State, value: State.PreActive }];
    next = steps.next({
      responseHeader: { protocolVersion: toProtocolVersion(V1_1), timeStamp: moment, batchCount: 1 },
      batchItems: request.batchItems!.map(({ operation, uniqueBatchItemId }) => ({
        operation,
        uniqueBatchItemId,
        resultStatus: ResultStatus.Success,
        responsePayload: { uniqueIdentifier, attributes: state },
      })),
    });
  }
  return sent;
}
