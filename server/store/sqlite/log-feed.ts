import { setImmediate as othersTurn } from 'node:timers/promises';
import { FIRST_PREV } from '../../chain/index.ts';
import type { LogReader, LogUpkeep } from '../store.ts';
import type { Connection } from './connection.ts';
import { EventIndexWriter } from './event-index-writer.ts';
import { withoutWaiting } from './without-waiting.ts';

/** Records that are measured in one turn of the event loop. */
const MEASURED = 2000;

export class LogFeed implements LogReader, LogUpkeep {
  readonly #connection: Connection;
  readonly #index: EventIndexWriter;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#index = new EventIndexWriter(connection);
  }

  start() {
    return this.#connection.read(({ log }) => {
      const { lastSeq, lastHash, subtrees } = log.segments.lastRemoved() ?? NOTHING_REMOVED;
      return { firstSeq: lastSeq + 1, firstPrev: lastHash, subtrees };
    });
  }

  head() {
    return this.#connection.read(({ events }) => events.head());
  }

  hashes(after: number, limit: number) {
    return this.#connection.read(({ events }) => events.hashes(after, limit));
  }

  async bytes(firstSeq: number, lastSeq: number) {
    let sum = 0;
    const { seq: head } = await this.head();
    const end = Math.min(lastSeq, head);
    for (let seq = firstSeq; seq <= end; seq += MEASURED) {
      if (seq > firstSeq) await othersTurn();
      sum += await this.#connection.read(({ events }) => events.bytes(seq, Math.min(seq + MEASURED - 1, end)));
    }
    return sum;
  }

  checkpoint(atMost = Number.MAX_SAFE_INTEGER) {
    return this.#connection.read(({ log }) => log.checkpoints.atMost(atMost));
  }

  checkpointCovering(seq: number) {
    return this.#connection.read(({ log }) => log.checkpoints.covering(seq));
  }

  segments() {
    return this.#connection.read(({ log }) => log.segments.all());
  }

  remembered(name: string) {
    return this.#connection.read(({ log }) => log.remembered.get(name));
  }

  async purge(limit: number) {
    const purged = await this.#connection.read(tables => {
      // Asked first, so that nothing is written where nothing is to go.
      if (!tables.events.removed(1)) return 0;
      return withoutWaiting(tables, ({ events, eventIndex, log }) => {
        const range = events.removed(limit);
        if (!range) return 0;
        eventIndex.forget(range.first, range.last);
        log.checkpoints.forgetBefore(range.last);
        return events.purge(range);
      });
    });
    if (purged > 0) this.#connection.countOwnCommit(false);
    return purged;
  }

  index(limit: number) {
    return this.#index.index(limit);
  }

  /** Waits for what is being brought into the index. */
  async stop() {
    await this.#index.stop();
  }
}

const NOTHING_REMOVED = { lastSeq: 0, lastHash: FIRST_PREV, subtrees: [] };
