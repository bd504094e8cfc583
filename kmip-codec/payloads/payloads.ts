import type { TypeOf } from '../schema/index.ts';
import * as attributes from './attributes.ts';
import { ExportRequest, ExportResponse } from './export.ts';
import { GetRequest, GetResponse } from './get.ts';
import { ImportRequest, ImportResponse } from './import.ts';
import { ObjectRequest, ObjectResponse, RevokeRequest } from './life-cycle.ts';
import { LocateRequest, LocateResponse } from './locate.ts';
import { CreateRequest, CreateResponse, RegisterRequest, RegisterResponse } from './object-creation.ts';
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
  [Operation.Import]: { request: ImportRequest, response: ImportResponse },
  [Operation.Export]: { request: ExportRequest, response: ExportResponse },
} as const;

export type KnownOperation = keyof typeof payloads;
export type RequestOf<O extends KnownOperation> = TypeOf<(typeof payloads)[O]['request']>;
export type ResponseOf<O extends KnownOperation> = TypeOf<(typeof payloads)[O]['response']>;

export const isKnownOperation = (operation: number): operation is KnownOperation => operation in payloads;
