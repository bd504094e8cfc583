import type { CursorKeeper, EventReader } from '../../store/index.ts';
import { Courier, type DeliveryProblem, type SinkState } from './courier.ts';
import type { Sink } from './sink.ts';
import { type DeliveryTiming, TIMING } from './timing.ts';

export interface DeliveryOptions {
  readonly events: Pick<EventReader, 'after' | 'lastSeq' | 'onCommitted'>;
  readonly cursors: CursorKeeper;
  /** Each has a name of its own. */
  readonly sinks: readonly Sink[];
  /** Events handed to a sink at a time. */
  readonly batchSize?: number;
  readonly now: () => Date;
  readonly onProblem: (problem: DeliveryProblem) => void;
  readonly timing?: Partial<DeliveryTiming>;
}

/** Events and UTF-8 bytes handed to a sink at a time, so that memory is bounded: the queue is on the disk. One event goes at least. */
const BATCH_SIZE = 256;
const BATCH_BYTES_MAX = 1024 * 1024;

export interface Delivery {
  /** How each sink is now, in the order of the options. Rejects when the log cannot be read. */
  states(): Promise<readonly SinkState[]>;
  /** Hands out what is committed, for at most `drainMs`, then closes the sinks. What is left comes at the next start. */
  stop(): Promise<void>;
}

/**
 * Hands committed events to each sink, in order and at least once, and remembers how far each has got. Each sink goes at its
 * own pace: one that is slow, fails or hangs disturbs neither the others nor anybody else. A sink that takes events and says it
 * did not gets them twice, with the same ids; one that says it took what it did not cannot be told from an honest one.
 */
export function startDelivery(options: DeliveryOptions): Delivery {
  const timing = { ...TIMING, ...options.timing };
  const bounds = { events: options.batchSize ?? BATCH_SIZE, bytes: BATCH_BYTES_MAX };
  const names = new Set(options.sinks.map(sink => sink.name));
  if (names.size !== options.sinks.length) throw new TypeError('two sinks have the same name, each needs its own');
  const couriers = options.sinks.map(sink => new Courier({ ...options, sink, timing, bounds }));
  const unsubscribe = options.events.onCommitted(() => couriers.forEach(courier => courier.wake()));
  const finished = couriers.map(courier => courier.run());
  let stopped: Promise<void> | undefined;
  return {
    states: () => Promise.all(couriers.map(courier => courier.state())),
    stop() {
      unsubscribe();
      stopped ??= Promise.all(couriers.map((courier, i) => courier.stop(finished[i] ?? Promise.resolve()))).then(
        () => {},
      );
      return stopped;
    },
  };
}
