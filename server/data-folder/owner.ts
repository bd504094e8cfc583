import { stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { readIfPresent } from './durable-file.ts';

/** Name of the operating system's user who owns a data folder; `uid-N` for one without a name. */
export async function dataFolderOwner(path: string): Promise<string> {
  const { uid } = await stat(path);
  // Where users have no numbers, the folder is of who runs this.
  if (process.getuid === undefined || uid === process.getuid()) return ownName() ?? `uid-${uid}`;
  return nameIn((await readIfPresent('/etc/passwd'))?.toString() ?? '', uid) ?? `uid-${uid}`;
}

/** The user's name in the text of a passwd file: `name:password:uid:…`, a line each. */
export function nameIn(passwd: string, uid: number): string | undefined {
  const users = passwd.split('\n').map(line => line.split(':'));
  return users.find(([name, , number]) => name !== '' && number === String(uid))?.[0];
}

function ownName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined; // a user without an entry, as in many containers
  }
}
