import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Sink } from './sink.ts';

const NEWLINE = 0x0a;

/**
 * Appends events to a file (mode 0600 when it makes it), each as one line of JSON, and has them on the disk before they count
 * as delivered. A file that was renamed or removed is left to whoever did that, and a new one begun. A last line torn by a
 * crash is ended with a newline; its event comes again whole.
 */
export function fileSink(path: string): Sink {
  let handle: FileHandle | undefined;

  async function current(): Promise<FileHandle> {
    if (handle && !(await isAt(path, handle))) await forget();
    return (handle ??= await openForLines(path));
  }
  async function forget(): Promise<void> {
    const old = handle;
    handle = undefined;
    await old?.close();
  }

  return {
    name: `file:${path}`,
    async deliver(events) {
      const file = await current();
      try {
        await file.appendFile(events.map(({ json }) => `${json}\n`).join(''));
        await file.datasync();
      } catch (error) {
        // Part of a line may be written: opening it anew looks at how the file ends.
        await forget().catch(() => {});
        throw error;
      }
    },
    close: forget,
  };
}

/** True if the open file is still the one of this path. */
async function isAt(path: string, handle: FileHandle): Promise<boolean> {
  const [open, named] = await Promise.all([handle.stat(), stat(path).catch(ignoreMissing)]);
  return named !== undefined && named.ino === open.ino && named.dev === open.dev;
}

async function openForLines(path: string): Promise<FileHandle> {
  const isNew = (await stat(path).catch(ignoreMissing)) === undefined;
  const handle = await open(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT, 0o600);
  try {
    const { size } = await handle.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await handle.read(last, 0, 1, size - 1);
    if (size > 0 && last[0] !== NEWLINE) await handle.appendFile('\n');
    if (isNew) await syncFolder(dirname(path));
    return handle;
  } catch (error) {
    await handle.close().catch(() => {});
    throw error;
  }
}

/** Makes the file's name durable, not only its content. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}
