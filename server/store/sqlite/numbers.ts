import type { Database, Statement } from 'better-sqlite3';

/** Names that clients choose are among those remembered, so their number is bounded; beyond it, all are asked for again. */
const REMEMBERED_MAX = 10_000;

/**
 * The numbers that stand for vaults and for the names of terms. A number never changes once it is committed, so those seen are
 * remembered; `forget` is called after a rollback, which may have taken back new ones.
 */
export class Numbers {
  readonly #vault: Statement<[string], number>;
  readonly #name: Statement<[number, string], number>;
  readonly #addName: Statement<[number, string]>;
  readonly #vaults = new Map<string, number>();
  readonly #names = new Map<string, number>();

  constructor(database: Database) {
    this.#vault = database.prepare<[string], number>('SELECT number FROM vault WHERE id = ?').pluck();
    this.#name = database
      .prepare<[number, string], number>('SELECT number FROM term_name WHERE vault = ? AND name = ?')
      .pluck();
    this.#addName = database.prepare('INSERT INTO term_name (vault, name) VALUES (?, ?)');
  }

  ofVault(id: string): number | undefined {
    return remembered(this.#vaults, id, () => this.#vault.get(id));
  }

  ofName(vault: number, name: string): number | undefined {
    return remembered(this.#names, `${vault} ${name}`, () => this.#name.get(vault, name));
  }

  /** Only within a write transaction. */
  ofNewName(vault: number, name: string): number {
    const add = () => Number(this.#addName.run(vault, name).lastInsertRowid);
    return remembered(this.#names, `${vault} ${name}`, () => this.#name.get(vault, name) ?? add());
  }

  forget(): void {
    this.#vaults.clear();
    this.#names.clear();
  }
}

function remembered<T extends number | undefined>(known: Map<string, number>, key: string, find: () => T): number | T {
  const number = known.get(key);
  if (number !== undefined) return number;
  const found = find();
  if (found === undefined) return found;
  if (known.size >= REMEMBERED_MAX) known.clear();
  known.set(key, found);
  return found;
}
