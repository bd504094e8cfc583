import * as registry from '../registry/index.ts';
import { Tag } from '../registry/index.ts';
import {
  byteString,
  dateTimeExtended,
  enumeration,
  optional,
  repeated,
  required,
  structure,
  type TypeOf,
} from '../schema/index.ts';
import { V2_1 } from '../version.ts';
import { Operations } from './lists.ts';
import { Operation } from './operation.ts';

const AsynchronousCorrelationValue = byteString(Tag.AsynchronousCorrelationValue);
export const CancellationResult = enumeration(registry.CancellationResult);
export const ProcessingStage = enumeration(registry.ProcessingStage);

/** Poll and Cancel, request: 2.1 §6.1.38 and §6.1.5, 1.4 §4.28 and §4.27. */
export const CorrelatedRequest = structure(Tag.RequestPayload, {
  asynchronousCorrelationValue: required(AsynchronousCorrelationValue),
});
/** Poll has no answer of its own: it is answered as the operation that is polled (2.1 §6.1.38, 1.4 §4.28). */
export const PollResponse = structure(Tag.ResponsePayload, {});
/** Cancel response payload: 2.1 §6.1.5, 1.4 §4.27. */
export const CancelResponse = structure(Tag.ResponsePayload, {
  asynchronousCorrelationValue: required(AsynchronousCorrelationValue),
  cancellationResult: required(CancellationResult),
});

const since21 = { since: V2_1 };
/** Process request payload: 2.1 §6.1.39. Its answer is empty. */
export const ProcessRequest = structure(
  Tag.RequestPayload,
  { asynchronousCorrelationValue: required(AsynchronousCorrelationValue) },
  since21,
);
export const ProcessResponse = structure(Tag.ResponsePayload, {}, since21);

/** Asynchronous Correlation Values: 2.1 §7.1. */
export const AsynchronousCorrelationValues = structure(
  Tag.AsynchronousCorrelationValues,
  { asynchronousCorrelationValues: repeated(AsynchronousCorrelationValue) },
  since21,
);
/** Asynchronous Request: 2.1 §7.2. */
export const AsynchronousRequest = structure(
  Tag.AsynchronousRequest,
  {
    asynchronousCorrelationValue: required(AsynchronousCorrelationValue),
    operation: required(Operation),
    /** Microseconds since 1970. */
    submissionDate: required(dateTimeExtended(Tag.SubmissionDate)),
    processingStage: required(ProcessingStage),
  },
  since21,
);
export type AsynchronousRequest = TypeOf<typeof AsynchronousRequest>;
/** Query Asynchronous Requests, request and response: 2.1 §6.1.41. */
export const QueryAsynchronousRequestsRequest = structure(
  Tag.RequestPayload,
  { asynchronousCorrelationValues: optional(AsynchronousCorrelationValues), operations: optional(Operations) },
  since21,
);
export const QueryAsynchronousRequestsResponse = structure(
  Tag.ResponsePayload,
  { asynchronousRequests: repeated(AsynchronousRequest) },
  since21,
);
