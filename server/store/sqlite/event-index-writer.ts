import type { Connection } from './connection.ts';
import { withoutWaiting } from './without-waiting.ts';

/** Events brought into the index in one transaction: two milliseconds or so, in which nobody else has a turn. */
const EVENTS_AT_ONCE = 30;

/** Fills the index beside the requests: what it loses in a crash, it makes again. */
export class EventIndexWriter {
  readonly #connection: Connection;
  #underWay: Promise<number> = Promise.resolve(0);
  #isClosing = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** As `LogUpkeep.index`. Calls wait for each other. */
  index(limit: number): Promise<number> {
    const before = this.#underWay.catch(() => 0);
    return (this.#underWay = before.then(() => this.#fill(limit)));
  }

  /** Waits for the transaction under way. */
  async stop(): Promise<void> {
    this.#isClosing = true;
    await this.#underWay.catch(() => 0);
  }

  async #fill(limit: number): Promise<number> {
    let filled = 0;
    while (filled < limit && !this.#isClosing) {
      const atOnce = Math.min(limit - filled, EVENTS_AT_ONCE);
      const found = await this.#connection.read(tables => {
        // Asked first, so that nothing is written where nothing is to be done.
        if (tables.eventIndex.lastSeq() >= tables.events.head().seq) return 0;
        try {
          return withoutWaiting(tables, ({ events, eventIndex }) => eventIndex.fill(events.firstSeq(), atOnce));
        } catch (error) {
          tables.eventIndex.numbers.forget();
          throw error;
        }
      });
      filled += found;
      if (found < atOnce) break;
      await new Promise(resolve => setImmediate(resolve));
    }
    return filled;
  }
}
