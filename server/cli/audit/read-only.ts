import { join } from 'node:path';
import type { Settings } from '../../settings/index.ts';
import { openSqliteStore, type Store } from '../../store/index.ts';
import { isSystemError, readIfPresent } from '../../data-folder/index.ts';
import { CommandError } from '../exit-codes.ts';
import { loadSettings, type SettingsOptions } from '../options.ts';
import type { World } from '../world.ts';

/** What a command about the log works with. It needs no root key, and changes nothing. */
export interface ReadOnlyContext {
  readonly settings: Settings;
  /** Path of the data folder. */
  readonly folder: string;
  readonly store: Pick<Store, 'events' | 'log'>;
}

/** Opens the database of the data folder to read it, beside a server that may be running, and closes it again whatever happens. */
export async function withReadOnlyStore<T>(
  world: World,
  options: SettingsOptions,
  command: (context: ReadOnlyContext) => Promise<T>,
): Promise<T> {
  const { settings } = await loadSettings(world, options);
  const path = join(settings.data, 'kmipd.db');
  const store = openSqliteStore({ path, readOnly: true, now: world.now });
  try {
    return await command({ settings, folder: settings.data, store });
  } finally {
    await store.close();
  }
}

/** The verifier key line of a data folder. Throws CommandError when it has none yet. */
export async function verifierKeyIn(folder: string): Promise<string> {
  const path = join(folder, 'audit.pub');
  const content = await readIfPresent(path);
  if (content) return content.toString().trim();
  throw new CommandError('notFound', `${path} is not there; start the server once, or name a key with --key`);
}

/** Content of a file that a person named. Throws CommandError when it cannot be read. */
export async function readNamedFile(path: string): Promise<string> {
  try {
    const content = await readIfPresent(path);
    if (content) return content.toString();
  } catch (cause) {
    if (!isSystemError(cause, 'EACCES', 'EPERM', 'EISDIR', 'ENOTDIR')) throw cause;
    throw new CommandError('refused', `${path} cannot be read (${cause.code}); check what it is and who may read it`, {
      cause,
    });
  }
  throw new CommandError('notFound', `${path}: no such file; check its name`);
}
