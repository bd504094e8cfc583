import { CodecError, ResultStatus, type RequestBatchItem } from '../../kmip-codec/index.ts';
import { causeOfReason, type Cause } from '../audit/index.ts';
import { OperationFailure, type Context, type ResultReasonName } from '../operations/index.ts';
import { StoreUnavailable } from '../store/index.ts';

/** How one batch item ended. */
export type ItemResult = ItemSuccess | ItemFailure;
/** Of an outcome that Poll tells: whose answer it is, and what is to be done when the client has it. */
interface PolledFor {
  readonly answers?: RequestBatchItem['operation'];
  readonly delivered?: () => void;
}
export interface ItemSuccess extends PolledFor {
  readonly ok: true;
  readonly payload: object;
  /** Done to objects that the request does not name. */
  readonly alsoDone?: Context['alsoDone'];
  /** To be called once it is kept. */
  readonly whenDone?: Context['whenDone'];
}
export interface ItemFailure extends PolledFor {
  readonly ok: false;
  readonly status: number;
  /** Of an item that is pending. */
  readonly asynchronousCorrelationValue?: Uint8Array;
  /** Of an item that was undone: whose object it was about, and nothing that became of it. */
  readonly payload?: object;
  readonly reason: ResultReasonName;
  readonly options: OperationFailure['options'];
  /** For the client. */
  readonly message: string;
  readonly cause: Cause;
  /** For the auditor. */
  readonly detail: string;
  readonly reasonForFailure: string;
}

const REMEDIES: Readonly<Partial<Record<Cause, string>>> = {
  'bad request': 'The request must be corrected before it is sent again.',
  forbidden: 'The initiator has no right to this.',
  'not found': 'No object has this Unique Identifier.',
  conflict: 'The object is not in a state that allows this.',
  'too large': 'The request or its answer exceeds a limit.',
  'failed dependency': 'Something that this depended on failed.',
  'server error': "The server's own log has the cause, under the correlation value.",
  unavailable: 'The store cannot be read or written at present.',
  full: 'The store has no room; free some and try again.',
};

/** The one place where an error becomes the result of a batch item. `unexpected` is told of those that the specification does not foresee. */
export function failureFrom(error: unknown, unexpected: (error: unknown) => string): ItemFailure {
  if (error instanceof OperationFailure) {
    return failed(error.reason, error.message, {
      options: error.options,
      ...(error.options.cause && { cause: error.options.cause }),
      detail: error.options.auditDetail ?? error.message,
    });
  }
  if (error instanceof CodecError) return failed('Invalid Message', error.message);
  const correlation = unexpected(error);
  const message = `the server could not do this now; its log has the cause under ${correlation}`;
  const isStore = error instanceof StoreUnavailable;
  const cause = !isStore ? 'server error' : error.isFull ? 'full' : 'unavailable';
  return failed('General Failure', message, {
    cause,
    detail: isStore ? 'the store is not available' : 'unexpected error',
  });
}

export function failed(
  reason: ResultReasonName,
  message: string,
  more: {
    options?: OperationFailure['options'];
    cause?: Cause;
    detail?: string;
    status?: number;
    reasonForFailure?: string;
  } = {},
): ItemFailure {
  const cause = more.cause ?? causeOfReason(reason);
  return {
    ok: false,
    status: more.status ?? ResultStatus.OperationFailed,
    reason,
    options: more.options ?? {},
    message,
    cause,
    detail: more.detail ?? message,
    reasonForFailure: more.reasonForFailure ?? REMEDIES[cause] ?? 'The request was refused.',
  };
}
