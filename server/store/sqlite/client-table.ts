import type { Database, Statement } from 'better-sqlite3';
import type { Client } from '../store.ts';
import { mapped, mustChange } from './rows.ts';

interface Row extends Omit<Client, 'createdAt' | 'credential'> {
  createdAt: number;
  username: string | null;
  passwordHash: string | null;
}

const SELECT = `SELECT c.id, c.name, v.id AS vault, c.created_at AS createdAt, username, password_hash AS passwordHash
  FROM client c JOIN vault v ON v.number = c.vault`;

export class ClientTable {
  readonly #all: Statement<[], Row>;
  readonly #byId: Statement<[string], Row>;
  readonly #named: Statement<[string], Row>;
  readonly #add: Statement<[string, string, string, number, string | null, string | null]>;
  readonly #setCredential: Statement<[string, string, string]>;
  readonly #remove: Statement<[string]>;

  constructor(database: Database) {
    this.#all = database.prepare(`${SELECT} ORDER BY c.name`);
    this.#byId = database.prepare(`${SELECT} WHERE c.id = ?`);
    this.#named = database.prepare(`${SELECT} WHERE c.name = ?`);
    this.#add = database.prepare(`INSERT INTO client (id, name, vault, created_at, username, password_hash)
      VALUES (?, ?, (SELECT number FROM vault WHERE id = ?), ?, ?, ?)`);
    this.#setCredential = database.prepare('UPDATE client SET username = ?, password_hash = ? WHERE id = ?');
    this.#remove = database.prepare('DELETE FROM client WHERE id = ?');
  }

  /** By name. */
  all(): Client[] {
    return this.#all.all().map(client);
  }
  withId(id: string): Client | undefined {
    return mapped(this.#byId.get(id), client);
  }
  named(name: string): Client | undefined {
    return mapped(this.#named.get(name), client);
  }

  add({ id, name, vault, createdAt, credential }: Client): void {
    const { username = null, passwordHash = null } = credential ?? {};
    this.#add.run(id, name, vault, createdAt.getTime(), username, passwordHash);
  }

  setCredential(id: string, { username, passwordHash }: NonNullable<Client['credential']>): void {
    mustChange(this.#setCredential.run(username, passwordHash, id), `client ${id}`);
  }

  /** Its certificates and roots go with it. */
  remove(id: string): void {
    mustChange(this.#remove.run(id), `client ${id}`);
  }
}

const client = ({ username, passwordHash, createdAt, ...row }: Row): Client => ({
  ...row,
  createdAt: new Date(createdAt),
  credential: username === null || passwordHash === null ? undefined : { username, passwordHash },
});
