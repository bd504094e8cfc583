import type { Database, Statement } from 'better-sqlite3';
import type { Administrator } from '../store.ts';
import { mapped, mustChange } from './rows.ts';

interface Row extends Omit<Administrator, 'createdAt' | 'keySetAt'> {
  createdAt: number;
  keySetAt: number;
}

const SELECT = `SELECT id, name, key_id AS keyId, public_key AS publicKey, created_at AS createdAt, key_set_at AS keySetAt
  FROM administrator`;

export class AdministratorTable {
  readonly #all: Statement<[], Row>;
  readonly #named: Statement<[string], Row>;
  readonly #byKey: Statement<[string], Row>;
  readonly #add: Statement<[string, string, string, Uint8Array, number, number]>;
  readonly #setKey: Statement<[string, Uint8Array, number, string]>;
  readonly #remove: Statement<[string]>;

  constructor(database: Database) {
    this.#all = database.prepare(`${SELECT} ORDER BY name`);
    this.#named = database.prepare(`${SELECT} WHERE name = ?`);
    this.#byKey = database.prepare(`${SELECT} WHERE key_id = ?`);
    this.#add = database.prepare(`INSERT INTO administrator (id, name, key_id, public_key, created_at, key_set_at)
      VALUES (?, ?, ?, ?, ?, ?)`);
    this.#setKey = database.prepare('UPDATE administrator SET key_id = ?, public_key = ?, key_set_at = ? WHERE id = ?');
    this.#remove = database.prepare('DELETE FROM administrator WHERE id = ?');
  }

  /** By name. */
  all(): Administrator[] {
    return this.#all.all().map(administrator);
  }
  named(name: string): Administrator | undefined {
    return mapped(this.#named.get(name), administrator);
  }
  withKey(keyId: string): Administrator | undefined {
    return mapped(this.#byKey.get(keyId), administrator);
  }

  add({ id, name, keyId, publicKey, createdAt, keySetAt }: Administrator): void {
    this.#add.run(id, name, keyId, publicKey, createdAt.getTime(), keySetAt.getTime());
  }

  setKey(id: string, keyId: string, publicKey: Uint8Array, at: Date): void {
    mustChange(this.#setKey.run(keyId, publicKey, at.getTime(), id), `administrator ${id}`);
  }

  remove(id: string): void {
    mustChange(this.#remove.run(id), `administrator ${id}`);
  }
}

const administrator = ({ createdAt, keySetAt, ...row }: Row): Administrator => ({
  ...row,
  createdAt: new Date(createdAt),
  keySetAt: new Date(keySetAt),
});
