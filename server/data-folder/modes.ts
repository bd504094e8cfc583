import { chmod, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../log/index.ts';
import { isSystemError } from './durable-file.ts';

const OTHERS = 0o077;

/** The database, what SQLite keeps beside it and copies before a migration; wrapped keys, also on their way. */
const isPrivate = (name: string): boolean => name.startsWith('kmipd.db') || name.includes('.key.wrapped');

/**
 * Closes the folder and what is private in it to everybody but its owner, say after a backup was put back with other modes.
 * Not root.key: one that others may have read is refused, not hidden.
 */
export async function makePrivate(path: string, log: Logger): Promise<void> {
  await close(path, 0o700, log);
  for (const name of await readdir(path)) if (isPrivate(name)) await close(join(path, name), 0o600, log);
}

async function close(path: string, mode: number, log: Logger): Promise<void> {
  try {
    const found = (await stat(path)).mode & 0o777;
    if ((found & OTHERS) === 0) return;
    await chmod(path, mode);
    log.warn('was open to others, is its owner’s only now', { path, mode: octal(found) });
  } catch (error) {
    // A command beside us may have closed the database, which takes its journal away.
    if (!isSystemError(error, 'ENOENT')) throw error;
  }
}

const octal = (mode: number) => mode.toString(8).padStart(4, '0');
