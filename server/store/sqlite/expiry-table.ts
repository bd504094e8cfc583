import type { Database, Statement } from 'better-sqlite3';

/** Of which certificates the approaching end was told, and how many days before at the latest. */
export class ExpiryTable {
  readonly #get: Statement<[string], number>;
  readonly #note: Statement<[string, number]>;

  constructor(database: Database) {
    this.#get = database.prepare<[string], number>('SELECT days FROM noted_expiry WHERE fingerprint = ?').pluck();
    this.#note = database.prepare(`INSERT INTO noted_expiry (fingerprint, days) VALUES (?, ?)
      ON CONFLICT (fingerprint) DO UPDATE SET days = min(days, excluded.days)`);
  }

  noted(fingerprint: string): number | undefined {
    return this.#get.get(fingerprint);
  }

  note(fingerprint: string, days: number): void {
    this.#note.run(fingerprint, days);
  }
}
