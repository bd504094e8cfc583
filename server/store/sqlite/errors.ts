import Sqlite from 'better-sqlite3';
import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { StoreUnavailable, StoreUnusable } from '../store.ts';

/** Another connection holds a lock that we need: worth trying again soon. */
export const isBusy = (error: unknown) => hasCode(error, 'SQLITE_BUSY', 'SQLITE_LOCKED', 'SQLITE_PROTOCOL');

/** A row that may not be: a taken name, fingerprint or Unique Identifier, a client or vault that is gone. */
export const isConstraint = (error: unknown) => hasCode(error, 'SQLITE_CONSTRAINT');

/** The disk, not one statement, is the cause: whatever runs in the transaction fails with it. */
export const isEnvironment = (error: unknown) =>
  error instanceof StoreUnavailable || isBusy(error) || hasCode(error, ...ENVIRONMENT);

/** After these the connection may hold on to what is gone: a new one is opened. A full disk does not harm it. */
export const spoilsConnection = (error: unknown) => hasCode(error, ...SPOILING);

const SPOILING = ['SQLITE_IOERR', 'SQLITE_READONLY', 'SQLITE_CANTOPEN', 'SQLITE_NOTADB', 'SQLITE_CORRUPT'];
const ENVIRONMENT = [...SPOILING, 'SQLITE_FULL', 'SQLITE_NOMEM', 'SQLITE_PERM', 'SQLITE_AUTH', 'SQLITE_NOLFS'];

/** The error that callers see: StoreUnavailable for whatever comes from the environment, others as they are. */
export function translated(error: unknown, path: string): unknown {
  if (!(error instanceof Sqlite.SqliteError) || !isEnvironment(error)) return error;
  const isFull = hasCode(error, 'SQLITE_FULL') || (hasCode(error, 'SQLITE_IOERR') && hasNoRoom(path));
  const why = isFull ? 'no room' : isBusy(error) ? 'another process holds its lock' : error.message;
  return new StoreUnavailable(`database ${path} is not available: ${why} (${error.code})`, { cause: error, isFull });
}

/** The same for opening at start, where damage is told from a file that is only out of reach. */
export function translatedAtOpen(error: unknown, path: string): unknown {
  if (hasCode(error, 'SQLITE_NOTADB', 'SQLITE_CORRUPT')) {
    return new StoreUnusable(`${path} is not a database of kmipd or is damaged (${(error as Error).message})`, {
      cause: error,
    });
  }
  return translated(error, path);
}

/** Also true for the extended codes of a code: SQLITE_IOERR covers SQLITE_IOERR_WRITE. */
function hasCode(error: unknown, ...codes: string[]): boolean {
  if (!(error instanceof Sqlite.SqliteError)) return false;
  return codes.some(code => error.code === code || error.code.startsWith(`${code}_`));
}

/** SQLite does not tell which system error an input/output error was; a disk without a free block says enough. */
function hasNoRoom(path: string): boolean {
  try {
    return statfsSync(dirname(path)).bavail === 0;
  } catch {
    return false;
  }
}
