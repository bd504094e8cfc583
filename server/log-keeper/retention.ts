import type { Logger } from '../log/index.ts';
import { sinkName, type Settings } from '../settings/index.ts';
import type { Segment, Store, Subtrees } from '../store/index.ts';
import type { Happening, Recorder } from './recorder.ts';
import { exportSegment } from './segment-export.ts';
import { othersTurn } from './turns.ts';

export interface RetentionOptions {
  readonly store: Pick<Store, 'log' | 'events' | 'cursors'>;
  readonly settings: Pick<Settings['audit'], 'retention' | 'sinks'>;
  /** Name of the log. */
  readonly origin: string;
  readonly record: Recorder;
  readonly now: () => Date;
  readonly log: Pick<Logger, 'warn' | 'info'>;
}

/** Records that are deleted in one turn. */
const PURGED = 200;
const DAY_MS = 86_400_000;

/** Removes old segments of the log, oldest first, once they are safe elsewhere. One call of `run` at a time. */
export class Retention {
  readonly #options: RetentionOptions;
  #isStopping = false;
  #hasWarned = false;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /** Has `run` give up soon; the next start goes on. */
  stop(): void {
    this.#isStopping = true;
  }

  /** Removes what is to go, and deletes what was removed. Rejects as a commit does, and when a segment cannot be exported. */
  async run(): Promise<void> {
    await this.#purge(); // what an earlier run was stopped in
    const segments = await this.#options.store.log.segments();
    for (const segment of await this.#tooOld(segments.filter(({ removedAt }) => removedAt === undefined))) {
      if (this.#isStopping || !(await this.#isSafe(segment))) return;
      if (!(await this.#exported(segment, subtreesBefore(segment, segments)))) return;
      await this.#remove(segment);
      await this.#purge();
    }
  }

  /** Those that are kept longer or take more than the settings say, the oldest first. */
  async #tooOld(kept: readonly Segment[]): Promise<Segment[]> {
    const { settings, store, now } = this.#options;
    const { days = Infinity, bytesMax = Infinity } = settings.retention;
    if (days === Infinity && bytesMax === Infinity) return [];
    const first = kept.findIndex(({ closedAt }) => now().getTime() - closedAt.getTime() < days * DAY_MS);
    const byAge = first < 0 ? kept.length : first;
    if (bytesMax === Infinity) return kept.slice(0, byAge);
    let bytes = await store.log.bytes((kept.at(-1)?.lastSeq ?? 0) + 1, Number.MAX_SAFE_INTEGER);
    let from = kept.length;
    while (from > 0 && (bytes += kept[from - 1]!.bytes) <= bytesMax) from--;
    return kept.slice(0, Math.max(byAge, from));
  }

  /** Whether a checkpoint covers it and every sink has taken all of it. */
  async #isSafe({ lastSeq }: Segment): Promise<boolean> {
    const { store, settings, log } = this.#options;
    const { exportTo } = settings.retention;
    if (settings.sinks.length === 0 && exportTo === undefined) {
      if (!this.#hasWarned) {
        log.warn('old events stay: they would be lost; set audit.retention.exportTo, or a sink that takes them');
      }
      this.#hasWarned = true;
      return false;
    }
    if (!(await store.log.checkpointCovering(lastSeq))) return false;
    for (const sink of settings.sinks) if ((await store.cursors.get(sinkName(sink))) < lastSeq) return false;
    return true;
  }

  /** Brings it into the folder for it, if there is one; false when that was given up. */
  async #exported(segment: Segment, subtrees: Subtrees): Promise<boolean> {
    const { store, settings, origin, record, now } = this.#options;
    const { exportTo: folder } = settings.retention;
    if (folder === undefined || segment.exportedAt !== undefined) return true;
    const isDone = await exportSegment({
      store,
      folder,
      origin,
      segment,
      subtrees,
      isStopping: () => this.#isStopping,
    });
    if (isDone) await record([], [{ kind: 'segment exported', number: segment.number, at: now() }]);
    return isDone;
  }

  async #remove({ number, firstSeq, lastSeq, lastHash, exportedAt }: Segment): Promise<void> {
    const { settings, record, now, log } = this.#options;
    const exported = exportedAt !== undefined || settings.retention.exportTo !== undefined;
    const removed: Happening = {
      ...{ what: 'segment removed', target: 'log', action: 'hs-crypto.target-keystores.delete' },
      data: { firstSeq, lastSeq, lastHash, exported },
    };
    await record([removed], [{ kind: 'remove segment', number, at: now() }]);
    log.info('a segment of the log is removed', { firstSeq, lastSeq, exported });
  }

  async #purge(): Promise<void> {
    while (!this.#isStopping && (await this.#options.store.log.purge(PURGED)) > 0) await othersTurn();
  }
}

/** Of the records before a segment: those with which the one before it ends. */
function subtreesBefore({ number }: Segment, segments: readonly Segment[]): Subtrees {
  return segments.find(each => each.number === number - 1)?.subtrees ?? [];
}
