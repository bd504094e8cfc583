import type { EventFilter, EventReader, SequencedEvent } from '../store.ts';
import type { Connection } from './connection.ts';

/** Milliseconds between looks for events that another process has committed, while somebody listens. */
const LOOK_MS = 100;

export class EventFeed implements EventReader {
  readonly #connection: Connection;
  readonly #log: (message: string) => void;
  readonly #listeners = new Set<() => void>();
  #announced = 0;
  #isDue = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(connection: Connection, log: (message: string) => void) {
    this.#connection = connection;
    this.#log = log;
  }

  after(seq: number, limit: number, filter: EventFilter = {}): Promise<SequencedEvent[]> {
    return this.#connection.read(({ events }) => events.after(seq, limit, filter));
  }

  latest(limit: number, filter: EventFilter = {}): Promise<SequencedEvent[]> {
    return this.#connection.read(({ events }) => events.latest(limit, filter));
  }

  lastSeq(): Promise<number> {
    return this.#connection.read(({ events }) => events.lastSeq());
  }

  onCommitted(callback: () => void): () => void {
    // A wrapper, so that the same callback may be given twice.
    const listener = () => callback();
    this.#listeners.add(listener);
    if (!this.#timer) {
      this.#announced = this.#seen() ?? 0;
      this.#timer = setInterval(() => this.#announce(), LOOK_MS).unref();
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.stop();
    };
  }

  /** Events of this process have been committed. */
  committed(): void {
    if (this.#isDue || this.#listeners.size === 0) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      this.#announce();
    });
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#listeners.clear();
  }

  #announce(): void {
    const seen = this.#seen();
    if (seen === undefined || seen === this.#announced) return;
    this.#announced = seen;
    for (const listener of [...this.#listeners]) {
      try {
        listener();
      } catch (error) {
        this.#log(`a listener for events failed: ${(error as Error).message}`);
      }
    }
  }

  /** Undefined while the database cannot be read: the next look will tell. */
  #seen(): number | undefined {
    try {
      return this.#connection.use(({ events }) => events.lastSeq());
    } catch {
      return undefined;
    }
  }
}
