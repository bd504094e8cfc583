import type { Delivery } from '../audit/index.ts';
import type { LogKeeper } from '../log-keeper/index.ts';
import { type AuditHealth, sinkLabels } from '../metrics/index.ts';
import type { Settings } from '../settings/index.ts';
import type { StorageMarks } from '../storage-marks/index.ts';
import type { Store } from '../store/index.ts';

export interface AuditHealthOptions {
  readonly settings: Settings;
  readonly store: Store;
  readonly delivery: Delivery;
  readonly keeper: LogKeeper | undefined;
  readonly room: StorageMarks | undefined;
  readonly schemaViolations: () => number;
}

/** How the log of record is, asked of the parts that know. */
export function auditHealth({
  settings,
  store,
  delivery,
  keeper,
  room,
  schemaViolations,
}: AuditHealthOptions): AuditHealth {
  return {
    events: store.events,
    sinks: () => delivery.states(),
    sinkLabels: sinkLabels(settings.audit.sinks),
    checkpoint: keeper && (() => ({ ageSeconds: keeper.checkpointAge(), size: keeper.lastCheckpointSize() })),
    storage: room && (() => ({ stage: room.stage(), freeBytes: room.freeBytes() })),
    schemaViolations,
  };
}
