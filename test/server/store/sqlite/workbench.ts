import Database from 'better-sqlite3';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { SqliteStore, type SqliteStoreOptions } from '../../../../server/store/sqlite/sqlite-store.ts';

/** A store in a new folder, closed at the end of the test. */
export function openStore(t: Test, options: Partial<SqliteStoreOptions> = {}): SqliteStore {
  const store = new SqliteStore({ path: options.path ?? join(t.testdir(), 'kmipd.db'), ...options });
  t.teardown(() => store.close());
  return store;
}

/** A connection of somebody else to the same file, as another process has it. */
export function openRaw(t: Test, path: string): Database.Database {
  const database = new Database(path, { timeout: 0 });
  t.teardown(() => database.close());
  return database;
}

/**
 * The bytes of a file, read by another process: closing a file in this one would drop SQLite's locks on it.
 * Empty if there is none.
 */
export function bytesOf(path: string): Buffer {
  return statSync(path, { throwIfNoEntry: false })
    ? execFileSync('cat', [path], { maxBuffer: 1 << 30, stdio: ['ignore', 'pipe', 'inherit'] })
    : Buffer.alloc(0);
}

/** Names of the files in the folder that hold any of these bytes. */
export const filesHolding = (folder: string, ...wanted: Buffer[]) =>
  readdirSync(folder).filter(name => {
    const bytes = bytesOf(join(folder, name));
    return wanted.some(each => bytes.includes(each));
  });

/** Transactions in the write-ahead log: frames that end one (their header's second word is not 0). Each was one durable write. */
export function transactionsInLog(path: string): number {
  const log = bytesOf(`${path}-wal`);
  if (log.length === 0) return 0;
  const frameBytes = 24 + log.readUInt32BE(8);
  const salts = log.subarray(16, 24);
  let count = 0;
  for (let at = 32; at + frameBytes <= log.length; at += frameBytes) {
    // Frames of an earlier round of the log have other salts.
    if (log.subarray(at + 8, at + 16).equals(salts) && log.readUInt32BE(at + 4) !== 0) count++;
  }
  return count;
}

/** A folder with a file system of that size in memory, until the end of the test; undefined where that is not allowed. */
export function mountSmall(t: Test, size: string): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'kmipd-test-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'kmipd-test', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  t.teardown(() => execFileSync('umount', ['-l', folder]));
  return folder;
}
