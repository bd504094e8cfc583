import { setImmediate as othersTurn } from 'node:timers/promises';
import type { EventFilter, EventGroup, EventPage, EventReader, SequencedEvent } from '../store.ts';
import type { Connection } from './connection.ts';
import { eventTest } from './event-search-test.ts';
import type { Range } from './event-table.ts';

/** Milliseconds between looks for events that another process has committed, while somebody listens. */
const LOOK_MS = 100;
/** Records that are looked at in one turn of the event loop. */
const LOOKED_AT = 2000;

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

  async after(seq: number, limit: number, filter: EventFilter = {}): Promise<SequencedEvent[]> {
    const found: SequencedEvent[] = [];
    const { first, last } = await this.#ends();
    const start = Math.max(seq, first - 1);
    for (let after = start; after < last && found.length < limit; after += LOOKED_AT) {
      if (after > start) await othersTurn();
      const range = { after, upTo: after + LOOKED_AT, order: 'ASC', limit: limit - found.length } as const;
      found.push(...(await this.#within(range, filter)));
    }
    return found;
  }

  async latest(limit: number, filter: EventFilter = {}): Promise<SequencedEvent[]> {
    const found: SequencedEvent[] = [];
    for (let before: number | undefined; found.length < limit;) {
      const { events, next } = await this.page({ before, limit: limit - found.length, filter });
      found.push(...events);
      if (next === undefined) break;
      before = next;
      await othersTurn();
    }
    return found.reverse();
  }

  page(options: { before?: number | undefined; limit: number; filter?: EventFilter }): Promise<EventPage> {
    return this.#connection.read(({ eventSearch }) => eventSearch.page(options));
  }

  withId(id: string): Promise<SequencedEvent | undefined> {
    return this.#connection.read(({ events }) => events.withId(id));
  }

  withSeq(seq: number): Promise<SequencedEvent | undefined> {
    return this.#connection.read(({ events }) => events.withSeq(seq));
  }

  count(by: EventGroup, filter: EventFilter = {}): Promise<{ value: string; count: number }[]> {
    return this.#connection.read(({ eventSearch }) => eventSearch.count(by, filter));
  }

  lastSeq(): Promise<number> {
    return this.#connection.read(({ events }) => events.head().seq);
  }

  #ends(): Promise<{ first: number; last: number }> {
    return this.#connection.read(({ events }) => ({ first: events.firstSeq(), last: events.head().seq }));
  }

  async #within(range: Range, filter: EventFilter): Promise<SequencedEvent[]> {
    const { text, ...rest } = filter;
    if (text === undefined) return this.#connection.read(({ events }) => events.within(range, rest));
    const all = await this.#connection.read(({ events }) => events.within({ ...range, limit: LOOKED_AT }, rest));
    return all.filter(eventTest({ text })).slice(0, range.limit);
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
      return this.#connection.use(({ events }) => events.head().seq);
    } catch {
      return undefined;
    }
  }
}
