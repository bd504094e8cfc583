import type { Database, Statement } from 'better-sqlite3';
import { ConflictError, type Segment } from '../store.ts';
import { bytesOfList, listOfBytes } from './byte-list.ts';
import { mapped, mustChange } from './rows.ts';

interface Row {
  number: number;
  firstSeq: number;
  lastSeq: number;
  firstPrev: Buffer;
  lastHash: Buffer;
  subtrees: Buffer;
  closedAt: number;
  bytes: number;
  exportedAt: number | null;
  removedAt: number | null;
}

const SELECT = `SELECT number, first_seq AS firstSeq, last_seq AS lastSeq, first_prev AS firstPrev, last_hash AS lastHash, subtrees,
  closed_at AS closedAt, bytes, exported_at AS exportedAt, removed_at AS removedAt FROM segment`;

/** SQL for the seq of the last record that was removed, 0 when none was. */
export const LAST_REMOVED = '(SELECT coalesce(max(last_seq), 0) FROM segment WHERE removed_at IS NOT NULL)';

/** Closed runs of records, also those whose records are gone. */
export class SegmentTable {
  readonly #all: Statement<[], Row>;
  readonly #last: Statement<[], Row>;
  readonly #lastRemoved: Statement<[], Row>;
  readonly #close: Statement<unknown[]>;
  readonly #setExported: Statement<[number, number]>;
  readonly #remove: Statement<[number, number, number]>;

  constructor(database: Database) {
    this.#all = database.prepare(`${SELECT} ORDER BY number`);
    this.#last = database.prepare(`${SELECT} ORDER BY number DESC LIMIT 1`);
    this.#lastRemoved = database.prepare(`${SELECT} WHERE removed_at IS NOT NULL ORDER BY last_seq DESC LIMIT 1`);
    // Its last record must be there as it says: the chain goes on from the segment when its records are gone.
    this.#close = database.prepare(`INSERT INTO segment
        (number, first_seq, last_seq, first_prev, last_hash, subtrees, closed_at, bytes)
      SELECT @number, @firstSeq, @lastSeq, @firstPrev, @lastHash, @subtrees, @closedAt, @bytes
      WHERE @firstSeq <= @lastSeq AND EXISTS (SELECT 1 FROM event WHERE seq = @lastSeq AND hash = @lastHash)`);
    this.#setExported = database.prepare('UPDATE segment SET exported_at = ? WHERE number = ?');
    this.#remove = database.prepare(`UPDATE segment SET removed_at = ? WHERE number = ? AND removed_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM segment WHERE number < ? AND removed_at IS NULL)`);
  }

  /** In order. */
  all(): Segment[] {
    return this.#all.all().map(segment);
  }
  last(): Segment | undefined {
    return mapped(this.#last.get(), segment);
  }
  lastRemoved(): Segment | undefined {
    return mapped(this.#lastRemoved.get(), segment);
  }

  /** ConflictError when it does not follow the last one, or does not end with a record of the log. */
  close({ number, firstSeq, lastSeq, firstPrev, lastHash, ...rest }: Omit<Segment, 'exportedAt' | 'removedAt'>): void {
    const last = this.last();
    if (number !== (last?.number ?? 0) + 1 || firstSeq !== (last?.lastSeq ?? 0) + 1) {
      throw new ConflictError(`segment ${number} from record ${firstSeq} does not follow segment ${last?.number ?? 0}`);
    }
    const [first, end] = [firstPrev, lastHash].map(hex => Buffer.from(hex, 'hex'));
    const { subtrees, closedAt, bytes } = rest;
    const { changes } = this.#close.run({
      ...{ number, firstSeq, lastSeq, bytes },
      ...{ firstPrev: first, lastHash: end, subtrees: bytesOfList(subtrees), closedAt: closedAt.getTime() },
    });
    if (changes === 0) throw new ConflictError(`segment ${number} does not end with record ${lastSeq} of the log`);
  }

  setExported(number: number, at: Date): void {
    mustChange(this.#setExported.run(at.getTime(), number), `segment ${number}`);
  }

  /** Only the oldest that is there can be removed: records are missing from the beginning or not at all. */
  remove(number: number, at: Date): void {
    mustChange(this.#remove.run(at.getTime(), number, number), `segment ${number}, or one before it was not,`);
  }
}

const segment = ({ firstPrev, lastHash, subtrees, closedAt, exportedAt, removedAt, ...row }: Row): Segment => ({
  ...row,
  firstPrev: firstPrev.toString('hex'),
  lastHash: lastHash.toString('hex'),
  subtrees: listOfBytes(subtrees),
  closedAt: new Date(closedAt),
  exportedAt: exportedAt === null ? undefined : new Date(exportedAt),
  removedAt: removedAt === null ? undefined : new Date(removedAt),
});
