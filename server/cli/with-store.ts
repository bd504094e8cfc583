import type { ServiceIdentity } from '../audit/index.ts';
import { type DataFolder, useDataFolder } from '../data-folder/index.ts';
import { createLogger, type Logger } from '../log/index.ts';
import { uuid } from '../randomness.ts';
import type { Settings } from '../settings/index.ts';
import type { Store } from '../store/index.ts';
import { loadSettings, type SettingsOptions } from './options.ts';
import type { World } from './world.ts';

/** What a command works with: the world, its settings and the data folder, beside which a server may be running. */
export interface CommandContext {
  readonly world: World;
  readonly settings: Settings;
  readonly folder: DataFolder;
  readonly store: Store;
  readonly service: ServiceIdentity;
  readonly uuid: () => string;
}

/** Opens the data folder, runs the command, closes it again whatever happens. */
export async function withStore<T>(
  world: World,
  options: SettingsOptions,
  command: (context: CommandContext) => Promise<T>,
): Promise<T> {
  const { settings } = await loadSettings(world, options);
  const { now, randomBytes } = world;
  const folder = await useDataFolder(settings.data, { settings, now, randomBytes, log: loggerFor(world, settings) });
  try {
    const { store, service } = folder;
    return await command({ world, settings, folder, store, service, uuid: () => uuid(randomBytes) });
  } finally {
    await folder.close();
  }
}

/** The server's own log, on standard error. */
export function loggerFor(world: World, { log }: Settings): Logger {
  return createLogger({ level: log.level, format: log.format, write: line => world.stderr.write(line) });
}
