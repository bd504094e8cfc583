import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CertificateError, INPUT_BYTES_MAX } from '../../certs/index.ts';
import { isSystemError, readIfPresent, writeDurably } from '../data-folder/index.ts';
import { CommandError } from './exit-codes.ts';
import type { World } from './world.ts';

/** A file that a command writes for the person who typed it. */
export interface OutputFile {
  readonly path: string;
  readonly content: string;
  readonly mode: number;
  /** The same for every client, so that finding it there with this content is as good as writing it. */
  readonly isShared?: boolean;
}

/** Content of a file that a person named. Throws CommandError when it is not there or far too long. */
export async function readInput(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      // No certificate is that long; a disk image named by mistake is not read into memory.
      if (size > INPUT_BYTES_MAX)
        throw new CommandError('refused', `${path} has ${size} bytes; name a certificate or request`);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** First line of the file, or of standard input for `-`. */
export async function readPassword(world: World, path: string): Promise<string> {
  let text: string;
  try {
    text = path === '-' ? await world.readStdin() : await readFile(path, 'utf8');
  } catch (error) {
    throw unreadable(path, error);
  }
  const [password = ''] = text.split(/\r?\n/);
  if (password === '') throw new CommandError('usage', `${path} has no password on its first line; write one there`);
  return password;
}

/** Writes all of them or none; gives the paths of those that were not there before. Throws CommandError for one that is there already, unless `force`. */
export async function writeOutputs(files: readonly OutputFile[], { force }: { force: boolean }): Promise<string[]> {
  const missing: OutputFile[] = [];
  for (const file of files) {
    const present = await readIfPresent(file.path);
    if (present === undefined || force) missing.push(file);
    else if (!file.isShared || present.toString() !== file.content) {
      throw new CommandError('refused', `${file.path} exists already; name another folder with --out, or add --force`, {
        recorded: 'a file to be written exists already',
      });
    }
  }
  const written: string[] = [];
  try {
    for (const { path, content, mode } of missing) {
      await mkdir(dirname(path), { recursive: true });
      await writeDurably(path, content, { mode });
      written.push(path);
    }
  } catch (error) {
    await removeFiles(written);
    throw error;
  }
  return written;
}

export async function removeFiles(paths: readonly string[]): Promise<void> {
  for (const path of paths) await rm(path, { force: true });
}

/** Runs `read`; what it says about certificates begins with the file's name. */
export function named<T>(path: string, read: () => T): T {
  const explain = (error: unknown) =>
    error instanceof CertificateError
      ? new CommandError('refused', `${path}: ${error.message}; name another file`, {
          cause: error,
          recorded: error.message,
        })
      : error;
  try {
    const result = read();
    if (!(result instanceof Promise)) return result;
    return result.catch((error: unknown) => {
      throw explain(error);
    }) as T;
  } catch (error) {
    throw explain(error);
  }
}

function unreadable(path: string, error: unknown): unknown {
  if (isSystemError(error, 'ENOENT')) {
    return new CommandError('notFound', `${path}: no such file; check its name`, { cause: error });
  }
  if (isSystemError(error, 'EISDIR', 'EACCES', 'EPERM')) {
    return new CommandError('refused', `${path} cannot be read (${error.code}); check what it is and who may read it`, {
      cause: error,
    });
  }
  return error;
}
