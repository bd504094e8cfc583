import type { Database, Statement } from 'better-sqlite3';

/** How far each sink has got. */
export class CursorTable {
  readonly #get: Statement<[string], number>;
  readonly #set: Statement<[string, number]>;

  constructor(database: Database) {
    this.#get = database.prepare<[string], number>('SELECT seq FROM sink_cursor WHERE sink = ?').pluck();
    this.#set = database.prepare(
      'INSERT INTO sink_cursor (sink, seq) VALUES (?, ?) ON CONFLICT (sink) DO UPDATE SET seq = excluded.seq',
    );
  }

  /** 0 for a sink that has taken nothing yet. */
  get(sink: string): number {
    return this.#get.get(sink) ?? 0;
  }

  set(sink: string, seq: number): void {
    this.#set.run(sink, seq);
  }
}
