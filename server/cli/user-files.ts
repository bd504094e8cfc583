import { open, readFile } from 'node:fs/promises';
import { CertificateError, INPUT_BYTES_MAX } from '../../certs/index.ts';
import type { FileContent } from '../admin/index.ts';
import { isSystemError } from '../data-folder/index.ts';
import { CommandError } from './exit-codes.ts';
import type { World } from './world.ts';

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

/**
 * The file as it goes into a request. `read` makes sure that it holds what was meant, for only here its name is known to say
 * where it is wrong. Throws CommandError.
 */
export async function readChecked(path: string, read: (content: Uint8Array) => unknown): Promise<FileContent> {
  const content = await readInput(path);
  await named(path, () => read(content));
  return Buffer.from(content).toString('base64');
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

/** Runs `read`; what it says about certificates begins with the file's name. */
async function named(path: string, read: () => unknown): Promise<void> {
  try {
    await read();
  } catch (cause) {
    if (!(cause instanceof CertificateError)) throw cause;
    throw new CommandError('refused', `${path}: ${cause.message}; name another file`, { cause });
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
