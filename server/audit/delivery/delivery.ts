import type { CursorKeeper, EventReader } from '../../store/index.ts';
import type { Sink } from './sink.ts';

export interface DeliveryOptions {
  readonly events: EventReader;
  readonly cursors: CursorKeeper;
  /** Each has a name of its own. */
  readonly sinks: readonly Sink[];
  /** Events handed to a sink at a time. */
  readonly batchSize?: number;
  readonly now: () => Date;
  readonly onProblem: (problem: DeliveryProblem) => void;
  readonly timing?: Partial<DeliveryTiming>;
}

/** In milliseconds. */
export interface DeliveryTiming {
  /** Wait after the first failure; doubled after each further one. */
  readonly retryFirstMs: number;
  readonly retryMaxMs: number;
  /** How often to look for events that another process has committed; those of this process are announced. */
  readonly lookMs: number;
  /** A delivery that takes longer is reported as hanging, once. */
  readonly hangingMs: number;
  /** How long `stop` lets sinks take what is committed. */
  readonly drainMs: number;
}

const TIMING: DeliveryTiming = {
  retryFirstMs: 100,
  retryMaxMs: 30_000,
  lookMs: 500,
  hangingMs: 10_000,
  drainMs: 2_000,
};
const BATCH_SIZE = 256;

/** A sink that fails or hangs. The events wait in the log; nothing is lost. */
export interface DeliveryProblem {
  readonly sink: string;
  /** Failures in a row; 0 for a delivery that hangs. */
  readonly failures: number;
  readonly since: Date;
  /** When it is tried again; `undefined` while a delivery hangs. */
  readonly retryMs: number | undefined;
  readonly error: unknown;
}

export interface Delivery {
  /** Hands out what is committed, for at most `drainMs`, then closes the sinks. What is left comes at the next start. */
  stop(): Promise<void>;
}

/**
 * Hands committed events to each sink, in order and at least once, and remembers how far each has got. Each sink goes at its
 * own pace: one that is slow, fails or hangs disturbs neither the others nor anybody else.
 */
export function startDelivery(options: DeliveryOptions): Delivery {
  const timing = { ...TIMING, ...options.timing };
  const names = new Set(options.sinks.map(sink => sink.name));
  if (names.size !== options.sinks.length) throw new TypeError('two sinks have the same name, each needs its own');
  const couriers = options.sinks.map(sink => new Courier(sink, options, timing));
  const unsubscribe = options.events.onCommitted(() => couriers.forEach(courier => courier.wake()));
  const finished = couriers.map(courier => courier.run());
  let stopped: Promise<void> | undefined;
  return {
    stop() {
      unsubscribe();
      stopped ??= Promise.all(couriers.map((courier, i) => courier.stop(finished[i] ?? Promise.resolve()))).then(
        () => {},
      );
      return stopped;
    },
  };
}

/** Carries events to one sink. */
class Courier {
  readonly #sink: Sink;
  readonly #options: DeliveryOptions;
  readonly #timing: DeliveryTiming;
  /** seq of the last event the sink has taken, and of the last one remembered as taken. */
  #taken: number | undefined;
  #remembered = 0;
  #failures = 0;
  #since: Date | undefined;
  #isStopping = false;
  #isAbandoned = false;
  #hasNews = false;
  #endWait: () => void = () => {};

  constructor(sink: Sink, options: DeliveryOptions, timing: DeliveryTiming) {
    this.#sink = sink;
    this.#options = options;
    this.#timing = timing;
  }

  wake(): void {
    this.#hasNews = true;
    if (this.#failures === 0) this.#endWait();
  }

  async run(): Promise<void> {
    while (!this.#isAbandoned) {
      this.#hasNews = false;
      try {
        const carried = await this.#carry();
        this.#failures = 0;
        this.#since = undefined;
        if (carried > 0) continue;
        if (this.#isStopping) return;
        if (!this.#hasNews) await this.#wait(this.#timing.lookMs);
      } catch (error) {
        if (this.#isStopping) return;
        const retryMs = Math.min(this.#timing.retryMaxMs, this.#timing.retryFirstMs * 2 ** this.#failures++);
        this.#since ??= this.#options.now();
        this.#report({ failures: this.#failures, retryMs, error });
        await this.#wait(retryMs);
      }
    }
  }

  async stop(finished: Promise<void>): Promise<void> {
    this.#isStopping = true;
    this.#endWait();
    await within(finished, this.#timing.drainMs);
    this.#isAbandoned = true;
    try {
      await within(this.#sink.close(), this.#timing.drainMs);
    } catch (error) {
      this.#report({ failures: 1, retryMs: undefined, error });
    }
  }

  /** One batch, and the cursor behind it. How many events it was. */
  async #carry(): Promise<number> {
    const { events, cursors, batchSize = BATCH_SIZE } = this.#options;
    this.#taken ??= this.#remembered = await cursors.get(this.#sink.name);
    // Delivered before, but remembering it failed: what is behind must not be delivered again only because of that.
    if (this.#taken > this.#remembered) await this.#remember(this.#taken);
    const batch = await events.after(this.#taken, batchSize);
    const last = batch.at(-1);
    if (!last || this.#isAbandoned) return 0;
    await this.#watched(this.#sink.deliver(batch.map(({ seq, id, json }) => ({ seq, id, json }))));
    // Stopped meanwhile: the store may be closed. The events come again at the next start.
    if (this.#isAbandoned) return 0;
    this.#taken = last.seq;
    await this.#remember(last.seq);
    return batch.length;
  }

  async #remember(seq: number): Promise<void> {
    await this.#options.cursors.set(this.#sink.name, seq);
    this.#remembered = seq;
  }

  async #watched(delivery: Promise<void>): Promise<void> {
    const { hangingMs } = this.#timing;
    const since = this.#options.now();
    const error = new Error(`has not taken the events within ${hangingMs} ms, still waiting`);
    const timer = setTimeout(() => this.#report({ failures: 0, retryMs: undefined, error, since }), hangingMs);
    timer.unref();
    try {
      await delivery;
    } finally {
      clearTimeout(timer);
    }
  }

  #report(problem: { failures: number; retryMs: number | undefined; error: unknown; since?: Date }): void {
    const since = problem.since ?? this.#since ?? this.#options.now();
    this.#options.onProblem({ ...problem, sink: this.#sink.name, since });
  }

  /** Until the time is over, there is news, or `stop`. */
  #wait(timeMs: number): Promise<void> {
    if (this.#isStopping) return Promise.resolve();
    return new Promise(resolve => {
      const timer = setTimeout(resolve, timeMs);
      timer.unref();
      this.#endWait = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Resolves when the promise has settled or the time is over; rejects if the promise did in time. */
async function within(promise: Promise<void>, timeMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>(resolve => (timer = setTimeout(resolve, timeMs)));
  try {
    await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
