import {
  CancellationResult,
  ProcessingStage,
  ResultStatus,
  type AsynchronousRequest,
  type RequestBatchItem,
  type RequestMessage,
} from '../../kmip-codec/index.ts';
import { Correlations, OperationFailure, type AsynchronousRequests, type Keeping } from '../operations/index.ts';
import type { RandomBytes } from '../randomness.ts';
import type { ItemOutcome } from './answers.ts';
import { failed, type ItemFailure, type ItemResult } from './item-result.ts';

export interface AsynchronousWorkOptions {
  readonly randomBytes: RandomBytes;
  readonly keeping?: Keeping;
  /** Milliseconds for which a request waits, unless it is polled, so that its client can still cancel it. */
  readonly waitMs?: number;
}

/** Of one client. Results may be keys, and stay in memory until they are fetched or this time is over. */
const KEEPING: Keeping = { perClientMax: 100, keptMs: 10 * 60_000 };
const WAIT_MS = 500;
const CORRELATION_BYTES = 16;

/** Does the items of a message, those that nobody has canceled; resolves to what each has come to, in order. Never throws. */
type Work = (message: RequestMessage) => Promise<readonly ItemOutcome[]>;

/** One batch item that its client was told to ask for. */
interface Pending {
  readonly correlationValue: Uint8Array;
  readonly item: RequestBatchItem;
  readonly submittedAt: Date;
  readonly batch: Batch;
  isProcessed: boolean;
  /** Undefined until there is one. */
  result: ItemResult | undefined;
}
/** The items of one message: done together, in order. */
interface Batch {
  stage: 'waiting' | 'running' | 'done';
  begin(): Promise<void>;
}

/** What Poll has found, in place of a payload. */
export class Polled {
  readonly result: ItemResult;
  constructor(result: ItemResult) {
    this.result = result;
  }
}

/** Messages that are worked on after they were answered. All in memory: what has not been done when the server stops is not done. */
export class AsynchronousWork {
  readonly #options: AsynchronousWorkOptions;
  readonly #pending: Correlations<Pending>;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #running = new Set<Promise<void>>();

  constructor(options: AsynchronousWorkOptions) {
    this.#options = options;
    this.#pending = new Correlations(options.keeping ?? KEEPING);
  }

  /** Takes a message; the outcomes say that its items are pending. Undefined when the client has too many that are outstanding. */
  submit(client: string, message: RequestMessage, now: Date, work: Work): ItemOutcome[] | undefined {
    const { batchItems = [] } = message;
    const kept: Pending[] = [];
    const batch: Batch = { stage: 'waiting', begin: () => this.#begin(batch, kept, message, work) };
    for (const item of batchItems) {
      const correlationValue = this.#options.randomBytes(CORRELATION_BYTES);
      const pending = { correlationValue, item, submittedAt: now, batch, isProcessed: false, result: undefined };
      kept.push(pending);
      if (this.#pending.keep(client, correlationValue, pending, now)) continue;
      for (const one of kept) this.#pending.forget(client, one.correlationValue);
      return undefined;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void batch.begin();
    }, this.#options.waitMs ?? WAIT_MS);
    this.#timers.add(timer);
    return kept.map(one => ({ item: one.item, result: stillPending(one), uniqueIdentifier: undefined }));
  }

  /** As the operations of this client see it at this time. */
  of(client: string, now: Date): AsynchronousRequests {
    const find = (correlationValue: Uint8Array) => this.#pending.find(client, correlationValue, now);
    const load = (correlationValue: Uint8Array): Pending => {
      const pending = find(correlationValue);
      if (pending !== undefined) return pending;
      const message = 'no operation is outstanding under this Asynchronous Correlation Value';
      throw new OperationFailure('Invalid Asynchronous Correlation Value', message);
    };
    return {
      poll: correlationValue => {
        const pending = load(correlationValue);
        if (pending.result === undefined) {
          void pending.batch.begin();
          return new Polled({ ...stillPending(pending), answers: pending.item.operation });
        }
        const delivered = () => this.#pending.forget(client, correlationValue);
        return new Polled({ ...pending.result, answers: pending.item.operation, delivered });
      },
      cancel(correlationValue) {
        const pending = find(correlationValue);
        return pending === undefined ? CancellationResult.Unavailable : cancelled(pending);
      },
      async process(correlationValue) {
        const pending = load(correlationValue);
        if (pending.isProcessed)
          throw new OperationFailure('Duplicate Process Request', 'this request was processed already');
        pending.isProcessed = true;
        await pending.batch.begin();
      },
      outstanding: () => this.#pending.of(client, now).map(shown),
    };
  }

  /** What waits is dropped; resolves when what has begun is done. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    await Promise.all(this.#running);
  }

  /** The same for all who ask: a batch is done once. */
  #begin(batch: Batch, kept: readonly Pending[], message: RequestMessage, work: Work): Promise<void> {
    const left = kept.filter(({ result }) => result === undefined);
    batch.stage = 'running';
    const done = (left.length === 0 ? Promise.resolve([]) : work(without(message, left))).then(outcomes => {
      for (const [position, pending] of left.entries()) pending.result = outcomes[position]?.result ?? notDone;
      batch.stage = 'done';
    });
    batch.begin = () => done;
    this.#running.add(done);
    void done.finally(() => this.#running.delete(done));
    return done;
  }
}

const without = (message: RequestMessage, left: readonly Pending[]): RequestMessage => ({
  requestHeader: { ...message.requestHeader, batchCount: left.length },
  batchItems: left.map(({ item }) => item),
});

const stillPending = ({ correlationValue }: Pending): ItemFailure => ({
  ...failed('General Failure', 'in progress', { status: ResultStatus.OperationPending }),
  asynchronousCorrelationValue: correlationValue,
});

/** What stood after an item that failed, where the batch stops (1.4 §6.13). */
const notDone = failed('Operation Canceled By Requester', 'not done because an earlier item of its batch failed', {
  cause: 'failed dependency',
});
const canceledByClient = failed('Operation Canceled By Requester', 'canceled before it began');

function cancelled(pending: Pending): number {
  if (pending.result === canceledByClient) return CancellationResult.Canceled;
  if (pending.result !== undefined) return pending.result.ok ? CancellationResult.Completed : CancellationResult.Failed;
  if (pending.batch.stage !== 'waiting') return CancellationResult.UnableToCancel;
  pending.result = canceledByClient;
  return CancellationResult.Canceled;
}

const shown = ({ correlationValue, item, submittedAt, batch }: Pending): AsynchronousRequest => ({
  asynchronousCorrelationValue: correlationValue,
  operation: item.operation,
  submissionDate: BigInt(submittedAt.getTime()) * 1000n,
  processingStage: STAGES[batch.stage],
});
const STAGES = {
  waiting: ProcessingStage.Submitted,
  running: ProcessingStage.InProcess,
  done: ProcessingStage.Completed,
} as const;
