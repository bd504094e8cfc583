import type { Database, Statement } from 'better-sqlite3';
import type { KeptCheckpoint } from '../store.ts';
import { bytesOfList, listOfBytes } from './byte-list.ts';
import { mapped } from './rows.ts';

interface Row extends Omit<KeptCheckpoint, 'time' | 'subtrees'> {
  time: number;
  subtrees: Buffer;
}

const SELECT = 'SELECT size, note, time, subtrees FROM checkpoint';

/** Checkpoints that were signed, by how many records they cover. */
export class CheckpointTable {
  readonly #atMost: Statement<[number], Row>;
  readonly #covering: Statement<[number], Row>;
  readonly #add: Statement<[number, string, number, Uint8Array]>;
  readonly #forget: Statement<[number]>;

  constructor(database: Database) {
    this.#atMost = database.prepare(`${SELECT} WHERE size <= ? ORDER BY size DESC LIMIT 1`);
    this.#covering = database.prepare(`${SELECT} WHERE size >= ? ORDER BY size LIMIT 1`);
    this.#add = database.prepare('INSERT OR REPLACE INTO checkpoint (size, note, time, subtrees) VALUES (?, ?, ?, ?)');
    this.#forget = database.prepare(
      'DELETE FROM checkpoint WHERE size < ? AND size < (SELECT max(size) FROM checkpoint)',
    );
  }

  /** The newest with at most this size. */
  atMost(size: number): KeptCheckpoint | undefined {
    return mapped(this.#atMost.get(size), checkpoint);
  }
  /** The oldest that covers this record. */
  covering(seq: number): KeptCheckpoint | undefined {
    return mapped(this.#covering.get(seq), checkpoint);
  }

  /** Takes the place of one of the same size. */
  add({ size, note, time, subtrees }: KeptCheckpoint): void {
    this.#add.run(size, note, time.getTime(), bytesOfList(subtrees));
  }

  /** Those that cover nothing but records before this one; the newest stays. */
  forgetBefore(seq: number): void {
    this.#forget.run(seq);
  }
}

const checkpoint = ({ time, subtrees, ...row }: Row): KeptCheckpoint => ({
  ...row,
  time: new Date(time),
  subtrees: listOfBytes(subtrees),
});
