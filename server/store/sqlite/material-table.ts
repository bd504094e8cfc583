import type { Database, Statement } from 'better-sqlite3';

/**
 * Wrapped material. Rows are appended, and forgotten by overwriting them in place with zeros of the same length: the row keeps its
 * place in its page, and its overflow pages, so that no stale copy of it arises anywhere in the file.
 */
export class MaterialTable {
  readonly #insert: Statement<[Uint8Array]>;
  readonly #forget: Statement<[number]>;

  constructor(database: Database) {
    this.#insert = database.prepare('INSERT INTO material (wrapped) VALUES (?)');
    this.#forget = database.prepare('UPDATE material SET wrapped = zeroblob(length(wrapped)) WHERE number = ?');
  }

  /** Returns the number of the new row. */
  insert(wrapped: Uint8Array): number {
    return Number(this.#insert.run(wrapped).lastInsertRowid);
  }

  /** The pages in the write-ahead log still hold the old bytes until it is truncated. */
  forget(number: number): void {
    this.#forget.run(number);
  }
}
