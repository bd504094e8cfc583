import type { Database, Statement } from 'better-sqlite3';
import type { ClientCertificate, FormerCertificate } from '../store.ts';
import { bytesOfList, listOfBytes } from './byte-list.ts';
import { mapped, mustChange } from './rows.ts';

interface Row extends Omit<ClientCertificate, 'addedAt' | 'issuers'> {
  issuers: Buffer;
  addedAt: number;
}
interface FormerRow extends Omit<FormerCertificate, 'removedAt'> {
  removedAt: number;
}

const SELECT = `SELECT fingerprint, c.id AS client, der, origin, issuers, added_at AS addedAt
  FROM client_certificate JOIN client c ON c.number = client`;
const FORMER = 'SELECT fingerprint, client_name AS clientName, removed_at AS removedAt FROM former_certificate';
const BECOME_FORMER = `INSERT INTO former_certificate (fingerprint, client_name, removed_at)
  SELECT fingerprint, c.name, ? FROM client_certificate JOIN client c ON c.number = client`;
const NEWEST_STAYS = `ON CONFLICT (fingerprint) DO UPDATE SET client_name = excluded.client_name, removed_at = excluded.removed_at
  WHERE excluded.removed_at >= removed_at`;

/** Certificates of clients, and of those that were removed that they once were one. */
export class CertificateTable {
  readonly #ofClient: Statement<[string], Row>;
  readonly #byFingerprint: Statement<[string], Row>;
  readonly #former: Statement<[string], FormerRow>;
  readonly #add: Statement<[string, string, Uint8Array, string, Uint8Array, number]>;
  readonly #forgetSeen: Statement<[string, string, string]>;
  readonly #forgetSeenOf: Statement<[string]>;
  readonly #remove: Statement<[string]>;
  readonly #becomesFormer: Statement<[number, string]>;
  readonly #allBecomeFormer: Statement<[number, string]>;

  constructor(database: Database) {
    this.#ofClient = database.prepare(`${SELECT} WHERE c.id = ? ORDER BY added_at, fingerprint`);
    this.#byFingerprint = database.prepare(`${SELECT} WHERE fingerprint = ?`);
    this.#former = database.prepare(`${FORMER} WHERE fingerprint = ?`);
    this.#add = database.prepare(`INSERT INTO client_certificate (fingerprint, client, der, origin, issuers, added_at)
      VALUES (?, (SELECT number FROM client WHERE id = ?), ?, ?, ?, ?)`);
    this.#forgetSeen = database.prepare(`DELETE FROM client_certificate WHERE fingerprint = ? AND origin = 'seen'
      AND (? <> 'seen' OR client <> (SELECT number FROM client WHERE id = ?))`);
    this.#forgetSeenOf = database.prepare(`DELETE FROM client_certificate
      WHERE client = (SELECT number FROM client WHERE id = ?) AND origin = 'seen'`);
    this.#remove = database.prepare('DELETE FROM client_certificate WHERE fingerprint = ?');
    this.#becomesFormer = database.prepare(`${BECOME_FORMER} WHERE fingerprint = ? ${NEWEST_STAYS}`);
    this.#allBecomeFormer = database.prepare(`${BECOME_FORMER} WHERE c.id = ? ${NEWEST_STAYS}`);
  }

  /** In the order in which they were added. */
  ofClient(client: string): ClientCertificate[] {
    return this.#ofClient.all(client).map(certificate);
  }
  withFingerprint(fingerprint: string): ClientCertificate | undefined {
    return mapped(this.#byFingerprint.get(fingerprint), certificate);
  }
  former(fingerprint: string): FormerCertificate | undefined {
    return mapped(this.#former.get(fingerprint), former);
  }

  /** Takes the place of one that was only seen; not of the same client's by its like, for of two first sights one must fail. */
  add({ fingerprint, client, der, origin, issuers, addedAt }: ClientCertificate): void {
    this.#forgetSeen.run(fingerprint, origin, client);
    this.#add.run(fingerprint, client, der, origin, bytesOfList(issuers), addedAt.getTime());
  }

  remove(fingerprint: string, at: Date): void {
    this.#becomesFormer.run(at.getTime(), fingerprint);
    mustChange(this.#remove.run(fingerprint), `certificate ${fingerprint}`);
  }

  /** To be called before the client is removed, which takes its certificates along. */
  becomeFormer(client: string, at: Date): void {
    this.#allBecomeFormer.run(at.getTime(), client);
  }

  forgetSeen(client: string): void {
    this.#forgetSeenOf.run(client);
  }
}

const certificate = ({ issuers, addedAt, ...row }: Row): ClientCertificate => ({
  ...row,
  issuers: listOfBytes(issuers),
  addedAt: new Date(addedAt),
});

const former = ({ removedAt, ...row }: FormerRow): FormerCertificate => ({ ...row, removedAt: new Date(removedAt) });
