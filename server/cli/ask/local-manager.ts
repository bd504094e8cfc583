import { CertificateManager, type Send } from '../../admin/index.ts';
import { useDataFolder } from '../../data-folder/index.ts';
import type { Settings } from '../../settings/index.ts';
import { programVersion } from '../program-version.ts';
import { loggerFor } from '../with-store.ts';
import type { World } from '../world.ts';

export interface LocalManager {
  readonly send: Send;
  readonly close: () => Promise<void>;
}

/** The certificate manager in this process, which holds the data folder until it is closed. Throws DataFolderError. */
export async function openLocalManager(
  world: World,
  settings: Settings,
  { recover = false }: { recover?: boolean } = {},
): Promise<LocalManager> {
  const { now, randomBytes } = world;
  const log = loggerFor(world, settings);
  const folder = await useDataFolder(settings.data, { settings, now, randomBytes, log, exclusive: true });
  const { store, service, certificates } = folder;
  const manager = new CertificateManager({
    ...{ store, service, certificates, settings, now, randomBytes, log, recover },
    rootKey: () => folder.rootKey(),
    version: programVersion(),
    // Who could open the folder is let in by the system as its owner; it is known who that is.
    owner: { id: world.user },
    effects: undefined,
  });
  return {
    send: ({ path, headers, body }) => manager.handle({ path, headers, body, isLocal: true }),
    close: () => folder.close(),
  };
}
