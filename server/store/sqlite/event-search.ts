import type { Database } from 'better-sqlite3';
import type { EventFilter, EventGroup, EventPage, SequencedEvent } from '../store.ts';
import { BLOCK_EVENTS } from './event-index-block.ts';
import { EventCounts } from './event-search-count.ts';
import { EventWalker } from './event-search-walk.ts';
import type { EventIndex } from './event-index.ts';
import type { EventTable } from './event-table.ts';

/** How far a search goes one way before it goes another; tests set them low. */
export interface SearchBounds {
  /** Microseconds, roughly, that a page may take before it says where to go on. */
  readonly work: number;
  /** Events of which the blocks are asked first: what many have is found there at once; what few have is found by its tokens. */
  readonly blocksFirst: number;
}
const BOUNDS: SearchBounds = { work: 25_000, blocksFirst: 64 * BLOCK_EVENTS };

/** Committed events by filter: as a plain scan of the log would find them, wherever the index has got to. */
export class EventSearch {
  readonly #walker: EventWalker;
  readonly #counts: EventCounts;
  readonly #bounds: SearchBounds;

  constructor(database: Database, index: EventIndex, events: EventTable, bounds: SearchBounds = BOUNDS) {
    this.#bounds = bounds;
    this.#walker = new EventWalker(database, index, events);
    this.#counts = new EventCounts(this.#walker, index.numbers);
  }

  /** As `EventReader.page`. */
  async page(options: { before?: number | undefined; limit: number; filter?: EventFilter }): Promise<EventPage> {
    const { before = Number.MAX_SAFE_INTEGER, limit, filter = {} } = options;
    const events: SequencedEvent[] = [];
    const take = (_seq: number, _block: unknown, event: SequencedEvent | undefined) => events.push(event!) >= limit;
    const next = await this.#walker.run({ filter, before, ...this.#bounds, wantsEvents: true, take });
    return { events, next };
  }

  /** As `EventReader.count`. */
  count(by: EventGroup, filter: EventFilter = {}): Promise<{ value: string; count: number }[]> {
    return this.#counts.count(by, filter);
  }
}
