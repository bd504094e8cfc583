import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isDue, putAway, removeOld, type RotationRules, syncFolder } from './file-rotation.ts';
import type { DeliveredEvent, Sink } from './sink.ts';

export interface FileSinkOptions extends RotationRules {
  readonly name?: string;
  /** An event as one line; its JSON unless given. */
  readonly format?: (event: DeliveredEvent) => string;
  /** By which files grow old; without it they do not. */
  readonly now?: () => Date;
}

const NEWLINE = 0x0a;

/** The file that is open. `begunAt`: when its first line was written, as well as that is known. */
interface OpenFile {
  readonly handle: FileHandle;
  readonly begunAt: Date;
}

/**
 * Appends events to a file (mode 0600 when it makes it), each as one line, and has them on the disk before they count as delivered.
 * By the rules a file that is due is put away before the next events, so each record stands whole in one file. A file that somebody
 * else renamed or removed is left to whoever did that, and a new one begun. A last line torn by a crash is ended with a newline; its
 * event comes again whole.
 */
export function fileSink(path: string, options: FileSinkOptions = {}): Sink {
  const { name = `file:${path}`, format = ({ json }) => json, now = () => new Date(0), keep } = options;
  let file: OpenFile | undefined;

  async function fileFor(seq: number): Promise<FileHandle> {
    if (file && !(await isAt(path, file.handle))) await forget();
    file ??= await openForLines(path, now());
    const { begunAt, handle } = file;
    const { size } = await handle.stat();
    if (!isDue(options, { begunAt, size }, now())) return handle;
    await forget();
    await putAway(path, seq - 1, now());
    file = await openForLines(path, now());
    if (keep !== undefined) await removeOld(path, keep);
    return file.handle;
  }
  async function forget(): Promise<void> {
    const old = file;
    file = undefined;
    await old?.handle.close();
  }

  return {
    name,
    async deliver(events) {
      const handle = await fileFor(events[0]?.seq ?? 0);
      try {
        await handle.appendFile(events.map(event => `${format(event)}\n`).join(''));
        await handle.datasync();
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

async function openForLines(path: string, now: Date): Promise<OpenFile> {
  const isNew = (await stat(path).catch(ignoreMissing)) === undefined;
  const handle = await open(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT, 0o600);
  try {
    const { size, birthtimeMs, mtimeMs } = await handle.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await handle.read(last, 0, 1, size - 1);
    if (size > 0 && last[0] !== NEWLINE) await handle.appendFile('\n');
    if (isNew) await syncFolder(dirname(path));
    // Where a file system does not know when a file was made, it says 0, or when it was last touched.
    const madeAt = birthtimeMs > 0 ? Math.min(birthtimeMs, mtimeMs) : mtimeMs;
    return { handle, begunAt: size === 0 ? now : new Date(madeAt) };
  } catch (error) {
    await handle.close().catch(() => {});
    throw error;
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}
