import type { SinkState } from '../audit/index.ts';
import type { StorageStage } from '../storage-marks/index.ts';
import type { EventReader } from '../store/index.ts';

/** How the log of record is: what metrics and readiness are made of. */
export interface AuditHealth {
  readonly events: Pick<EventReader, 'after' | 'lastSeq'>;
  /** In the order of `sinkLabels`. */
  readonly sinks: () => Promise<readonly SinkState[]>;
  /** By which metrics name the sinks, in their order; see `sinkLabels`. */
  readonly sinkLabels: readonly string[];
  /** Undefined where no checkpoints are signed. */
  readonly checkpoint: (() => Checkpointed) | undefined;
  /** Undefined where no room is watched. */
  readonly storage: (() => { readonly stage: StorageStage; readonly freeBytes: number }) | undefined;
  /** Events since the start that broke the schema and were kept in minimal form. */
  readonly schemaViolations: () => number;
}

export interface Checkpointed {
  /** Of the last checkpoint; undefined before the first. */
  readonly ageSeconds: number | undefined;
  /** How many records it covers. */
  readonly size: number;
}
