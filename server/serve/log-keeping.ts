import type { AuditKey } from '../data-folder/index.ts';
import { type LogKeeper, type LogKeeperOptions, startLogKeeper } from '../log-keeper/index.ts';
import { shownSettings } from '../settings/index.ts';
import { SCHEMA_VERSION } from '../store/index.ts';

/** What the log of record is kept with. */
export interface LogKeeping {
  /** Signs its checkpoints. */
  readonly key: AuditKey;
  /** Where the newest checkpoint is kept, apart from the database. */
  readonly checkpointFile: string;
  /** Of this program. */
  readonly version: string;
  /** Milliseconds of a clock that only goes forward; that of the process unless given. */
  readonly ticks?: () => number;
}

/** Records the start and keeps the log until it is stopped; nobody keeps it without `keeping`. */
export async function startLogKeeping(
  keeping: LogKeeping | undefined,
  options: Omit<LogKeeperOptions, keyof LogKeeping | 'shownSettings' | 'schemaVersion'>,
): Promise<LogKeeper | undefined> {
  if (!keeping) return undefined;
  const { ticks = () => performance.now() } = keeping;
  const { settings } = options;
  return startLogKeeper({
    ...{ ...options, ...keeping, ticks },
    shownSettings: shownSettings({ settings }),
    schemaVersion: SCHEMA_VERSION,
  });
}
