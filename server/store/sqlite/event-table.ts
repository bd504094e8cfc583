import type { Database, Statement } from 'better-sqlite3';
import type { EventFilter, KeptEvent, SequencedEvent } from '../store.ts';

interface Row extends Omit<SequencedEvent, 'time'> {
  time: number;
}

const SELECT = 'SELECT seq, id, time, action, outcome, severity, initiator, json FROM event';

/**
 * Times are not quite in the order of seq where several processes write, so their index gives the least seq to start after.
 * Without one, all are before.
 */
const BEFORE = `(SELECT coalesce(min(seq), ${Number.MAX_SAFE_INTEGER}) - 1 FROM event INDEXED BY event_by_time WHERE time >= ?)`;

/** The events, numbered without gaps. */
export class EventTable {
  readonly #database: Database;
  readonly #lastSeq: Statement<[], number>;
  readonly #insert: Statement<[number, string, number, string, string, string, string, string]>;
  /** By their text: the few combinations of filters there are. */
  readonly #selects = new Map<string, Statement<(string | number)[], Row>>();

  constructor(database: Database) {
    this.#database = database;
    this.#lastSeq = database.prepare<[], number>('SELECT coalesce(max(seq), 0) FROM event').pluck();
    this.#insert = database.prepare(
      'INSERT INTO event (seq, id, time, action, outcome, severity, initiator, json) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    );
  }

  lastSeq(): number {
    return this.#lastSeq.get() ?? 0;
  }

  /** Only within a write transaction: several processes write, and the numbers have no gaps. */
  append(events: readonly KeptEvent[]): void {
    if (events.length === 0) return;
    let seq = this.lastSeq();
    for (const { id, time, action, outcome, severity, initiator, json } of events) {
      this.#insert.run(++seq, id, time.getTime(), action, outcome, severity, initiator, json);
    }
  }

  after(seq: number, limit: number, filter: EventFilter): SequencedEvent[] {
    return this.#select(filter, seq, 'ASC', limit);
  }

  latest(limit: number, filter: EventFilter): SequencedEvent[] {
    return this.#select(filter, 0, 'DESC', limit).reverse();
  }

  #select({ since, ...equal }: EventFilter, after: number, order: 'ASC' | 'DESC', limit: number): SequencedEvent[] {
    const conditions = since ? [`seq > max(?, ${BEFORE})`, 'time >= ?'] : ['seq > ?'];
    const values: (string | number)[] = since ? [after, since.getTime(), since.getTime()] : [after];
    for (const column of ['action', 'initiator', 'outcome'] as const) {
      const value = equal[column];
      if (value === undefined) continue;
      conditions.push(`${column} = ?`);
      // In words that the partial index of failures has.
      if (column === 'outcome' && value !== 'success') conditions.push("outcome <> 'success'");
      values.push(value);
    }
    const text = `${SELECT} WHERE ${conditions.join(' AND ')} ORDER BY seq ${order} LIMIT ?`;
    let statement = this.#selects.get(text);
    if (!statement) this.#selects.set(text, (statement = this.#database.prepare(text)));
    return statement.all(...values, limit).map((row): SequencedEvent => ({ ...row, time: new Date(row.time) }));
  }
}
