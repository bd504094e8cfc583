import type { KnownOperation } from '../../kmip-codec/index.ts';
import type { Context } from './operation.ts';
import { OperationFailure } from './results.ts';

const CORRELATION_BYTES = 16;

/** What a request for a computation says of its parts (1.4 §4.29). */
export interface Parts {
  readonly correlationValue?: Uint8Array | undefined;
  readonly initIndicator?: boolean | undefined;
  readonly finalIndicator?: boolean | undefined;
}

/** A computation on data in several parts that waits for the next one. */
export interface Stream {
  readonly operation: KnownOperation;
  /** Of the object that it is done with. */
  readonly uniqueIdentifier: string | undefined;
  readonly work: unknown;
}

/** One part of a computation. */
export interface Part<W> {
  readonly work: W;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  /** For the answer: where the next part is expected; undefined after the last. */
  readonly correlationValue: Uint8Array | undefined;
  /** What `compute` gives of this part: the same again when the message is tried again, for the work has moved on. */
  once<R>(compute: () => R): R;
}

/** The parts that a message has brought, by the place of their items in the batch, in every try of it. */
export type TakenParts = Map<number, Taken>;
interface Taken {
  readonly stream: Stream;
  /** Present when it was computed. */
  result?: { readonly value: unknown };
}

/**
 * The computation that a request begins, or goes on with. It is taken out of what the server remembers, and comes back when the
 * message is done: a part that fails, or is undone with its batch, ends the computation, so that no part counts twice or is
 * missing. A batch brings one part of it at most. `begin` is told whether the first part is the only one. Throws OperationFailure: Invalid Correlation Value, Server
 * Limit Exceeded.
 */
export function takePart<W>(
  context: Context,
  operation: KnownOperation,
  uniqueIdentifier: string | undefined,
  parts: Parts,
  begin: (isOnly: boolean) => W,
): Part<W> {
  const { streams, initiator, now, randomBytes, takenParts } = context;
  const { client } = initiator;
  if (parts.correlationValue === undefined) {
    const isLast = parts.initIndicator !== true || parts.finalIndicator === true;
    if (!isLast && !streams.hasRoom(client, now))
      throw new OperationFailure('Server Limit Exceeded', 'too many computations wait for their next part');
    const stream = { operation, uniqueIdentifier, work: begin(isLast) };
    return { ...partOf({ stream }, randomBytes(CORRELATION_BYTES), isLast), isFirst: true };
  }
  const { correlationValue } = parts;
  const place = context.answered?.length ?? 0;
  const before = takenParts.get(place);
  const stream = before?.stream ?? streams.find(client, correlationValue, now);
  if (stream === undefined || stream.operation !== operation || stream.uniqueIdentifier !== uniqueIdentifier)
    throw new OperationFailure('Invalid Correlation Value', 'no computation waits for a part under this value', {
      before2: 'Item Not Found',
    });
  streams.forget(client, correlationValue);
  const taken = before ?? { stream };
  takenParts.set(place, taken);
  return { ...partOf(taken, correlationValue, parts.finalIndicator === true), isFirst: false };

  function partOf(taken: Taken, value: Uint8Array, isLast: boolean) {
    const { stream } = taken;
    if (!isLast) context.whenDone.push(() => streams.keep(client, value, stream, now));
    return {
      work: stream.work as W,
      isLast,
      correlationValue: isLast ? undefined : value,
      once: <R>(compute: () => R): R => (taken.result ??= { value: compute() }).value as R,
    };
  }
}
