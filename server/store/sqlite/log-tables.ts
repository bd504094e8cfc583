import type { Database } from 'better-sqlite3';
import type { LogChange } from '../store.ts';
import { CheckpointTable } from './checkpoint-table.ts';
import { RememberedTable } from './remembered-table.ts';
import { SegmentTable } from './segment-table.ts';

/** What is kept about the log of record, beside its records. */
export class LogTables {
  readonly checkpoints: CheckpointTable;
  readonly segments: SegmentTable;
  readonly remembered: RememberedTable;

  constructor(database: Database) {
    this.checkpoints = new CheckpointTable(database);
    this.segments = new SegmentTable(database);
    this.remembered = new RememberedTable(database);
  }

  /** Throws ConflictError when another process has closed or removed the segment meanwhile. */
  write(change: LogChange): void {
    switch (change.kind) {
      case 'add checkpoint':
        return this.checkpoints.add(change.checkpoint);
      case 'close segment':
        return this.segments.close(change.segment);
      case 'segment exported':
        return this.segments.setExported(change.number, change.at);
      case 'remove segment':
        return this.segments.remove(change.number, change.at);
      case 'remember':
        return this.remembered.set(change.name, change.value);
    }
  }
}
