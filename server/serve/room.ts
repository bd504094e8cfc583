import type { ServiceIdentity } from '../audit/index.ts';
import type { Logger } from '../log/index.ts';
import type { RandomBytes } from '../randomness.ts';
import { SettingsError, type Settings } from '../settings/index.ts';
import { startStorageMarks, storageProblem, type StorageMarks } from '../storage-marks/index.ts';
import type { Store } from '../store/index.ts';

export interface WatchedRoomOptions {
  readonly settings: Settings;
  readonly store: Store;
  readonly service: ServiceIdentity;
  readonly now: () => Date;
  readonly newId: () => string;
  readonly randomBytes: RandomBytes;
  readonly log: Logger;
  readonly dataFolder?: string;
}

/** Watches the room that is left for the data folder; undefined without one. Throws SettingsError for marks that contradict each other. */
export async function watchedRoom(options: WatchedRoomOptions): Promise<StorageMarks | undefined> {
  const { dataFolder, settings } = options;
  if (dataFolder === undefined) return undefined;
  const { storage } = settings.audit;
  const problem = storageProblem(storage);
  if (problem !== undefined) throw new SettingsError(problem);
  return startStorageMarks({ ...options, folder: dataFolder, settings: storage });
}
