import {
  CodecError,
  isKnownOperation,
  Operation,
  payloads,
  ResultStatus,
  showVersion,
  V1_0,
  type Version,
} from '../../kmip-codec/index.ts';
import {
  buildEvent,
  describeRequest,
  describeResponse,
  toKept,
  type Occurrence,
  type OperationName,
  type Outcome,
  type Payload,
  type ServiceIdentity,
  type Violation,
} from '../audit/index.ts';
import type { Logger } from '../log/index.ts';
import { reasonFor } from '../operations/index.ts';
import type { UnitOfWork } from '../store/index.ts';
import type { ItemOutcome } from './answers.ts';
import type { ItemFailure } from './item-result.ts';

/** What every event of one message has in common. */
export interface RecordingFrame {
  readonly service: ServiceIdentity;
  readonly unit: UnitOfWork;
  readonly now: Date;
  /** Makes the id of an event: a UUID. */
  readonly newId: () => string;
  readonly correlationId: string;
  readonly initiator: { readonly id: string; readonly name?: string };
  /** Name of the initiator's vault. */
  readonly vault?: string | undefined;
  readonly onViolation: (violation: Violation) => void;
  readonly log: Logger;
}

/** Records the event of one batch item, if its operation makes one. */
export function recordItem(
  frame: RecordingFrame,
  version: Version,
  { item, result, uniqueIdentifier }: ItemOutcome,
  { position, count }: { position: number; count: number },
): void {
  const operation = Operation.names.xmlName(item.operation) as OperationName | undefined;
  const request =
    item.requestPayload instanceof CodecError || item.requestPayload === undefined
      ? {}
      : described(item.operation, 'request', item.requestPayload);
  const response = result.ok ? described(item.operation, 'response', result.payload) : {};
  const responseData = result.ok ? describeResponse(operation, response) : { resultMessage: result.message };
  record(frame, {
    operation,
    version: showVersion(version),
    outcome: result.ok ? { ok: true } : outcomeOf(result, reasonFor(result, version).name),
    ...(uniqueIdentifier !== undefined && { uniqueIdentifier }),
    batchItem: position + 1,
    batchCount: count,
    requestData: describeRequest(operation, request),
    responseData,
  });
  for (const also of result.ok ? (result.alsoDone ?? []) : []) {
    record(frame, {
      operation: Operation.names.xmlName(also.operation) as OperationName | undefined,
      version: showVersion(version),
      outcome: { ok: true },
      uniqueIdentifier: also.uniqueIdentifier,
      batchItem: position + 1,
      batchCount: count,
      requestData: {},
      responseData: {},
    });
  }
}

/** Records that a message or a connection was refused before any operation. */
export function recordRefusal(frame: RecordingFrame, version: Version | undefined, failure: ItemFailure): void {
  const resultReason = reasonFor(failure, version ?? V1_0).name;
  record(frame, {
    operation: undefined,
    version: version === undefined ? undefined : showVersion(version),
    outcome: outcomeOf(failure, resultReason),
    requestData: {},
    responseData: { resultMessage: failure.message },
  });
}

/** What the client was given, and beside it what only the auditor is told. An undone item is given no Result Reason (1.4 §6.10). */
function outcomeOf({ status, cause, options, detail, reasonForFailure }: ItemFailure, resultReason: string): Outcome {
  const isUndone = status === ResultStatus.OperationUndone;
  return {
    ok: false,
    cause,
    ...(isUndone ? { resultStatus: 'Operation Undone' } : { resultReason }),
    ...(options.auditReason !== undefined && { realReason: options.auditReason }),
    detail,
    reasonForFailure,
  };
}

function record(frame: RecordingFrame, what: Omit<Occurrence, 'id' | 'time' | 'initiator' | 'correlationId'>): void {
  const { service, unit, now, initiator, vault, correlationId } = frame;
  const common = { id: frame.newId(), time: now, initiator, correlationId, ...(vault !== undefined && { vault }) };
  const event = buildEvent({ ...what, ...common }, service);
  if (event === undefined) return;
  // As the event has it: redacted, and without key material.
  const { requestData, responseData } = event;
  frame.log.trace('said', () => ({ correlationId, request: requestData, response: responseData }));
  unit.record(toKept(event, { time: now, onViolation: frame.onViolation }));
}

/** A payload in words, as its structure declares it; without what is secret. */
function described(operation: number, way: 'request' | 'response', payload: object): Payload {
  return isKnownOperation(operation) ? (payloads[operation][way].describe(payload as never) as Payload) : {};
}
