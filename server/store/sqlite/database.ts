import Sqlite from 'better-sqlite3';
import type { Database } from 'better-sqlite3';
import { chmodSync, closeSync, existsSync, fsyncSync, openSync, statSync, unlinkSync } from 'node:fs';
import { StoreUnavailable, StoreUnusable } from '../store.ts';
import { translatedAtOpen } from './errors.ts';
import { APPLICATION_ID, migrations, type Migration } from './schema.ts';

export interface DatabaseOptions {
  readonly path: string;
  /** Names the copy that is made before a migration. */
  readonly now?: () => Date;
  readonly log: (message: string) => void;
  /** Milliseconds to wait, blocking, for another process that is opening or migrating the file too. */
  readonly busyMs: number;
  /** True when opening again: a file that is gone, say with its file system, is not made anew. */
  readonly mustExist?: boolean;
  /** Nothing is made, migrated or written; a database of an earlier schema is StoreUnusable. */
  readonly readOnly?: boolean | undefined;
  readonly steps?: readonly Migration[];
}

/** Pages of 4 KiB after which a commit moves the write-ahead log into the database: 8 MiB. */
const CHECKPOINT_PAGES = 2000;
/** A write-ahead log that grew longer, say behind a long reader, is cut to this when it starts over. */
const JOURNAL_BYTES_MAX = 16 * 1024 * 1024;
const CACHE_KIB = 32 * 1024;

/**
 * Opens the database, makes it if there is none (mode 0600), and brings its schema to this program's version.
 * Throws StoreUnusable for a newer schema, another program's file or a damaged one, and StoreUnavailable when it cannot be reached now.
 */
export function openDatabase(options: DatabaseOptions): Database {
  const { path, busyMs, mustExist = false, readOnly = false } = options;
  let database: Database | undefined;
  try {
    if (readOnly) {
      database = new Sqlite(path, { timeout: busyMs, fileMustExist: true, readonly: true });
      checkVersion(database, options);
      database.pragma('trusted_schema = OFF');
      database.pragma('busy_timeout = 0');
      return database;
    }
    if (!mustExist) keepPrivate(path);
    database = new Sqlite(path, { timeout: busyMs, fileMustExist: true });
    bringToVersion(database, options);
    setUp(database);
    return database;
  } catch (error) {
    database?.close();
    throw translatedAtOpen(error, path);
  }
}

/** SQLite gives its journals the mode of the database, so this covers them too. */
function keepPrivate(path: string): void {
  try {
    // Never opened when it exists: closing any descriptor of a file drops this process's locks on it.
    if (!existsSync(path)) closeSync(openSync(path, 'wx', 0o600));
    else if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    throw new StoreUnavailable(`database ${path} cannot be created or made private: ${message}`, {
      cause,
      isFull: code === 'ENOSPC',
    });
  }
}

function checkVersion(database: Database, { path, steps = migrations }: DatabaseOptions): void {
  const found = versionOf(database, path);
  if (found > steps.length) throw tooNew(path, found, steps.length);
  if (found === steps.length) return;
  throw new StoreUnusable(
    `${path} has schema version ${found}, this kmipd reads version ${steps.length}: start the server once`,
  );
}

function bringToVersion(database: Database, { path, now, log, steps = migrations }: DatabaseOptions): void {
  const found = versionOf(database, path);
  if (found > steps.length) throw tooNew(path, found, steps.length);
  if (found === steps.length) return;
  // An empty file takes its schema before there is anything to lose.
  if (found > 0)
    log(`database ${path}: schema version ${found}, copied to ${copyBeside(database, path, found, now?.())}`);
  database.pragma('foreign_keys = OFF');
  database
    .transaction(() => {
      // Asked again under the lock: another process may have been faster.
      const version = versionOf(database, path);
      for (const step of steps.slice(version)) step(database);
      if (database.prepare('PRAGMA foreign_key_check').get())
        throw new StoreUnusable(`${path}: rows without their parents`);
      database.pragma(`application_id = ${APPLICATION_ID}`);
      if (version < steps.length) database.pragma(`user_version = ${steps.length}`);
    })
    .immediate();
  if (found > 0) log(`database ${path}: migrated from schema version ${found} to ${steps.length}`);
}

/** Schema version of the file; 0 for an empty one. Throws StoreUnusable when it is another program's. */
function versionOf(database: Database, path: string): number {
  const applicationId = database.pragma('application_id', { simple: true }) as number;
  const isEmpty = database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() === 0;
  if (applicationId !== APPLICATION_ID && !isEmpty) {
    const hex = (value: number) => `0x${(value >>> 0).toString(16).padStart(8, '0')}`;
    throw new StoreUnusable(
      `${path} is not a database of kmipd: application_id is ${hex(applicationId)}, must be ${hex(APPLICATION_ID)}`,
    );
  }
  return database.pragma('user_version', { simple: true }) as number;
}

const tooNew = (path: string, found: number, known: number) =>
  new StoreUnusable(
    `${path} has schema version ${found}, this kmipd knows up to version ${known}: use the newer kmipd, or restore a backup`,
  );

/**
 * A whole copy, durable before anything is changed. It holds the wrapped keys of its time, also of objects destroyed later:
 * whoever has seen the migration succeed deletes it.
 */
function copyBeside(database: Database, path: string, version: number, now: Date | undefined): string {
  const time = now ? `.${now.toISOString().replaceAll(':', '-')}` : '';
  let copy = `${path}.version-${version}${time}`;
  // An earlier attempt may have left one; which of them is good is not for us to say.
  for (let count = 2; existsSync(copy); count++) copy = `${path}.version-${version}${time}.${count}`;
  const file = openSync(copy, 'wx', 0o600);
  try {
    database.prepare('VACUUM INTO ?').run(copy);
    fsyncSync(file);
  } catch (error) {
    unlinkSync(copy);
    throw error;
  } finally {
    closeSync(file);
  }
  return copy;
}

function setUp(database: Database): void {
  const mode = database.pragma('journal_mode = WAL', { simple: true });
  if (mode !== 'wal') throw new StoreUnavailable(`${database.name}: journal mode is ${String(mode)}, must be wal`);
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  database.pragma('secure_delete = ON');
  database.pragma('temp_store = MEMORY');
  database.pragma('trusted_schema = OFF');
  database.pragma(`cache_size = ${-CACHE_KIB}`);
  database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  database.pragma(`journal_size_limit = ${JOURNAL_BYTES_MAX}`);
  // From here on SQLite never waits: a lock is tried again from the event loop, which meanwhile serves others.
  database.pragma('busy_timeout = 0');
}
