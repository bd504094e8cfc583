import type { Database, Statement } from 'better-sqlite3';
import type { KeptEvent } from '../store.ts';
import { blockOf, bytesOfRows, type BlockRow } from './event-index-block.ts';
import { EventNumbers } from './event-index-numbers.ts';
import { type IndexedEvent, tokensOf } from './event-index-words.ts';

interface Row extends Omit<KeptEvent, 'id' | 'time'> {
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly time: number;
}
type Entry = BlockRow & IndexedEvent;
interface BlockHead {
  readonly first_seq: number;
  readonly last_seq: number;
  readonly min_time: number;
  readonly max_time: number;
  readonly rows: Buffer;
}

const ROWS = `SELECT seq, time, action, outcome, severity, initiator, target, vault, correlation_id AS correlationId, json
  FROM event WHERE seq BETWEEN ? AND ? ORDER BY seq LIMIT ?`;

/** Pages of the text index that a transaction merges at least: somewhat more than it adds, at all levels together. */
const MERGED_PAGES = 16;

/** Fills the index beside the log, in the order of seq without gaps, and empties it from its beginning. */
export class EventIndex {
  readonly numbers: EventNumbers;
  readonly #lastSeq: Statement<[], number>;
  readonly #rows: Statement<[number, number, number], Row>;
  readonly #block: Statement<[number], BlockHead>;
  readonly #keepBlock: Statement<[number, number, number, number, number, Buffer]>;
  readonly #dropBlocks: Statement<[number]>;
  readonly #addText: Statement<[number, string]>;
  readonly #dropText: Statement<[number, string]>;
  readonly #mergeText: Statement<[number]>;
  readonly #countWord: Statement<[string, number]>;
  readonly #dropWord: Statement<[string]>;

  constructor(database: Database) {
    this.numbers = new EventNumbers(database);
    this.#lastSeq = database
      .prepare<[], number>('SELECT last_seq FROM event_block ORDER BY number DESC LIMIT 1')
      .pluck();
    this.#rows = database.prepare(ROWS);
    this.#block = database.prepare(
      'SELECT first_seq, last_seq, min_time, max_time, rows FROM event_block WHERE number = ?',
    );
    this.#keepBlock = database.prepare(
      'INSERT OR REPLACE INTO event_block (number, first_seq, last_seq, min_time, max_time, rows) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#dropBlocks = database.prepare('DELETE FROM event_block WHERE last_seq <= ?');
    this.#addText = database.prepare('INSERT INTO event_text (rowid, words) VALUES (?, ?)');
    this.#dropText = database.prepare(`INSERT INTO event_text (event_text, rowid, words) VALUES ('delete', ?, ?)`);
    this.#mergeText = database.prepare(`INSERT INTO event_text (event_text, rank) VALUES ('merge', ?)`);
    this.#countWord = database.prepare(
      'INSERT INTO event_word (word, events) VALUES (?, ?) ON CONFLICT (word) DO UPDATE SET events = events + excluded.events',
    );
    this.#dropWord = database.prepare('DELETE FROM event_word WHERE word = ? AND events <= 0');
  }

  /** seq of the last event that is in the index; 0 when none is. */
  lastSeq(): number {
    return this.#lastSeq.get() ?? 0;
  }

  /** Brings the next `limit` events in; those before `firstSeq` are left out. How many it found. Only within a write transaction. */
  fill(firstSeq: number, limit: number): number {
    const entries = this.#entries(Math.max(firstSeq, this.lastSeq() + 1), Number.MAX_SAFE_INTEGER, limit);
    const counts = new Map<string, number>();
    for (const entry of entries) {
      const { all, words } = tokensOf(entry);
      this.#addText.run(entry.seq, all.join(' '));
      for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    for (const [word, count] of counts) this.#countWord.run(word, count);
    for (const run of byBlock(entries)) this.#append(run);
    this.#mergeText.run(MERGED_PAGES);
    return entries.length;
  }

  /**
   * Forgets the events with `firstSeq` <= seq <= `lastSeq`, the oldest there are. They must still be in `event`: what is forgotten
   * is taken from there. Only within a write transaction.
   */
  forget(firstSeq: number, lastSeq: number): void {
    const counts = new Map<string, number>();
    for (const entry of this.#entries(firstSeq, Math.min(lastSeq, this.lastSeq()), -1)) {
      const { all, words } = tokensOf(entry);
      this.#dropText.run(entry.seq, all.join(' '));
      for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    for (const [word, count] of counts) {
      this.#countWord.run(word, -count);
      this.#dropWord.run(word);
    }
    this.#dropBlocks.run(lastSeq);
  }

  #entries(firstSeq: number, lastSeq: number, limit: number): Entry[] {
    return this.#rows.all(firstSeq, lastSeq, limit).map(row => ({
      ...row,
      class: this.numbers.ofNewClass(row),
      initiator: this.numbers.ofNewInitiator(row.initiator),
    }));
  }

  #append(entries: readonly Entry[]): void {
    const first = entries[0]!;
    const number = blockOf(first.seq);
    let block = this.#block.get(number);
    // Events between were removed before they came here; so were all before them.
    if (block && block.last_seq !== first.seq - 1) block = undefined;
    const times = entries.map(({ time }) => time);
    this.#keepBlock.run(
      number,
      block?.first_seq ?? first.seq,
      entries.at(-1)!.seq,
      Math.min(block?.min_time ?? Infinity, ...times),
      Math.max(block?.max_time ?? -Infinity, ...times),
      Buffer.concat([block?.rows ?? Buffer.alloc(0), bytesOfRows(entries)]),
    );
  }
}

function byBlock(entries: readonly Entry[]): Entry[][] {
  const runs: Entry[][] = [];
  for (const entry of entries) {
    const run = runs.at(-1);
    const previous = run?.at(-1);
    if (run && previous && entry.seq === previous.seq + 1 && blockOf(previous.seq) === blockOf(entry.seq))
      run.push(entry);
    else runs.push([entry]);
  }
  return runs;
}
