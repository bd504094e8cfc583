import type { CodecError } from '../error.ts';
import { Operation, payloads } from '../payloads/index.ts';
import * as registry from '../registry/index.ts';
import { Tag } from '../registry/index.ts';
import { V1_4, V2_0 } from '../version.ts';
import {
  boolean,
  byteString,
  enumeration,
  optional,
  optionalChosenBy,
  repeated,
  required,
  structure,
  textString,
  type Item,
  type TypeOf,
} from '../schema/index.ts';
import { MessageExtension, RequestHeader, ResponseHeader } from './headers.ts';

export const ResultStatus = enumeration(registry.ResultStatus);
/** Open: a newer server may give a reason that this version has no name for. */
export const ResultReason = enumeration(registry.ResultReason, { isOpen: true });

const payloadTable = (way: 'request' | 'response') =>
  new Map<number, Item<unknown>>(
    Object.entries(payloads).map(([operation, pair]) => [Number(operation), pair[way] as Item<unknown>]),
  );

/** Batch Item of a request: 2.1 §8.3, 1.4 §6.15. A payload that does not decode leaves its CodecError; the items beside it stay usable. */
export const RequestBatchItem = structure(Tag.BatchItem, {
  operation: required(Operation),
  /** The Data that it makes are for later items only, they do not come back. */
  ephemeral: optional(boolean(Tag.Ephemeral), { since: V2_0 }),
  uniqueBatchItemId: optional(byteString(Tag.UniqueBatchItemID)),
  requestPayload: optionalChosenBy<object>('operation', payloadTable('request')),
  messageExtension: optional(MessageExtension, { until: V1_4 }),
  messageExtensions: repeated(MessageExtension, { since: V2_0 }),
});
export type RequestBatchItem = TypeOf<typeof RequestBatchItem>;

/** Batch Item of a response: 2.1 §8.6, 1.4 §6.15. */
export const ResponseBatchItem = structure(Tag.BatchItem, {
  operation: optional(Operation),
  uniqueBatchItemId: optional(byteString(Tag.UniqueBatchItemID)),
  resultStatus: required(ResultStatus),
  resultReason: optional(ResultReason),
  resultMessage: optional(textString(Tag.ResultMessage)),
  asynchronousCorrelationValue: optional(byteString(Tag.AsynchronousCorrelationValue)),
  responsePayload: optionalChosenBy<object>('operation', payloadTable('response')),
  messageExtension: optional(MessageExtension),
});
export type ResponseBatchItem = Omit<TypeOf<typeof ResponseBatchItem>, 'responsePayload'> & {
  responsePayload?: object | CodecError | undefined;
};

/** Request Message: 2.1 §8.1, 1.4 §7.1. */
export const RequestMessage = structure(Tag.RequestMessage, {
  requestHeader: required(RequestHeader),
  batchItems: repeated(RequestBatchItem),
});
export type RequestMessage = TypeOf<typeof RequestMessage>;
/** Response Message: 2.1 §8.1, 1.4 §7.1. */
export const ResponseMessage = structure(Tag.ResponseMessage, {
  responseHeader: required(ResponseHeader),
  batchItems: repeated(ResponseBatchItem),
});
export type ResponseMessage = TypeOf<typeof ResponseMessage>;
