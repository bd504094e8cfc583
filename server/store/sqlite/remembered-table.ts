import type { Database, Statement } from 'better-sqlite3';

/** Texts that the server remembers from one start to the next. */
export class RememberedTable {
  readonly #get: Statement<[string], string>;
  readonly #set: Statement<[string, string]>;

  constructor(database: Database) {
    this.#get = database.prepare<[string], string>('SELECT value FROM remembered WHERE name = ?').pluck();
    this.#set = database.prepare(
      'INSERT INTO remembered (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    );
  }

  get(name: string): string | undefined {
    return this.#get.get(name);
  }

  set(name: string, value: string): void {
    this.#set.run(name, value);
  }
}
