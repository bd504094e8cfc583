import {
  ActivationDate,
  AttributeSet,
  CancellationResult,
  CertificateRequestType,
  CertificateType,
  CredentialType,
  CryptographicLength,
  CryptographicUsageMask,
  DeactivationReasonCode,
  EndpointRole,
  HashingAlgorithm,
  InteropFunction,
  KeyFormatType,
  ObjectType,
  Operation,
  PKCS11Function,
  PKCS11ReturnCode,
  ProcessingStage,
  PutFunction,
  TicketType,
  UsageLimitsUnit,
  ValidityIndicator,
} from '../../kmip-codec/index.ts';

const uniqueIdentifier = '4a3f1d1e-5a7e-4f53-9d2b-9f0d3c6a7b10';
const moment = new Date('2026-01-02T03:04:05Z');
const bytes = (...values: number[]) => new Uint8Array(values);

const named = () => ({ request: { uniqueIdentifier }, response: { uniqueIdentifier } });
const correlated = { asynchronousCorrelationValue: bytes(1, 2, 3) };
const certificate = { certificateType: CertificateType.X_509, certificateValue: bytes(0x30, 0) };
const ticket = { ticketType: TicketType.Login, ticketValue: bytes(9, 8, 7) };
const usageLimits = { usageLimitsTotal: 10n, usageLimitsCount: 4n, usageLimitsUnit: UsageLimitsUnit.Byte };
const bounds = { leaseTime: 60, requestCount: 5, usageLimits };
const groups = { objectGroups: ['tapes', 'disks'], groupLinks: ['group-1'] };
const attributes = () => new AttributeSet().add(CryptographicLength, 256).add(ActivationDate, moment);
const constraints = {
  constraints: [
    {
      objectTypes: { objectTypes: [ObjectType.SymmetricKey] },
      objectGroups: groups,
      attributes: attributes(),
    },
    {},
  ],
} as const;
const given = [{ attribute: ActivationDate, value: moment }];

/** A full request and response payload of the operations of service, use and credentials. */
export const serviceSamples = {
  [Operation.Check]: () => ({
    request: {
      uniqueIdentifier,
      usageLimitsCount: 100n,
      cryptographicUsageMask: CryptographicUsageMask.Encrypt,
      leaseTime: 60,
    },
    response: { usageLimitsCount: 100n, cryptographicUsageMask: CryptographicUsageMask.Encrypt, leaseTime: 60 },
  }),
  [Operation.ObtainLease]: () => ({
    request: { uniqueIdentifier },
    response: { uniqueIdentifier, leaseTime: 3600, lastChangeDate: moment },
  }),
  [Operation.GetUsageAllocation]: () => ({
    request: { uniqueIdentifier, usageLimitsCount: 2n ** 40n },
    response: { uniqueIdentifier },
  }),
  [Operation.Archive]: named,
  [Operation.Recover]: named,
  [Operation.Validate]: () => ({
    request: { certificates: [certificate, certificate], uniqueIdentifiers: ['a', 'b'], validityDate: moment },
    response: { validityIndicator: ValidityIndicator.Unknown },
  }),
  [Operation.Cancel]: () => ({
    request: correlated,
    response: { ...correlated, cancellationResult: CancellationResult.Canceled },
  }),
  [Operation.Poll]: () => ({ request: correlated, response: {} }),
  [Operation.Notify]: () => ({
    request: { uniqueIdentifier, attributes: given, attributeReferences: ['Contact Information', 'x-Name'] },
    response: {},
  }),
  [Operation.Put]: () => ({
    request: {
      uniqueIdentifier,
      putFunction: PutFunction.Replace,
      replacedUniqueIdentifier: 'older',
      objectType: ObjectType.SecretData,
      object: {
        secretDataType: 1,
        keyBlock: { keyFormatType: KeyFormatType.Opaque, keyValue: { keyMaterial: Buffer.from('password') } },
      } as const,
      attributes: given,
    },
    response: {},
  }),
  [Operation.Log]: () => ({ request: { logMessage: 'said by a client' }, response: {} }),
  [Operation.Login]: () => ({ request: bounds, response: { ticket } }),
  [Operation.Logout]: () => ({ request: { ticket }, response: {} }),
  [Operation.DelegatedLogin]: () => ({
    request: {
      ...bounds,
      rights: {
        rights: [
          {
            usageLimits,
            operations: { operations: [Operation.Get, Operation.Encrypt] },
            objects: { uniqueIdentifiers: [uniqueIdentifier] },
            objectGroups: groups,
          },
          {},
        ],
      },
    },
    response: { ticket },
  }),
  [Operation.SetEndpointRole]: () => ({
    request: { endpointRole: EndpointRole.Server },
    response: { endpointRole: EndpointRole.Server },
  }),
  [Operation.PKCS_11]: () => ({
    request: {
      pkcs11Interface: 'PKCS 11',
      pkcs11Function: PKCS11Function.C_GetInfo,
      correlationValue: bytes(4, 5),
      pkcs11InputParameters: bytes(1),
    },
    response: {
      pkcs11Interface: 'PKCS 11',
      pkcs11Function: PKCS11Function.C_GetInfo,
      correlationValue: bytes(4, 5),
      pkcs11OutputParameters: bytes(3, 0),
      pkcs11ReturnCode: PKCS11ReturnCode.OK,
    },
  }),
  [Operation.Interop]: () => ({
    request: { interopFunction: InteropFunction.Begin, interopIdentifier: 'a case' },
    response: {},
  }),
  [Operation.ReProvision]: () => ({
    request: {
      certificateRequest: {
        certificateRequestType: CertificateRequestType.PKCS_10,
        certificateRequestValue: bytes(0x30, 0),
      },
      certificate,
    },
    response: { uniqueIdentifier },
  }),
  [Operation.SetDefaults]: () => ({
    request: {
      defaultsInformation: {
        objectDefaults: [
          { objectType: ObjectType.PrivateKey, attributes: attributes(), objectGroups: groups },
          { objectTypes: { objectTypes: [ObjectType.PublicKey] }, attributes: new AttributeSet() },
        ],
      },
    },
    response: {},
  }),
  [Operation.SetConstraints]: () => ({ request: { constraints }, response: {} }),
  [Operation.GetConstraints]: () => ({ request: {}, response: { constraints } }),
  [Operation.QueryAsynchronousRequests]: () => ({
    request: {
      asynchronousCorrelationValues: { asynchronousCorrelationValues: [bytes(1), bytes(2, 3)] },
      operations: { operations: [Operation.Locate] },
    },
    response: {
      asynchronousRequests: [
        {
          ...correlated,
          operation: Operation.Locate,
          submissionDate: 1_767_323_045_000_001n,
          processingStage: ProcessingStage.InProcess,
        },
      ],
    },
  }),
  [Operation.Process]: () => ({ request: correlated, response: {} }),
  [Operation.Ping]: () => ({ request: {}, response: {} }),
  [Operation.CreateGroup]: () => ({ request: { attributes: attributes() }, response: { uniqueIdentifier } }),
  [Operation.CreateUser]: () => ({ request: { attributes: attributes() }, response: { uniqueIdentifier } }),
  [Operation.CreateCredential]: () => ({
    request: {
      credentialType: CredentialType.HashedPassword,
      attributes: attributes(),
      credential: {
        hashingAlgorithm: HashingAlgorithm.SHA_256,
        hashedUsernamePassword: bytes(1),
        hashedPasswordUsername: bytes(2),
      },
    },
    response: { uniqueIdentifier },
  }),
  [Operation.Obliterate]: () => ({ request: { uniqueIdentifier }, response: {} }),
  [Operation.Deactivate]: () => ({
    request: {
      uniqueIdentifier,
      deactivationReason: {
        deactivationReasonCode: Object.values(DeactivationReasonCode.names.table.values)[0]![0] as 1,
        deactivationMessage: 'no longer needed',
      },
      deactivationDate: moment,
    },
    response: { uniqueIdentifier },
  }),
} as const;
