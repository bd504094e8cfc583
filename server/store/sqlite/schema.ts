import type { Database } from 'better-sqlite3';
import { chainEvents } from './chain-events.ts';
import { EVENT_INDEX_SCHEMA } from './event-index-schema.ts';

/** Bytes 68 to 71 of the file: 'kmip'. Tells our database from any other SQLite file. */
export const APPLICATION_ID = 0x6b6d6970;

/** Brings the schema one version further, inside the transaction of the migration. */
export type Migration = (database: Database) => void;

/**
 * From an empty file to the schema of this program. The schema version (`user_version`) is how many of these have been applied.
 * A released step is never changed; a new one is added at the end.
 */
export const migrations: readonly Migration[] = [
  database => database.exec(VERSION_1),
  database => database.exec(VERSION_2),
  database => {
    database.exec(VERSION_3);
    chainEvents(database);
    database.exec('DROP TABLE unchained_event');
    // From here on the server remembers by itself with which version it ran; whoever has events ran with this one.
    database.exec(
      "INSERT INTO remembered (name, value) SELECT 'schema version', '2' WHERE EXISTS (SELECT 1 FROM event)",
    );
    database.exec(EVENT_INDEX_SCHEMA);
  },
];

/**
 * - Rows of managed objects are never deleted, so a Unique Identifier that was given stays taken.
 * - `object` counts up in the order of creation: 'newest first' is by `object`.
 * - Wrapped material stands in a table of its own whose rows are only appended and overwritten in place with bytes of the same
 *   length. SQLite moves rows between pages when others grow or vanish and may leave a stale copy in unused space; a row that
 *   keeps its place and length has one copy, and overwriting that forgets it (see material-table.ts).
 * - `managed_object.terms` repeats the search terms as JSON: an object is read with one look-up, and a change knows which rows
 *   of `term` to take away without a second index.
 * - `term_name` turns vault and name into one number; `term` is sorted by it and the value, newest last, so that a search for
 *   one value or a range of integers in one vault is a walk along the index. Integers sort before text.
 * - Events are written by every request, so their indices are few; most events succeed, and only the others are found by outcome.
 */
const VERSION_1 = `
CREATE TABLE vault (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  wrapped_key BLOB NOT NULL
) STRICT;

CREATE TABLE client (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL UNIQUE,
  vault INTEGER NOT NULL REFERENCES vault (number),
  created_at INTEGER NOT NULL,
  username TEXT,
  password_hash TEXT
) STRICT;

CREATE TABLE client_certificate (
  fingerprint TEXT PRIMARY KEY,
  client INTEGER NOT NULL REFERENCES client (number) ON DELETE CASCADE,
  der BLOB NOT NULL,
  origin TEXT NOT NULL,
  added_at INTEGER NOT NULL
) STRICT;
CREATE INDEX client_certificate_by_client ON client_certificate (client);

CREATE TABLE material (
  number INTEGER PRIMARY KEY,
  wrapped BLOB NOT NULL
) STRICT;

CREATE TABLE managed_object (
  object INTEGER PRIMARY KEY,
  vault INTEGER NOT NULL REFERENCES vault (number),
  unique_identifier TEXT NOT NULL UNIQUE,
  object_type INTEGER NOT NULL,
  state INTEGER,
  is_archived INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  next_transition_at INTEGER,
  material INTEGER REFERENCES material (number),
  attributes BLOB NOT NULL,
  terms TEXT NOT NULL
) STRICT;
CREATE INDEX managed_object_by_vault ON managed_object (vault);
CREATE INDEX managed_object_archived ON managed_object (object) WHERE is_archived = 1;
CREATE INDEX managed_object_due ON managed_object (vault, next_transition_at) WHERE next_transition_at IS NOT NULL;

CREATE TABLE term_name (
  number INTEGER PRIMARY KEY,
  vault INTEGER NOT NULL REFERENCES vault (number),
  name TEXT NOT NULL,
  UNIQUE (vault, name)
) STRICT;

CREATE TABLE term (
  name INTEGER NOT NULL,
  value ANY NOT NULL,
  object INTEGER NOT NULL,
  is_unique INTEGER NOT NULL,
  PRIMARY KEY (name, value, object)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX term_unique ON term (name, value) WHERE is_unique = 1;

CREATE TABLE event (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  time INTEGER NOT NULL,
  action TEXT NOT NULL,
  outcome TEXT NOT NULL,
  severity TEXT NOT NULL,
  initiator TEXT NOT NULL,
  json TEXT NOT NULL
) STRICT;
CREATE INDEX event_by_time ON event (time);
CREATE INDEX event_by_action ON event (action);
CREATE INDEX event_by_initiator ON event (initiator);
CREATE INDEX event_by_failure ON event (outcome) WHERE outcome <> 'success';

CREATE TABLE sink_cursor (
  sink TEXT PRIMARY KEY,
  seq INTEGER NOT NULL
) STRICT;
`;

/**
 * - Lists of certificates and of revocation lists are one value each (see byte-list.ts): they are read and written whole.
 * - A former certificate is kept for good, once: it is as small as what people add is rare.
 * - What was seen of a certificate and noted of its end stays when the certificate goes: it may be added again.
 */
const VERSION_2 = `
ALTER TABLE client_certificate ADD COLUMN issuers BLOB NOT NULL DEFAULT x'';

CREATE TABLE former_certificate (
  fingerprint TEXT PRIMARY KEY,
  client_name TEXT NOT NULL,
  removed_at INTEGER NOT NULL
) STRICT;

CREATE TABLE trusted_root (
  number INTEGER PRIMARY KEY,
  fingerprint TEXT NOT NULL,
  client INTEGER NOT NULL REFERENCES client (number) ON DELETE CASCADE,
  der BLOB NOT NULL,
  issuers BLOB NOT NULL,
  subject_pattern TEXT NOT NULL,
  crls BLOB NOT NULL,
  added_at INTEGER NOT NULL,
  UNIQUE (client, fingerprint)
) STRICT;

CREATE TABLE revoked_certificate (
  authority TEXT NOT NULL,
  serial_number TEXT NOT NULL,
  revoked_at INTEGER NOT NULL,
  not_after INTEGER NOT NULL,
  PRIMARY KEY (authority, serial_number)
) STRICT, WITHOUT ROWID;

CREATE TABLE administrator (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  key_id TEXT NOT NULL UNIQUE,
  public_key BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  key_set_at INTEGER NOT NULL
) STRICT;

CREATE TABLE used_nonce (
  key_id TEXT NOT NULL,
  nonce TEXT NOT NULL,
  until INTEGER NOT NULL,
  PRIMARY KEY (key_id, nonce)
) STRICT, WITHOUT ROWID;
CREATE INDEX used_nonce_by_end ON used_nonce (until);

CREATE TABLE noted_expiry (
  fingerprint TEXT PRIMARY KEY,
  days INTEGER NOT NULL
) STRICT;

CREATE TABLE last_seen (
  fingerprint TEXT PRIMARY KEY,
  handshake_at INTEGER,
  request_at INTEGER
) STRICT;

CREATE TABLE refused_certificate (
  fingerprint TEXT PRIMARY KEY,
  der BLOB NOT NULL,
  issuers BLOB NOT NULL,
  cause TEXT NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  count INTEGER NOT NULL
) STRICT;
CREATE INDEX refused_certificate_by_time ON refused_certificate (last_at DESC, fingerprint);
`;

/**
 * - `event` is the log of record (server/chain): `v`, `prev` and `hash` stand before the text, so that they are read without it.
 *   The text has RFC 8785 form: what was hashed is what is there.
 * - Each request pays for the indices of `event`, so there are few: listings are found by an index beside it that follows behind.
 * - A segment's row stays when its records go: the chain and the tree go on from it, and seq does not start again.
 */
const VERSION_3 = `
DROP INDEX event_by_time;
DROP INDEX event_by_action;
DROP INDEX event_by_initiator;
DROP INDEX event_by_failure;
ALTER TABLE event RENAME TO unchained_event;

CREATE TABLE event (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  time INTEGER NOT NULL,
  action TEXT NOT NULL,
  outcome TEXT NOT NULL,
  severity TEXT NOT NULL,
  initiator TEXT NOT NULL,
  target TEXT NOT NULL,
  vault TEXT NOT NULL,
  correlation_id TEXT NOT NULL,
  v INTEGER NOT NULL,
  prev BLOB NOT NULL,
  hash BLOB NOT NULL,
  json TEXT NOT NULL
) STRICT;

CREATE TABLE checkpoint (
  size INTEGER PRIMARY KEY,
  note TEXT NOT NULL,
  time INTEGER NOT NULL,
  subtrees BLOB NOT NULL
) STRICT;

CREATE TABLE segment (
  number INTEGER PRIMARY KEY,
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  first_prev BLOB NOT NULL,
  last_hash BLOB NOT NULL,
  subtrees BLOB NOT NULL,
  closed_at INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  exported_at INTEGER,
  removed_at INTEGER
) STRICT;
CREATE INDEX segment_removed ON segment (last_seq) WHERE removed_at IS NOT NULL;

CREATE TABLE remembered (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;
`;
