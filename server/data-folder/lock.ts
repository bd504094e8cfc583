import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError, readIfPresent } from './durable-file.ts';
import { DataFolderError } from './error.ts';

/** Names the server that serves a data folder: `PID START BOOT`. */
export const LOCK_FILE = 'server.pid';

/**
 * Makes this process the only server of a data folder; gives what ends that. Throws DataFolderError `busy` while
 * another one is running. The file of a server that was killed is recognised: its process is gone, or its number
 * belongs to a process that was started at another time.
 */
export async function lockDataFolder(path: string): Promise<() => Promise<void>> {
  const lock = join(path, LOCK_FILE);
  const own = `${await processStamp(process.pid)}\n`;
  const offer = `${lock}.${process.pid}`;
  await writeFile(offer, own);
  try {
    while (!(await linked(offer, lock))) {
      const holder = await readIfPresent(lock);
      if (holder === undefined) continue;
      const pid = Number.parseInt(holder.toString(), 10);
      if (await isAlive(pid, holder.toString().trim())) {
        throw new DataFolderError(
          'busy',
          `${path} is served by process ${pid} already; stop that one, or give this one another folder with --data`,
        );
      }
      await removeStale(lock, holder);
    }
  } finally {
    await rm(offer, { force: true });
  }
  return async () => {
    // Only our own: somebody may have removed the file by hand and started another server.
    if ((await readIfPresent(lock))?.toString() === own) await rm(lock, { force: true });
  };
}

/** A hard link appears with its whole content, and only if nothing has that name. */
async function linked(offer: string, lock: string): Promise<boolean> {
  try {
    await link(offer, lock);
    return true;
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Takes the file out of the way; if another start was quicker and the file is its own by now, puts that back. */
async function removeStale(lock: string, stale: Buffer): Promise<void> {
  const aside = `${lock}.${process.pid}.stale`;
  try {
    await rename(lock, aside);
    if (!(await readFile(aside)).equals(stale)) await link(aside, lock).catch(() => {});
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

async function isAlive(pid: number, stamp: string): Promise<boolean> {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!isSystemError(error, 'EPERM')) return false; // EPERM: it is there, and somebody else's
  }
  return (await processStamp(pid)) === stamp;
}

/**
 * `PID START BOOT`: when the process was started, in clock ticks since the machine was, and which start of the machine
 * that was. Where there is no /proc only the number is known.
 */
async function processStamp(pid: number): Promise<string> {
  const stat = (await readIfPresent(`/proc/${pid}/stat`))?.toString();
  // The second field, the name, is in parentheses and may hold anything; start time is the 22nd.
  const start = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  const boot = (await readIfPresent('/proc/sys/kernel/random/boot_id'))?.toString().trim();
  return [pid, start, boot].filter(part => part !== undefined).join(' ');
}
