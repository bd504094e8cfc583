import type { Database, Statement } from 'better-sqlite3';
import type { Numbers } from './numbers.ts';

interface ValueRow {
  value: string;
  count: number;
}

/** How many objects there are, and of which kinds: walks along an index, not through the objects. */
export class ObjectCounts {
  readonly #numbers: Numbers;
  readonly #ofVault: Statement<[number], number>;
  readonly #ofValues: Statement<[number, number], ValueRow>;

  constructor(database: Database, numbers: Numbers) {
    this.#numbers = numbers;
    this.#ofVault = database.prepare<[number], number>('SELECT count(*) FROM managed_object WHERE vault = ?').pluck();
    // An integer is cast, as one of 64 bits is more than a number holds.
    this.#ofValues = database.prepare(`SELECT CAST(value AS TEXT) AS value, count FROM
      (SELECT value, count(*) AS count FROM term WHERE name = ? GROUP BY value ORDER BY count DESC, value LIMIT ?)`);
  }

  ofVault(vault: string): number {
    const number = this.#numbers.ofVault(vault);
    return number === undefined ? 0 : (this.#ofVault.get(number) ?? 0);
  }

  /** The values of a term among the vault's objects, most frequent first, equally frequent ones in their own order. */
  termValues(vault: string, name: string, limit: number): ValueRow[] {
    const number = this.#numbers.ofVault(vault);
    const term = number === undefined ? undefined : this.#numbers.ofName(number, name);
    return term === undefined ? [] : this.#ofValues.all(term, limit);
  }
}
