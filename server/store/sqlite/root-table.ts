import type { Database, Statement } from 'better-sqlite3';
import type { TrustedRoot } from '../store.ts';
import { bytesOfList, listOfBytes } from './byte-list.ts';
import { mustChange } from './rows.ts';

interface Row extends Omit<TrustedRoot, 'issuers' | 'crls' | 'addedAt'> {
  issuers: Buffer;
  crls: Buffer;
  addedAt: number;
}
type Values = [string, string, Uint8Array, Uint8Array, string, Uint8Array, number];

const CLIENT = '(SELECT number FROM client WHERE id = ?)';

/** Authorities whose certificates let a client in. */
export class RootTable {
  readonly #all: Statement<[], Row>;
  readonly #add: Statement<Values>;
  readonly #remove: Statement<[string, string]>;
  readonly #setCrls: Statement<[Uint8Array, string, string]>;

  constructor(database: Database) {
    this.#all =
      database.prepare(`SELECT r.fingerprint, c.id AS client, r.der, r.issuers, r.subject_pattern AS subjectPattern,
      r.crls, r.added_at AS addedAt FROM trusted_root r JOIN client c ON c.number = r.client ORDER BY r.number`);
    this.#add =
      database.prepare(`INSERT INTO trusted_root (fingerprint, client, der, issuers, subject_pattern, crls, added_at)
      VALUES (?, ${CLIENT}, ?, ?, ?, ?, ?)`);
    this.#remove = database.prepare(`DELETE FROM trusted_root WHERE client = ${CLIENT} AND fingerprint = ?`);
    this.#setCrls = database.prepare(`UPDATE trusted_root SET crls = ? WHERE client = ${CLIENT} AND fingerprint = ?`);
  }

  /** In the order in which they were added. */
  all(): TrustedRoot[] {
    return this.#all.all().map(root);
  }

  add({ fingerprint, client, der, issuers, subjectPattern, crls, addedAt }: TrustedRoot): void {
    const [issuerBytes, crlBytes] = [bytesOfList(issuers), bytesOfList(crls)];
    this.#add.run(fingerprint, client, der, issuerBytes, subjectPattern, crlBytes, addedAt.getTime());
  }

  remove(client: string, fingerprint: string): void {
    mustChange(this.#remove.run(client, fingerprint), `root ${fingerprint} of client ${client}`);
  }

  setRevocationLists(client: string, fingerprint: string, crls: readonly Uint8Array[]): void {
    mustChange(this.#setCrls.run(bytesOfList(crls), client, fingerprint), `root ${fingerprint} of client ${client}`);
  }
}

const root = ({ issuers, crls, addedAt, ...row }: Row): TrustedRoot => ({
  ...row,
  issuers: listOfBytes(issuers),
  crls: listOfBytes(crls),
  addedAt: new Date(addedAt),
});
