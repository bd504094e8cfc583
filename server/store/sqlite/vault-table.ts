import type { Database, Statement } from 'better-sqlite3';
import type { Vault } from '../store.ts';
import { mapped } from './rows.ts';

interface Row extends Omit<Vault, 'createdAt'> {
  createdAt: number;
}

const SELECT = 'SELECT id, name, created_at AS createdAt, wrapped_key AS wrappedKey FROM vault';

export class VaultTable {
  readonly #all: Statement<[], Row>;
  readonly #byId: Statement<[string], Row>;
  readonly #named: Statement<[string], Row>;
  readonly #add: Statement<[string, string, number, Uint8Array]>;

  constructor(database: Database) {
    this.#all = database.prepare(`${SELECT} ORDER BY name`);
    this.#byId = database.prepare(`${SELECT} WHERE id = ?`);
    this.#named = database.prepare(`${SELECT} WHERE name = ?`);
    this.#add = database.prepare('INSERT INTO vault (id, name, created_at, wrapped_key) VALUES (?, ?, ?, ?)');
  }

  /** By name. */
  all(): Vault[] {
    return this.#all.all().map(vault);
  }
  withId(id: string): Vault | undefined {
    return mapped(this.#byId.get(id), vault);
  }
  named(name: string): Vault | undefined {
    return mapped(this.#named.get(name), vault);
  }

  add({ id, name, createdAt, wrappedKey }: Vault): void {
    this.#add.run(id, name, createdAt.getTime(), wrappedKey);
  }
}

const vault = ({ createdAt, ...row }: Row): Vault => ({ ...row, createdAt: new Date(createdAt) });
