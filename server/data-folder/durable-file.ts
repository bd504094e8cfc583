import { constants } from 'node:fs';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Called after each point at which a crash would leave another picture on the disk; tests stop there. */
export type AfterStep = (step: string) => void;

/**
 * Writes a file so that after a crash it is there whole or not at all. `mode` as in chmod. An earlier file of this name
 * is replaced.
 */
export async function writeDurably(
  path: string,
  content: string | Uint8Array,
  { mode, afterStep }: { mode: number; afterStep?: AfterStep | undefined },
): Promise<void> {
  await replaceDurably(
    path,
    async temporary => {
      const file = await open(temporary, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, mode);
      try {
        await file.writeFile(content);
        await file.chmod(mode); // the umask may have taken something away
        await file.sync();
      } finally {
        await file.close();
      }
    },
    afterStep,
  );
}

/** Lets `write` make a file under a temporary name, durable when it returns, then gives it its own name. */
export async function replaceDurably(
  path: string,
  write: (temporary: string) => void | Promise<void>,
  afterStep: AfterStep = () => {},
): Promise<void> {
  const temporary = temporaryName(path);
  await rm(temporary, { force: true });
  await write(temporary);
  afterStep(`${basename(path)} written under a temporary name`);
  await rename(temporary, path);
  await syncFolder(dirname(path));
  afterStep(`${basename(path)} in place`);
}

/** The name under which a file is written before it is whole. One folder has one writer at a time. */
export const temporaryName = (path: string): string => join(dirname(path), `.${basename(path)}.tmp`);

/** Makes names in a folder durable. Where a folder cannot be synced, the file system does it by itself or never. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } catch (error) {
    if (!isSystemError(error, 'EISDIR', 'EINVAL', 'EPERM')) throw error;
  } finally {
    await folder.close();
  }
}

/** The file's content, or undefined when there is no file of this name. */
export async function readIfPresent(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'ESRCH')) return undefined;
    throw error;
  }
}

export function isSystemError(error: unknown, ...codes: string[]): error is NodeJS.ErrnoException {
  return error instanceof Error && codes.includes((error as NodeJS.ErrnoException).code ?? '');
}
