import Sqlite from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Test } from 'tap';
import type { AuditEvent } from '../../../server/audit/index.ts';
import { spawnServer, type ServerProcess } from '../server-process.ts';
import { mountSmall } from '../store/sqlite/workbench.ts';

export const MIB = 1024 * 1024;
const DISK = '48m';
export const MARKS = {
  warnBytes: 16 * MIB,
  refuseChangesBytes: 10 * MIB,
  refuseAllBytes: 2 * MIB,
  reserveBytes: 4 * MIB,
};

/** A server in a process of its own, whose data folder is on a disk of its own. */
export interface SmallDisk {
  readonly server: ServerProcess;
  /** The database of the server. */
  readonly database: string;
  /** Fills the disk until so many bytes are left. */
  leave(bytes: number): void;
  /** Another process takes whatever there is, to the last byte. */
  fillUp(): Promise<void>;
  /** Gives back what `leave` and `fillUp` have taken. */
  empty(): void;
  /** Steps of the storage marks in the log of record, by `what`, in order. */
  steps(): AuditEvent[];
  /** Resolves when the newest step is this one; throws when it does not come. */
  reached(what: string): Promise<void>;
}

/** Undefined, and said so, where no file system may be mounted. */
export async function onSmallDisk(t: Test): Promise<SmallDisk | undefined> {
  const disk = mountSmall(t, DISK);
  if (disk === undefined) {
    t.comment('left out: mounting a file system needs root');
    return undefined;
  }
  const data = join(disk, 'data');
  const args = Object.entries(MARKS).flatMap(([name, bytes]) => ['--set', `audit.storage.${name}=${bytes}`]);
  const server = await spawnServer(t, { data, args });
  const database = join(data, 'kmipd.db');
  const filler = join(disk, 'filler');
  const free = () => {
    const { bavail, bsize } = statfsSync(disk);
    return bavail * bsize;
  };
  const steps = () =>
    eventsIn(database).filter(({ requestData }) => /\/service\/storage/.test(String(requestData['requestURI'])));
  return {
    server,
    database,
    leave(bytes) {
      const taken = free() - bytes;
      if (taken > 0) writeFileSync(filler, Buffer.alloc(taken, 1), { flag: 'a' });
    },
    async fillUp() {
      const filling = spawn('dd', ['if=/dev/zero', `of=${join(disk, 'filled')}`, 'bs=64k'], { stdio: 'ignore' });
      await once(filling, 'close');
    },
    empty() {
      for (const name of ['filler', 'filled']) rmSync(join(disk, name), { force: true });
    },
    steps,
    async reached(what) {
      for (let attempt = 0; attempt < 300; attempt++) {
        if (steps().at(-1)?.responseData['action'] === what) return;
        await wait(100);
      }
      throw new Error(
        `no step '${what}', but ${steps()
          .map(({ responseData }) => String(responseData['action']))
          .join(', ')}`,
      );
    },
  };
}

export function eventsIn(path: string): AuditEvent[] {
  const database = new Sqlite(path, { readonly: true, fileMustExist: true });
  try {
    const texts = database.prepare<[], string>('SELECT json FROM event ORDER BY seq').pluck().all();
    return texts.map(json => JSON.parse(json) as AuditEvent);
  } finally {
    database.close();
  }
}
