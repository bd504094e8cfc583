import type { Database, Statement } from 'better-sqlite3';
import type { RevokedCertificate } from '../store.ts';

interface Row extends Omit<RevokedCertificate, 'revokedAt' | 'notAfter'> {
  revokedAt: number;
  notAfter: number;
}

/** What our authority's revocation list names. */
export class RevocationTable {
  readonly #ofAuthority: Statement<[string], Row>;
  readonly #add: Statement<[string, string, number, number]>;

  constructor(database: Database) {
    this.#ofAuthority = database.prepare(`SELECT serial_number AS serialNumber, authority, revoked_at AS revokedAt,
      not_after AS notAfter FROM revoked_certificate WHERE authority = ? ORDER BY serial_number`);
    this.#add = database.prepare(`INSERT INTO revoked_certificate (authority, serial_number, revoked_at, not_after)
      VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`);
  }

  /** By serial number. */
  ofAuthority(authority: string): RevokedCertificate[] {
    return this.#ofAuthority.all(authority).map(revoked);
  }

  /** One that is revoked already stays as it is: a certificate can be pinned and removed again. */
  add({ authority, serialNumber, revokedAt, notAfter }: RevokedCertificate): void {
    this.#add.run(authority, serialNumber, revokedAt.getTime(), notAfter.getTime());
  }
}

const revoked = ({ revokedAt, notAfter, ...row }: Row): RevokedCertificate => ({
  ...row,
  revokedAt: new Date(revokedAt),
  notAfter: new Date(notAfter),
});
