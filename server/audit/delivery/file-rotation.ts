import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** When a file is put away and a new one begun; never by what is not given. */
export interface RotationRules {
  /** Beyond how many bytes, and beyond which age of its first record. */
  readonly rotateBytes?: number;
  readonly rotateSeconds?: number;
  /** Files put away that are kept; all unless given. */
  readonly keep?: number;
}

/** Since when a file is written to, and how long it is, in bytes. */
export interface FileAge {
  readonly begunAt: Date;
  readonly size: number;
}

/** Whether a file with something in it has to be put away before more is written to it. */
export function isDue({ rotateBytes, rotateSeconds }: RotationRules, { begunAt, size }: FileAge, now: Date): boolean {
  if (size === 0) return false;
  const ageMs = now.getTime() - begunAt.getTime();
  return (
    (rotateBytes !== undefined && size >= rotateBytes) || (rotateSeconds !== undefined && ageMs >= rotateSeconds * 1000)
  );
}

/**
 * Puts the file away as `PATH.<seq>-<UTC time>`: its last record and when it was put away. By name they sort as the log does, whatever
 * the clock did. The new name is durable when this resolves. A name that is taken gets a number.
 */
export async function putAway(path: string, lastSeq: number, now: Date): Promise<void> {
  const time = now.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const name = `${path}.${String(lastSeq).padStart(12, '0')}-${time}`;
  let free = name;
  for (let i = 1; await exists(free); i++) free = `${name}.${i}`;
  await rename(path, free);
  await syncFolder(dirname(path));
}

/** Removes the oldest files put away beyond `keep`. What has another form of name is nobody's but its owner's. */
export async function removeOld(path: string, keep: number): Promise<void> {
  const folder = dirname(path);
  const begin = `${basename(path)}.`;
  const isPutAway = (name: string) =>
    name.startsWith(begin) && /^\d{12,}-\d{8}T\d{6}Z(\.\d+)?$/.test(name.slice(begin.length));
  const old = (await readdir(folder)).filter(isPutAway).sort().slice(0, -keep);
  for (const name of old) await rm(join(folder, name), { force: true });
  if (old.length > 0) await syncFolder(folder);
}

/** Makes names in a folder durable, not only the files' content. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
