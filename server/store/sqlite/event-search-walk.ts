import type { Database, Statement } from 'better-sqlite3';
import { type EventFilter, type SequencedEvent, StoreUnavailable } from '../store.ts';
import type { Block } from './event-index-block.ts';
import { epochOf, firstOfEpoch, inEpoch } from './event-index-words.ts';
import type { EventIndex } from './event-index.ts';
import { EventBlocks, firstOfBlock, isInPlan } from './event-search-blocks.ts';
import { EventPlanner, type Plan } from './event-search-plan.ts';
import { eventTest } from './event-search-test.ts';
import type { EventTable } from './event-table.ts';

/** What things cost, about a microsecond each, so that work can be bounded without a clock. */
const COST = { scanned: 2, row: 8, text: 20, block: 15, lookUp: 200, candidate: 1 } as const;
/** Work done before others get their turn of the event loop. */
const TURN = 4000;
/** Events outside of the index that are scanned, and of them those that are looked at, in one go. */
const SCANNED_AT_ONCE = 1000;
const ROWS_AT_ONCE = 100;
const CANDIDATES_AT_ONCE = 16_000;

export interface Walk {
  readonly filter: EventFilter;
  /** The walk goes down from the event before this one. */
  readonly before: number;
  /** In microseconds, roughly; Infinity: to the end. */
  readonly work: number;
  /** Events of which the blocks are asked first, where tokens can be asked too. */
  readonly blocksFirst: number;
  /** Whether `take` is to be given whole events. */
  readonly wantsEvents: boolean;
  /** Is given what matches, newest first: the block of the index that it stands in, or the event, or both. True ends the walk. */
  readonly take: (seq: number, block: Block | undefined, event: SequencedEvent | undefined) => boolean;
}
/** A walk under way: events with seq >= `before` have been looked at. */
interface Position {
  before: number;
  work: number;
  sinceTurn: number;
  isEnough: boolean;
}

/** Walks down the log along what a filter leaves of it: first over what the index does not hold yet, then along the index. */
export class EventWalker {
  readonly #database: Database;
  readonly #index: EventIndex;
  readonly #events: EventTable;
  readonly #blocks: EventBlocks;
  readonly #planner: EventPlanner;
  readonly #text: Statement<[string, number, number, number], number>;

  constructor(database: Database, index: EventIndex, events: EventTable) {
    this.#database = database;
    this.#index = index;
    this.#events = events;
    this.#blocks = new EventBlocks(database);
    this.#planner = new EventPlanner(database, index.numbers);
    this.#text = database
      .prepare<[string, number, number, number], number>(
        'SELECT rowid FROM event_text WHERE event_text MATCH ? AND rowid < ? AND rowid >= ? ORDER BY rowid DESC LIMIT ?',
      )
      .pluck();
  }

  /** Where to go on; undefined when nothing older can match. */
  async run(walk: Walk): Promise<number | undefined> {
    const first = this.#events.firstSeq();
    const at: Position = { before: walk.before, work: walk.work, sinceTurn: 0, isEnough: false };
    await this.#newest(walk, at, Math.max(first, this.#index.lastSeq() + 1));
    if (hasStopped(at)) return at.before > first ? at.before : undefined;

    const plan = this.#planner.plan(walk.filter);
    const bounds = plan && this.#blocks.bounds(plan);
    if (!plan || !bounds) return undefined;
    const lowest = Math.max(first, bounds.first);
    at.before = Math.min(at.before, bounds.last + 1);
    let { match } = plan;
    if (match === undefined) {
      match = plan.columns;
      const end = match === undefined ? lowest : Math.max(lowest, at.before - walk.blocksFirst);
      await this.#alongBlocks(walk, plan, at, end);
    }
    if (match !== undefined) await this.#alongText(walk, plan, match, at, lowest);
    return hasStopped(at) && at.before > lowest ? at.before : undefined;
  }

  /** Events that the index does not hold. */
  async #newest({ filter, take }: Walk, at: Position, lowest: number): Promise<void> {
    const { text, ...conditions } = filter;
    const test = text === undefined ? () => true : eventTest({ text });
    at.before = Math.min(at.before, this.#events.head().seq + 1);
    while (at.before > lowest && !hasStopped(at)) {
      const after = Math.max(lowest - 1, at.before - 1 - SCANNED_AT_ONCE);
      const range = { after, upTo: at.before - 1, order: 'DESC', limit: ROWS_AT_ONCE } as const;
      const found = this.#events.within(range, conditions);
      spend(at, COST.scanned * (found.length < ROWS_AT_ONCE ? at.before - after : at.before - found.at(-1)!.seq));
      for (const event of found) {
        at.before = event.seq;
        spend(at, text === undefined ? COST.row : COST.text);
        if (test(event)) at.isEnough = take(event.seq, undefined, event);
        if (hasStopped(at)) break;
      }
      if (found.length < ROWS_AT_ONCE && isLookedThrough(found.at(-1)?.seq, at)) at.before = after + 1;
      await this.#turn(at);
    }
  }

  async #alongBlocks(walk: Walk, plan: Plan, at: Position, lowest: number): Promise<void> {
    const visit = this.#visitor(walk, plan, at);
    while (at.before > lowest && !hasStopped(at)) {
      const begin = Math.max(lowest, firstOfBlock(at.before - 1));
      const block = this.#blocks.of(at.before - 1);
      spend(at, COST.block);
      if (!block) at.before = begin;
      // At least one, so that every page comes further.
      else
        do visit(--at.before, block);
        while (at.before > begin && !hasStopped(at));
      await this.#turn(at);
    }
  }

  async #alongText(walk: Walk, plan: Plan, match: string, at: Position, lowest: number): Promise<void> {
    const visit = this.#visitor(walk, plan, at);
    let block: Block | undefined;
    // Few at first: a page of what is found easily needs no more.
    let limit = ROWS_AT_ONCE;
    while (at.before > lowest && !hasStopped(at)) {
      const begin = Math.max(lowest, firstOfEpoch(at.before - 1));
      const found = this.#text.all(inEpoch(match, epochOf(at.before - 1)), at.before, begin, limit);
      spend(at, COST.lookUp);
      for (const seq of found) {
        at.before = seq;
        spend(at, COST.candidate);
        if (!block || firstOfBlock(seq) !== firstOfBlock(block.firstSeq)) {
          block = this.#blocks.of(seq);
          spend(at, COST.block);
        }
        if (block) visit(seq, block);
        if (hasStopped(at)) break;
      }
      if (found.length < limit && isLookedThrough(found.at(-1), at)) at.before = begin;
      limit = Math.min(limit * 4, CANDIDATES_AT_ONCE);
      await this.#turn(at);
    }
  }

  /** Takes an event of the index if it matches. */
  #visitor({ filter, wantsEvents, take }: Walk, plan: Plan, at: Position) {
    const test = eventTest(filter);
    const cost = plan.needsTest && filter.text !== undefined ? COST.text : COST.row;
    return (seq: number, block: Block): void => {
      if (!isInPlan(plan, block, seq)) return;
      if (!wantsEvents && !plan.needsTest) {
        at.isEnough = take(seq, block, undefined);
        return;
      }
      const event = this.#events.withSeq(seq);
      spend(at, cost);
      if (event && (!plan.needsTest || test(event))) at.isEnough = take(seq, block, event);
    };
  }

  async #turn(at: Position): Promise<void> {
    if (at.sinceTurn < TURN || hasStopped(at)) return;
    at.sinceTurn = 0;
    await new Promise(resolve => setImmediate(resolve));
    if (!this.#database.open) throw new StoreUnavailable('the database was closed during a search');
  }
}

/** Whether the walk came to the last of what was found in one go; where nothing was found, too. */
const isLookedThrough = (last: number | undefined, at: Position) => last === undefined || at.before === last;
const hasStopped = (at: Position) => at.isEnough || at.work <= 0;

function spend(at: Position, work: number): void {
  at.work -= work;
  at.sinceTurn += work;
}
