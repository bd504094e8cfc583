import type { TypeOf } from '../schema/index.ts';
import * as attributes from './attributes.ts';
import { DecryptRequest, DecryptResponse, EncryptRequest, EncryptResponse } from './cryptography.ts';
import { ExportRequest, ExportResponse } from './export.ts';
import { GetRequest, GetResponse } from './get.ts';
import { ImportRequest, ImportResponse } from './import.ts';
import { ObjectRequest, ObjectResponse, RevokeRequest } from './life-cycle.ts';
import { LocateRequest, LocateResponse } from './locate.ts';
import { CreateRequest, CreateResponse, RegisterRequest, RegisterResponse } from './object-creation.ts';
import * as making from './making-keys.ts';
import { Operation } from './operation.ts';
import { DiscoverVersionsRequest, DiscoverVersionsResponse, QueryRequest, QueryResponse } from './query.ts';

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
  [Operation.AddAttribute]: { request: attributes.SetAttributeRequest, response: attributes.SetAttributeResponse },
  [Operation.ModifyAttribute]: { request: attributes.SetAttributeRequest, response: attributes.SetAttributeResponse },
  [Operation.DeleteAttribute]: {
    request: attributes.DeleteAttributeRequest,
    response: attributes.SetAttributeResponse,
  },
  [Operation.Activate]: { request: ObjectRequest, response: ObjectResponse },
  [Operation.Revoke]: { request: RevokeRequest, response: ObjectResponse },
  [Operation.Destroy]: { request: ObjectRequest, response: ObjectResponse },
  [Operation.Query]: { request: QueryRequest, response: QueryResponse },
  [Operation.DiscoverVersions]: { request: DiscoverVersionsRequest, response: DiscoverVersionsResponse },
  [Operation.Encrypt]: { request: EncryptRequest, response: EncryptResponse },
  [Operation.Decrypt]: { request: DecryptRequest, response: DecryptResponse },
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
} as const;

export type KnownOperation = keyof typeof payloads;
export type RequestOf<O extends KnownOperation> = TypeOf<(typeof payloads)[O]['request']>;
export type ResponseOf<O extends KnownOperation> = TypeOf<(typeof payloads)[O]['response']>;

export const isKnownOperation = (operation: number): operation is KnownOperation => operation in payloads;
