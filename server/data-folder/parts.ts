import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError } from './durable-file.ts';
import { DataFolderError } from './error.ts';
import { LOCK_FILE } from './lock.ts';

const TRUNK = ['instance-id', 'root.key', 'kmipd.db', 'authority.key.wrapped', 'authority.crt'] as const;
const SERVER = ['server.key.wrapped', 'server.crt'] as const;
/** Folders of earlier versions do not have them. */
const AUDIT = ['audit.key.wrapped', 'audit.pub'] as const;

/** What a data folder holds, in the order in which it is made. */
export const PARTS = [...TRUNK, ...SERVER, ...AUDIT] as const;
export type Part = (typeof PARTS)[number];

/** Whoever is there vouches for all before it in its line. */
const LINES: readonly (readonly Part[])[] = [
  [...TRUNK, ...SERVER],
  [...TRUNK, ...AUDIT],
];

/** The private key that waits for the certificate to a request. */
export const PENDING_KEY = 'server-request.key.wrapped';

/** Ends the name of a private key whose certificate is just taking the place of another. */
export const NEXT = '.next';

const ADMIN_SOCKET = 'admin.sock';

/** Where the running server of a data folder listens for administrators of this machine. */
export const adminSocket = (path: string): string => join(path, ADMIN_SOCKET);

/** Settings of this data folder, if its owner has written some. */
export const SETTINGS_FILE = 'kmipd.yaml';

const CHECKPOINT = 'audit.checkpoint';

/** Where the newest checkpoint of the log is kept, apart from the database. */
export const checkpointFile = (path: string): string => join(path, CHECKPOINT);

/** What may be in a folder before us. */
const NOT_IN_THE_WAY = [SETTINGS_FILE, PENDING_KEY, ADMIN_SOCKET, 'audit-reserve', 'lost+found'];

/** What to do about a part that is lost. */
const REMEDIES: Record<Part, string> = {
  'instance-id': 'restore it from a backup, or write the instanceID that earlier events name into it',
  'root.key':
    'restore it from a backup: a new root key could not open the keys in the database, so none is made in its place',
  'kmipd.db':
    'restore it from a backup, or see whether its disk is mounted; to start anew, without any of the old keys, name an empty folder with --data',
  'authority.key.wrapped': 'restore it from a backup',
  'authority.crt': 'restore it from a backup',
  'server.key.wrapped':
    'restore it from a backup, or remove server.crt to have a new server certificate made, which clients must then trust anew',
  'server.crt': '',
  'audit.key.wrapped':
    'restore it from a backup, or remove audit.pub to have a new checkpoint key made, which whoever verifies the log must then trust as well',
  'audit.pub': '',
};

/**
 * Which parts are there. `undefined` for a folder that does not exist or is empty. Throws DataFolderError for a folder
 * that holds other things, and for one that has lost a part: what is made later is there, what was made before is not.
 */
export async function partsIn(path: string): Promise<ReadonlySet<Part> | undefined> {
  const names = await namesIn(path);
  const found = new Set(PARTS.filter(part => names.includes(part)));
  if (found.size === 0) {
    const other = names.find(name => !NOT_IN_THE_WAY.includes(name) && !isTemporary(name));
    if (other === undefined) return undefined;
    throw new DataFolderError(
      'refused',
      `${path} is not empty and no data folder of kmipd (it holds ${other}); name an empty or new folder with --data`,
    );
  }
  for (const line of LINES) refuseGaps(path, line, found);
  return found;
}

function refuseGaps(path: string, line: readonly Part[], found: ReadonlySet<Part>): void {
  const last = line.findLastIndex(part => found.has(part));
  for (const part of line.slice(0, last)) {
    if (found.has(part)) continue;
    throw new DataFolderError('refused', `${join(path, part)} is missing beside ${line[last]}; ${REMEDIES[part]}`);
  }
}

async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return [];
    if (isSystemError(error, 'ENOTDIR')) {
      throw new DataFolderError('refused', `${path} is no folder; name one with --data`, { cause: error });
    }
    throw error;
  }
}

/** What somebody who was interrupted can leave: a lock, files under a temporary name, a key that never came to be. */
function isTemporary(name: string): boolean {
  return name.startsWith(LOCK_FILE) || (name.startsWith('.') && name.endsWith('.tmp')) || name.endsWith(NEXT);
}
