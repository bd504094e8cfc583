import type { Database, Statement } from 'better-sqlite3';
import { REFUSED_MAX, type LastSeen, type RefusedCertificate, type Sightings } from '../store.ts';
import { bytesOfList, listOfBytes } from './byte-list.ts';
import { mapped } from './rows.ts';

interface SeenRow {
  handshakeAt: number | null;
  requestAt: number | null;
}
interface RefusedRow extends Omit<RefusedCertificate, 'issuers' | 'firstAt' | 'lastAt'> {
  issuers: Buffer;
  firstAt: number;
  lastAt: number;
}

/** The later of two times either of which may be missing: SQLite's `max` of anything and NULL is NULL. */
const later = (column: string) =>
  `${column} = max(coalesce(${column}, excluded.${column}), coalesce(excluded.${column}, ${column}))`;
const ofLater = (column: string) =>
  `${column} = CASE WHEN excluded.last_at >= last_at THEN excluded.${column} ELSE ${column} END`;

/** When certificates were last seen, and which were refused. */
export class SightingTables {
  readonly #lastSeen: Statement<[string], SeenRow>;
  readonly #see: Statement<[string, number | null, number | null]>;
  readonly #refused: Statement<[], RefusedRow>;
  readonly #refuse: Statement<[string, Uint8Array, Uint8Array, string, number, number, number]>;
  readonly #keepNewest: Statement<[number]>;
  readonly #forget: Statement<[string]>;

  constructor(database: Database) {
    this.#lastSeen = database.prepare(
      'SELECT handshake_at AS handshakeAt, request_at AS requestAt FROM last_seen WHERE fingerprint = ?',
    );
    this.#see = database.prepare(`INSERT INTO last_seen (fingerprint, handshake_at, request_at) VALUES (?, ?, ?)
      ON CONFLICT (fingerprint) DO UPDATE SET ${later('handshake_at')}, ${later('request_at')}`);
    this.#refused =
      database.prepare(`SELECT fingerprint, der, issuers, cause, first_at AS firstAt, last_at AS lastAt, count
      FROM refused_certificate ORDER BY last_at DESC, fingerprint`);
    this.#refuse =
      database.prepare(`INSERT INTO refused_certificate (fingerprint, der, issuers, cause, first_at, last_at, count)
      VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (fingerprint) DO UPDATE SET count = count + excluded.count,
      first_at = min(first_at, excluded.first_at), ${ofLater('issuers')}, ${ofLater('cause')}, last_at = max(last_at, excluded.last_at)`);
    this.#keepNewest = database.prepare(`DELETE FROM refused_certificate WHERE fingerprint IN
      (SELECT fingerprint FROM refused_certificate ORDER BY last_at DESC, fingerprint LIMIT -1 OFFSET ?)`);
    this.#forget = database.prepare('DELETE FROM refused_certificate WHERE fingerprint = ?');
  }

  lastSeen(fingerprint: string): LastSeen | undefined {
    return mapped(this.#lastSeen.get(fingerprint), lastSeen);
  }

  /** Last seen first. */
  refused(): RefusedCertificate[] {
    return this.#refused.all().map(refused);
  }

  /** Only within a transaction. */
  note({ seen, refused }: Sightings): void {
    for (const [fingerprint, { handshakeAt, requestAt }] of seen) {
      this.#see.run(fingerprint, handshakeAt?.getTime() ?? null, requestAt?.getTime() ?? null);
    }
    for (const { fingerprint, der, issuers, cause, firstAt, lastAt, count } of newest(refused)) {
      this.#refuse.run(fingerprint, der, bytesOfList(issuers), cause, firstAt.getTime(), lastAt.getTime(), count);
    }
    if (refused.length > 0) this.#keepNewest.run(REFUSED_MAX);
  }

  forgetRefused(fingerprint: string): void {
    this.#forget.run(fingerprint);
  }
}

/** What would be forgotten again at once is not written at all. */
function newest(refused: readonly RefusedCertificate[]): readonly RefusedCertificate[] {
  if (refused.length <= REFUSED_MAX) return refused;
  return [...refused].sort((a, b) => b.lastAt.getTime() - a.lastAt.getTime()).slice(0, REFUSED_MAX);
}

const date = (time: number | null) => (time === null ? undefined : new Date(time));

const lastSeen = ({ handshakeAt, requestAt }: SeenRow): LastSeen => ({
  handshakeAt: date(handshakeAt),
  requestAt: date(requestAt),
});

const refused = ({ issuers, firstAt, lastAt, ...row }: RefusedRow): RefusedCertificate => ({
  ...row,
  issuers: listOfBytes(issuers),
  firstAt: new Date(firstAt),
  lastAt: new Date(lastAt),
});
