import type { ServiceIdentity } from '../audit/index.ts';
import type { Logger } from '../log/index.ts';
import type { Settings } from '../settings/index.ts';
import type { LogChange, Store } from '../store/index.ts';
import { type Attempt, attempts } from './attempts.ts';
import type { CheckpointKey } from './checkpoint-key.ts';
import { Checkpoints } from './checkpoints.ts';
import { type ClockWatch, watchClock } from './clock-watch.ts';
import { type Indexing, startIndexing } from './indexing.ts';
import { clockSetBack, opening, SERVICE_STATE } from './opening.ts';
import { type Happening, type Recorder, recorder } from './recorder.ts';
import { Retention } from './retention.ts';
import { oneAfterTheOther } from './turns.ts';

export interface LogKeeperOptions {
  readonly store: Pick<Store, 'begin' | 'events' | 'log' | 'cursors'>;
  /** The service that events speak for. */
  readonly service: ServiceIdentity;
  readonly settings: Settings;
  /** The settings in a file's form, by dotted name. */
  readonly shownSettings: ReadonlyMap<string, unknown>;
  readonly key: CheckpointKey;
  /** Where the newest checkpoint is kept, apart from the database. */
  readonly checkpointFile: string;
  /** Of this program. */
  readonly version: string;
  /** Of its database. */
  readonly schemaVersion: number;
  readonly now: () => Date;
  /** Milliseconds of a clock that only goes forward. */
  readonly ticks: () => number;
  /** Makes UUIDs for events. */
  readonly newId: () => string;
  readonly log: Logger;
  /** Whether there is room for the search index; always unless given. */
  readonly mayIndex?: () => boolean;
  /** From one look to the next; a second unless given. */
  readonly everyMs?: number;
}

export interface LogKeeper {
  /** Does now what it does by itself every second: looks at the clock, signs what is due, removes what is too old. Never rejects. */
  look(): Promise<void>;
  /** Records that the server stops, and signs the last checkpoint. Nobody else may record anything any more. Never rejects. */
  stop(): Promise<void>;
  /** Seconds since the newest checkpoint was signed; undefined before the first. */
  checkpointAge(): number | undefined;
  /** Records that the newest checkpoint covers; 0 before the first. */
  lastCheckpointSize(): number;
}

const LOOK_MS = 1000;
/** From a commit to the look whether a checkpoint is due, so that a burst of commits is looked at once. */
const COMMITTED_MS = 100;
/** From one look at old segments to the next. */
const RETENTION_MS = 60_000;

/**
 * Records what the start has to tell, before anything else is recorded; then keeps the log until `stop`: signs checkpoints, closes
 * and removes segments, watches the clock, has the search index filled. What fails, say on a full disk, is tried again.
 */
export async function startLogKeeper(options: LogKeeperOptions): Promise<LogKeeper> {
  const keeper = new Keeper(options);
  await keeper.start();
  return keeper;
}

class Keeper implements LogKeeper {
  readonly #options: LogKeeperOptions;
  readonly #record: Recorder;
  readonly #checkpoints: Checkpoints;
  readonly #retention: Retention;
  readonly #clock: ClockWatch;
  readonly #indexing: Indexing;
  readonly #inTurn = oneAfterTheOther();
  readonly #removeInTurn = oneAfterTheOther();
  readonly #attempts: Readonly<{ tell: Attempt; sign: Attempt; remove: Attempt }>;
  readonly #startedAt: Date;
  #isOpen = false;
  #backMs = 0;
  #removedAt: number;
  #lookTimer: NodeJS.Timeout | undefined;
  #commitTimer: NodeJS.Timeout | undefined;
  #unsubscribe = () => {};
  #stopped: Promise<void> | undefined;

  constructor(options: LogKeeperOptions) {
    const { store, key, now, ticks, log, mayIndex = () => true } = options;
    const { audit } = options.settings;
    const record = recorder(options);
    this.#options = options;
    this.#record = record;
    this.#checkpoints = new Checkpoints({ ...options, settings: audit, record });
    this.#retention = new Retention({ ...options, settings: audit, origin: key.name, record });
    this.#clock = watchClock(now, ticks);
    this.#indexing = startIndexing(store.log, attempts(log, 'filling the search index'), mayIndex);
    this.#attempts = {
      tell: attempts(log, 'recording what befell the server'),
      sign: attempts(log, 'signing a checkpoint of the log'),
      remove: attempts(log, 'removing old segments of the log'),
    };
    this.#startedAt = now();
    this.#removedAt = ticks();
  }

  async start(): Promise<void> {
    const { store, everyMs = LOOK_MS } = this.#options;
    await this.#inTurn(() => this.#open());
    this.#unsubscribe = store.events.onCommitted(() => this.#committed());
    this.#lookTimer = setInterval(() => void this.#lookInPassing(), everyMs).unref();
    this.#indexing.wake();
    void this.#remove();
  }

  checkpointAge(): number | undefined {
    const { time } = this.#checkpoints;
    return time && (this.#options.now().getTime() - time.getTime()) / 1000;
  }

  lastCheckpointSize(): number {
    return this.#checkpoints.size;
  }

  async look(): Promise<void> {
    await this.#lookInPassing();
    await this.#remove();
  }

  stop(): Promise<void> {
    return (this.#stopped ??= this.#stop());
  }

  async #stop(): Promise<void> {
    clearInterval(this.#lookTimer);
    clearTimeout(this.#commitTimer);
    this.#unsubscribe();
    this.#retention.stop();
    await Promise.all([this.#indexing.stop(), this.#removeInTurn(() => Promise.resolve())]);
    await this.#inTurn(async () => {
      if (!(await this.#open())) return;
      const stopped: Happening = { what: 'service stopped', target: 'service' };
      const flag: LogChange = { kind: 'remember', name: SERVICE_STATE, value: 'stopped' };
      await this.#attempts.tell(() => this.#record([stopped], [flag]));
      await this.#attempts.sign(() => this.#checkpoints.sign());
    });
  }

  /** What the start has to tell; later, where it could not be recorded at once. Whether it is recorded. */
  async #open(): Promise<boolean> {
    if (this.#isOpen) return true;
    let isRestored = false;
    this.#isOpen = await this.#attempts.tell(async () => {
      const found = await opening({ ...this.#options, log: this.#options.store.log }, this.#startedAt);
      await this.#checkpoints.load();
      await this.#record(found.happenings, found.changes);
      isRestored = found.happenings.some(({ what }) => what === 'log restored');
    });
    // So that the one kept apart is of this database again, and is not told of at every start.
    if (isRestored) await this.#attempts.sign(() => this.#checkpoints.sign());
    return this.#isOpen;
  }

  #committed(): void {
    this.#indexing.wake();
    this.#commitTimer ??= setTimeout(() => {
      this.#commitTimer = undefined;
      void this.#signIfDue();
    }, COMMITTED_MS).unref();
  }

  async #lookInPassing(): Promise<void> {
    this.#indexing.wake();
    await this.#inTurn(() => this.#lookAtClock());
    await this.#signIfDue();
    if (this.#options.ticks() - this.#removedAt >= RETENTION_MS) void this.#remove();
  }

  async #lookAtClock(): Promise<void> {
    this.#backMs += this.#clock.look() ?? 0;
    if (this.#backMs === 0) return;
    if (await this.#attempts.tell(() => this.#record([clockSetBack(this.#backMs)]))) this.#backMs = 0;
  }

  #signIfDue(): Promise<unknown> {
    // A look that was under way when the keeper was stopped ends here.
    if (this.#stopped) return this.#stopped;
    return this.#inTurn(
      async () => (await this.#open()) && (await this.#attempts.sign(() => this.#checkpoints.signIfDue())),
    );
  }

  #remove(): Promise<unknown> {
    if (this.#stopped) return this.#stopped;
    return this.#removeInTurn(() => {
      this.#removedAt = this.#options.ticks();
      return this.#attempts.remove(async () => {
        await this.#inTurn(() => this.#checkpoints.closeIfOld());
        await this.#retention.run();
      });
    });
  }
}
