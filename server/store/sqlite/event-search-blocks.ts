import type { Database, Statement } from 'better-sqlite3';
import { Block, BLOCK_EVENTS, blockOf } from './event-index-block.ts';
import type { Plan } from './event-search-plan.ts';

/** A block of the index remembered, so that events close to each other read it once. */
export class EventBlocks {
  readonly #read: Statement<[number], { first_seq: number; rows: Buffer }>;
  readonly #bounds: Statement<[number, number], { first: number | null; last: number | null }>;

  constructor(database: Database) {
    this.#read = database.prepare('SELECT first_seq, rows FROM event_block WHERE number = ?');
    this.#bounds = database.prepare(
      `SELECT min(first_seq) AS first, max(last_seq) AS last FROM event_block INDEXED BY event_block_times
        WHERE max_time >= ? AND min_time <= ?`,
    );
  }

  /** Events of these times, both ends included, have a seq from `first` to `last`; undefined when there are none. */
  bounds({ since, until }: Plan): { first: number; last: number } | undefined {
    const { first, last } = this.#bounds.get(since, until)!;
    return first === null || last === null ? undefined : { first, last };
  }

  /** The block that this event is in, as it is now; undefined where it was removed. */
  of(seq: number): Block | undefined {
    const row = this.#read.get(blockOf(seq));
    return row && new Block(row.first_seq, row.rows);
  }
}

export const firstOfBlock = (seq: number): number => blockOf(seq) * BLOCK_EVENTS;

/** Whether the event in this block has the times, the class and the initiator of the plan. */
export function isInPlan(plan: Plan, block: Block, seq: number): boolean {
  if (seq < block.firstSeq || seq > block.lastSeq) return false;
  if (plan.classes && plan.classes[block.classOf(seq)] !== 1) return false;
  if (plan.initiators && !plan.initiators.has(block.initiatorOf(seq))) return false;
  const time = block.timeOf(seq);
  return time >= plan.since && time <= plan.until;
}
