import type { SequencedEvent } from '../../store/index.ts';

/** A record on its way out: its place in the log, its id (by which a receiver drops duplicates) and its JSON as kept. */
export type DeliveredEvent = Pick<SequencedEvent, 'seq' | 'id' | 'json' | 'v' | 'prev' | 'hash'>;

/** What a sink that cannot be sure of everything yet says it has taken: events up to this seq are safe there. */
export interface Taken {
  readonly safeUpTo: number;
}

/** A place that events are delivered to. */
export interface Sink {
  /** Names the sink's cursor: where it has got is remembered under this name. */
  readonly name: string;
  /**
   * Takes the events, in order, and resolves when they are safe there; with `Taken` when only part of them is yet: handing out
   * goes on, but only what is safe is remembered. Rejects when it is not sure that all of them are: everything behind the last
   * safe one comes again then, so a receiver may see events twice. Never called again before it has settled.
   *
   * When the signal aborts, the sink is given up for hanging: it lets go of what it waits for and rejects, and begins anew when
   * it is called again.
   */
  deliver(events: readonly DeliveredEvent[], signal?: AbortSignal): Promise<void | Taken>;
  /**
   * Of a sink that learns later what is safe: up to which seq, by now; 0 if it cannot say. Asked again and again. Throws when
   * something is lost that was handed out and was not safe: it comes again then.
   */
  safeUpTo?(): number;
  /** Ends what is open. `safeUpTo` is asked once more afterwards. */
  close(): Promise<void>;
}

/** The receiver asks to be left alone for so long; it is tried again then, not earlier. */
export class TryLater extends Error {
  override readonly name = 'TryLater';
  readonly retryAfterMs: number;
  constructor(message: string, retryAfterMs: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}
