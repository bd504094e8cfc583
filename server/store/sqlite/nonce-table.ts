import type { Database, Statement } from 'better-sqlite3';
import { ConflictError } from '../store.ts';

/** Nonces of administrators' requests: each of a key is good once, and kept until its request would be too old anyway. */
export class NonceTable {
  readonly #forget: Statement<[number]>;
  readonly #add: Statement<[string, string, number]>;
  readonly #find: Statement<[string, string], number>;

  constructor(database: Database) {
    this.#forget = database.prepare('DELETE FROM used_nonce WHERE until < ?');
    this.#add = database.prepare(
      'INSERT INTO used_nonce (key_id, nonce, until) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    );
    this.#find = database
      .prepare<[string, string], number>('SELECT 1 FROM used_nonce WHERE key_id = ? AND nonce = ?')
      .pluck();
  }

  isUsed(keyId: string, nonce: string): boolean {
    return this.#find.get(keyId, nonce) !== undefined;
  }

  /** Forgets those that ended before `now`; throws ConflictError when this one was used. */
  use(keyId: string, nonce: string, until: Date, now: Date): void {
    this.#forget.run(now.getTime());
    const { changes } = this.#add.run(keyId, nonce, until.getTime());
    if (changes === 0) throw new ConflictError(`a nonce of key ${keyId} was used before`);
  }
}
