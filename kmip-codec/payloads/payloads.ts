import type { TypeOf } from '../schema/index.ts';
import * as asynchronous from './asynchronous.ts';
import * as attributes from './attributes.ts';
import * as credentials from './credentials.ts';
import * as cryptography from './cryptography.ts';
import * as defaults from './defaults.ts';
import { ExportRequest, ExportResponse } from './export.ts';
import { GetRequest, GetResponse } from './get.ts';
import { ImportRequest, ImportResponse } from './import.ts';
import * as lifeCycle from './life-cycle.ts';
import { ObjectRequest, ObjectResponse, RevokeRequest } from './life-cycle.ts';
import { LocateRequest, LocateResponse } from './locate.ts';
import { CreateRequest, CreateResponse, RegisterRequest, RegisterResponse } from './object-creation.ts';
import * as login from './login.ts';
import * as making from './making-keys.ts';
import { Operation } from './operation.ts';
import { DiscoverVersionsRequest, DiscoverVersionsResponse, QueryRequest, QueryResponse } from './query.ts';
import * as toClient from './server-to-client.ts';
import * as service from './service.ts';
import * as usage from './usage.ts';
import { ValidateRequest, ValidateResponse } from './validate.ts';

/** Request and response payload of every operation that the codec knows. */
export const payloads = {
  [Operation.Create]: { request: CreateRequest, response: CreateResponse },
  [Operation.Register]: { request: RegisterRequest, response: RegisterResponse },
  [Operation.Locate]: { request: LocateRequest, response: LocateResponse },
  [Operation.Get]: { request: GetRequest, response: GetResponse },
  [Operation.GetAttributes]: { request: attributes.GetAttributesRequest, response: attributes.GetAttributesResponse },
  [Operation.GetAttributeList]: {
    request: attributes.GetAttributeListRequest,
    response: attributes.GetAttributeListResponse,
  },
  [Operation.AddAttribute]: { request: attributes.AddAttributeRequest, response: attributes.ChangedAttributeResponse },
  [Operation.ModifyAttribute]: {
    request: attributes.ModifyAttributeRequest,
    response: attributes.ChangedAttributeResponse,
  },
  [Operation.DeleteAttribute]: {
    request: attributes.DeleteAttributeRequest,
    response: attributes.ChangedAttributeResponse,
  },
  [Operation.SetAttribute]: { request: attributes.SetAttributeRequest, response: attributes.SetAttributeResponse },
  [Operation.AdjustAttribute]: {
    request: attributes.AdjustAttributeRequest,
    response: attributes.SetAttributeResponse,
  },
  [Operation.Activate]: { request: ObjectRequest, response: ObjectResponse },
  [Operation.Revoke]: { request: RevokeRequest, response: ObjectResponse },
  [Operation.Destroy]: { request: ObjectRequest, response: ObjectResponse },
  [Operation.Query]: { request: QueryRequest, response: QueryResponse },
  [Operation.DiscoverVersions]: { request: DiscoverVersionsRequest, response: DiscoverVersionsResponse },
  [Operation.Encrypt]: { request: cryptography.EncryptRequest, response: cryptography.EncryptResponse },
  [Operation.Decrypt]: { request: cryptography.DecryptRequest, response: cryptography.DecryptResponse },
  [Operation.Sign]: { request: cryptography.SignRequest, response: cryptography.SignResponse },
  [Operation.SignatureVerify]: {
    request: cryptography.SignatureVerifyRequest,
    response: cryptography.SignatureVerifyResponse,
  },
  [Operation.MAC]: { request: cryptography.MACRequest, response: cryptography.MACResponse },
  [Operation.MACVerify]: { request: cryptography.MACVerifyRequest, response: cryptography.MACVerifyResponse },
  [Operation.RNGRetrieve]: { request: cryptography.RNGRetrieveRequest, response: cryptography.RNGRetrieveResponse },
  [Operation.RNGSeed]: { request: cryptography.RNGSeedRequest, response: cryptography.RNGSeedResponse },
  [Operation.Hash]: { request: cryptography.HashRequest, response: cryptography.HashResponse },
  [Operation.Import]: { request: ImportRequest, response: ImportResponse },
  [Operation.Export]: { request: ExportRequest, response: ExportResponse },
  [Operation.CreateKeyPair]: { request: making.CreateKeyPairRequest, response: making.CreateKeyPairResponse },
  [Operation.ReKey]: { request: making.ReKeyRequest, response: making.ReKeyResponse },
  [Operation.ReKeyKeyPair]: { request: making.ReKeyKeyPairRequest, response: making.ReKeyKeyPairResponse },
  [Operation.DeriveKey]: { request: making.DeriveKeyRequest, response: making.DeriveKeyResponse },
  [Operation.Certify]: { request: making.CertifyRequest, response: making.CertifyResponse },
  [Operation.ReCertify]: { request: making.ReCertifyRequest, response: making.ReCertifyResponse },
  [Operation.CreateSplitKey]: { request: making.CreateSplitKeyRequest, response: making.CreateSplitKeyResponse },
  [Operation.JoinSplitKey]: { request: making.JoinSplitKeyRequest, response: making.JoinSplitKeyResponse },
  [Operation.Check]: { request: usage.CheckRequest, response: usage.CheckResponse },
  [Operation.ObtainLease]: { request: ObjectRequest, response: usage.ObtainLeaseResponse },
  [Operation.GetUsageAllocation]: { request: usage.GetUsageAllocationRequest, response: ObjectResponse },
  [Operation.Archive]: { request: ObjectRequest, response: ObjectResponse },
  [Operation.Recover]: { request: ObjectRequest, response: ObjectResponse },
  [Operation.Validate]: { request: ValidateRequest, response: ValidateResponse },
  [Operation.Cancel]: { request: asynchronous.CorrelatedRequest, response: asynchronous.CancelResponse },
  [Operation.Poll]: { request: asynchronous.CorrelatedRequest, response: asynchronous.PollResponse },
  [Operation.Notify]: { request: toClient.NotifyRequest, response: toClient.ServerToClientResponse },
  [Operation.Put]: { request: toClient.PutRequest, response: toClient.ServerToClientResponse },
  [Operation.Log]: { request: service.LogRequest, response: service.EmptyResponse },
  [Operation.Login]: { request: login.LoginRequest, response: login.LoginResponse },
  [Operation.Logout]: { request: login.LogoutRequest, response: service.EmptyResponse },
  [Operation.DelegatedLogin]: { request: login.DelegatedLoginRequest, response: login.LoginResponse },
  [Operation.SetEndpointRole]: { request: service.SetEndpointRoleRequest, response: service.SetEndpointRoleResponse },
  [Operation.PKCS_11]: { request: service.PKCS11Request, response: service.PKCS11Response },
  [Operation.Interop]: { request: service.InteropRequest, response: service.EmptyResponse },
  [Operation.ReProvision]: { request: service.ReProvisionRequest, response: service.ReProvisionResponse },
  [Operation.SetDefaults]: { request: defaults.SetDefaultsRequest, response: defaults.SetDefaultsResponse },
  [Operation.SetConstraints]: { request: defaults.SetConstraintsRequest, response: defaults.SetDefaultsResponse },
  [Operation.GetConstraints]: { request: defaults.GetConstraintsRequest, response: defaults.GetConstraintsResponse },
  [Operation.QueryAsynchronousRequests]: {
    request: asynchronous.QueryAsynchronousRequestsRequest,
    response: asynchronous.QueryAsynchronousRequestsResponse,
  },
  [Operation.Process]: { request: asynchronous.ProcessRequest, response: asynchronous.ProcessResponse },
  [Operation.Ping]: { request: service.PingRequest, response: service.PingResponse },
  [Operation.CreateGroup]: { request: credentials.CreateNamedRequest, response: credentials.CreateNamedResponse },
  [Operation.CreateUser]: { request: credentials.CreateNamedRequest, response: credentials.CreateNamedResponse },
  [Operation.CreateCredential]: {
    request: credentials.CreateCredentialRequest,
    response: credentials.CreateNamedResponse,
  },
  [Operation.Obliterate]: { request: lifeCycle.ObliterateRequest, response: lifeCycle.ObliterateResponse },
  [Operation.Deactivate]: { request: lifeCycle.DeactivateRequest, response: lifeCycle.DeactivateResponse },
} as const;

export type KnownOperation = keyof typeof payloads;
export type RequestOf<O extends KnownOperation> = TypeOf<(typeof payloads)[O]['request']>;
export type ResponseOf<O extends KnownOperation> = TypeOf<(typeof payloads)[O]['response']>;

export const isKnownOperation = (operation: number): operation is KnownOperation => operation in payloads;
