import { link, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isSystemError, readIfPresent } from './durable-file.ts';
import { DataFolderError } from './error.ts';

/** Names who holds a data folder: `PID START BOOT`, and on a second line `command` where it is no server. */
export const LOCK_FILE = 'server.pid';

export interface LockOptions {
  /** A server holds the folder for as long as it runs, a command for a moment. */
  readonly as: 'server' | 'command';
  /** How long to wait for a command to end. */
  readonly waitMs?: number;
}

const WAIT_MS = 10_000;
const LOOK_MS = 25;

/**
 * Makes this process the only one that changes what is in a data folder beside its database; gives what ends that. Throws
 * DataFolderError `busy` while a server is running, and when a command does not end. The file of a process that was killed
 * is recognised: it is gone, or its number belongs to one that was started at another time.
 */
export async function lockDataFolder(
  path: string,
  { as, waitMs = WAIT_MS }: LockOptions,
): Promise<() => Promise<void>> {
  const lock = join(path, LOCK_FILE);
  const own = `${await processStamp(process.pid)}\n${as === 'command' ? 'command\n' : ''}`;
  const workplace = await mkdtemp(`${lock}.`);
  try {
    const offer = join(workplace, 'offer');
    await writeFile(offer, own, { mode: 0o600 });
    let waitedMs = 0;
    while (!(await linked(offer, lock))) {
      const content = await readIfPresent(lock);
      if (content === undefined) continue;
      const holder = parseHolder(content);
      if (!(await isAlive(holder))) {
        await removeStale(lock, content, join(workplace, 'stale'));
      } else if (holder.isCommand && waitedMs < waitMs) {
        await delay(LOOK_MS);
        waitedMs += LOOK_MS;
      } else {
        throw busy(path, holder);
      }
    }
  } finally {
    await rm(workplace, { recursive: true, force: true });
  }
  return async () => {
    // Only our own: somebody may have removed the file by hand and started another server.
    if ((await readIfPresent(lock))?.toString() === own) await rm(lock, { force: true });
  };
}

/** Process number of the server that runs on a data folder; undefined when there is none. */
export async function servingProcess(path: string): Promise<number | undefined> {
  const content = await readIfPresent(join(path, LOCK_FILE));
  if (content === undefined) return undefined;
  const holder = parseHolder(content);
  return !holder.isCommand && (await isAlive(holder)) ? holder.pid : undefined;
}

interface Holder {
  readonly pid: number;
  readonly stamp: string;
  readonly isCommand: boolean;
}

function parseHolder(content: Buffer): Holder {
  const [stamp = '', role = ''] = content.toString().split('\n');
  return { pid: Number.parseInt(stamp, 10), stamp, isCommand: role === 'command' };
}

const busy = (path: string, { pid, isCommand }: Holder) =>
  new DataFolderError(
    'busy',
    isCommand
      ? `${path} is in use by a command, process ${pid}; wait for it to end, or stop it`
      : `${path} is served by process ${pid} already; stop that one, or give this one another folder with --data`,
  );

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
async function removeStale(lock: string, stale: Buffer, aside: string): Promise<void> {
  try {
    await rename(lock, aside);
    if (!(await readFile(aside)).equals(stale)) await link(aside, lock).catch(() => {});
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

async function isAlive({ pid, stamp }: Holder): Promise<boolean> {
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
