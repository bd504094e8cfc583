import type { Database, Statement } from 'better-sqlite3';
import { FIRST_PREV, nextRecord } from '../../chain/index.ts';
import type { EventFilter, KeptEvent, SequencedEvent } from '../store.ts';
import { conditionsOf } from './event-conditions.ts';
import { eventColumns, type EventRow, sequencedEvent } from './event-rows.ts';
import { mapped } from './rows.ts';
import { LAST_REMOVED, type SegmentTable } from './segment-table.ts';

/** The end of the chain. */
export interface Head {
  readonly seq: number;
  /** Hex. */
  readonly hash: string;
  /** Undefined when the record itself is not there. */
  readonly time: Date | undefined;
}
interface HeadRow {
  seq: number;
  hash: Buffer;
  time: number;
}
/** Rows that stand in a range of seq, in that order: `after` < seq <= `upTo`. */
export interface Range {
  readonly after: number;
  readonly upTo: number;
  readonly order: 'ASC' | 'DESC';
  readonly limit: number;
}

const SELECT = `SELECT ${eventColumns} FROM event`;
const IS_KEPT = `seq > ${LAST_REMOVED}`;

/** The records of the log, numbered without gaps and chained. Those of removed segments do not show, even where they are still there. */
export class EventTable {
  readonly #database: Database;
  readonly #segments: SegmentTable;
  readonly #head: Statement<[], HeadRow>;
  readonly #insert: Statement<(number | string | Buffer)[]>;
  readonly #withId: Statement<[string], EventRow>;
  readonly #withSeq: Statement<[number], EventRow>;
  readonly #hashes: Statement<[number, number], Buffer>;
  readonly #bytes: Statement<[number, number], number>;
  readonly #first: Statement<[], number>;
  readonly #lastRemoved: Statement<[], number>;
  readonly #purge: Statement<[number, number]>;
  /** By their text: the few combinations of filters there are. */
  readonly #selects = new Map<string, Statement<unknown[], EventRow>>();

  constructor(database: Database, segments: SegmentTable) {
    this.#database = database;
    this.#segments = segments;
    this.#head = database.prepare('SELECT seq, hash, time FROM event ORDER BY seq DESC LIMIT 1');
    this.#insert = database.prepare(`INSERT INTO event
      (seq, id, time, action, outcome, severity, initiator, target, vault, correlation_id, v, prev, hash, json)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#withId = database.prepare(`${SELECT} WHERE id = ? AND ${IS_KEPT}`);
    this.#withSeq = database.prepare(`${SELECT} WHERE seq = ? AND ${IS_KEPT}`);
    this.#hashes = database
      .prepare<[number, number], Buffer>(`SELECT hash FROM event WHERE seq > ? AND ${IS_KEPT} ORDER BY seq LIMIT ?`)
      .pluck();
    this.#bytes = database
      .prepare<[number, number], number>(
        `SELECT coalesce(sum(octet_length(json)), 0) FROM event WHERE seq BETWEEN ? AND ? AND ${IS_KEPT}`,
      )
      .pluck();
    this.#first = database.prepare<[], number>('SELECT seq FROM event ORDER BY seq LIMIT 1').pluck();
    this.#lastRemoved = database.prepare<[], number>(`SELECT ${LAST_REMOVED}`).pluck();
    this.#purge = database.prepare('DELETE FROM event WHERE seq BETWEEN ? AND ?');
  }

  /** seq 0 and FIRST_PREV before the first record. The segment knows it where the records are gone. */
  head(): Head {
    const row = this.#head.get();
    if (row) return { seq: row.seq, hash: row.hash.toString('hex'), time: new Date(row.time) };
    const last = this.#segments.last();
    return { seq: last?.lastSeq ?? 0, hash: last?.lastHash ?? FIRST_PREV, time: undefined };
  }

  /** Only within a write transaction: several processes write, and each record holds the hash of the one before. */
  append(events: readonly KeptEvent[]): void {
    if (events.length === 0) return;
    let { seq, hash: head } = this.head();
    let prev = Buffer.from(head, 'hex');
    for (const event of events) {
      const record = nextRecord(++seq, head, event.json);
      const hash = Buffer.from((head = record.hash), 'hex');
      const { id, time, action, outcome, severity, initiator, target, vault, correlationId, json } = event;
      const found = [action, outcome, severity, initiator, target, vault, correlationId];
      this.#insert.run(seq, id, time.getTime(), ...found, record.v, prev, hash, json);
      prev = hash;
    }
  }

  withId(id: string): SequencedEvent | undefined {
    return mapped(this.#withId.get(id), sequencedEvent);
  }
  withSeq(seq: number): SequencedEvent | undefined {
    return mapped(this.#withSeq.get(seq), sequencedEvent);
  }

  /** Those of the range that match, at most `limit`. */
  within({ after, upTo, order, limit }: Range, filter: EventFilter): SequencedEvent[] {
    const { conditions, values } = conditionsOf(filter);
    const where = ['seq > ?', 'seq <= ?', IS_KEPT, ...conditions].join(' AND ');
    const text = `${SELECT} WHERE ${where} ORDER BY seq ${order} LIMIT ?`;
    let statement = this.#selects.get(text);
    if (!statement) this.#selects.set(text, (statement = this.#database.prepare(text)));
    return statement.all(after, upTo, ...values, limit).map(sequencedEvent);
  }

  /** 32 bytes each. */
  hashes(after: number, limit: number): Buffer[] {
    return this.#hashes.all(after, limit);
  }

  /** UTF-8 bytes of the events, both ends included. */
  bytes(firstSeq: number, lastSeq: number): number {
    return this.#bytes.get(firstSeq, lastSeq) ?? 0;
  }

  /** Of the records that are kept; one more than the head's where there are none. */
  firstSeq(): number {
    return (this.#lastRemoved.get() ?? 0) + 1;
  }

  /** The oldest `limit` records of removed segments that are still there; undefined when there are none. */
  removed(limit: number): { first: number; last: number } | undefined {
    const [first, end] = [this.#first.get(), this.firstSeq() - 1];
    return first === undefined || first > end ? undefined : { first, last: Math.min(first + limit - 1, end) };
  }

  /** How many it deleted, of records with `first` <= seq <= `last`. */
  purge({ first, last }: { first: number; last: number }): number {
    return this.#purge.run(first, last).changes;
  }
}
