import { statfs } from 'node:fs/promises';
import type { ServiceIdentity } from '../audit/index.ts';
import type { Logger } from '../log/index.ts';
import type { RandomBytes } from '../randomness.ts';
import type { KeptEvent, Store } from '../store/index.ts';
import { Reserve } from './reserve.ts';
import { isWorse, stageAfter, takesChanges, type StorageSettings, type StorageStage } from './stage.ts';
import { stepEvent, wordsOf } from './step.ts';

/** The room left for the data folder, and what it allows. */
export interface StorageMarks {
  stage(): StorageStage;
  /** Room on the disk when it was last looked at. */
  freeBytes(): number;
  /** A commit failed for want of room: looks at once. Resolves to the stage that it finds. Does not reject. */
  full(): Promise<StorageStage>;
  /** A request was refused and there is no room for its event; the next step's event has their number. */
  refusedUnrecorded(): void;
  stop(): Promise<void>;
}

export interface StorageMarksOptions {
  /** The data folder. */
  readonly folder: string;
  readonly settings: StorageSettings;
  readonly store: Pick<Store, 'begin'>;
  readonly service: ServiceIdentity;
  readonly now: () => Date;
  /** Makes a UUID. */
  readonly newId: () => string;
  readonly randomBytes: RandomBytes;
  readonly log: Logger;
  /** Bytes that are free for the data folder; by default what its file system says. */
  readonly measure?: (folder: string) => Promise<number>;
  /** Between two looks. */
  readonly intervalMs?: number;
}

const INTERVAL_MS = 1000;
/** Looks after which a reserve that could not be set aside is tried again. */
const ALLOCATE_EVERY = 30;

/** Looks at the room, sets the reserve aside, and goes on looking until `stop`. Does not reject for want of room. */
export async function startStorageMarks(options: StorageMarksOptions): Promise<StorageMarks> {
  const watch = new Watch(options);
  await watch.begin();
  return watch;
}

class Watch implements StorageMarks {
  readonly #options: StorageMarksOptions;
  readonly #reserve: Reserve;
  #stage: StorageStage = 'enough';
  #freeBytes = 0;
  #refusedUnrecorded = 0;
  /** Steps whose events are still to be recorded, in order. */
  #unrecorded: KeptEvent[] = [];
  #looking: Promise<void> = Promise.resolve();
  #isLookAsked = false;
  #looksUntilAllocation = 0;
  #isMeasureFailing = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: StorageMarksOptions) {
    this.#options = options;
    const { folder, settings, randomBytes } = options;
    this.#reserve = new Reserve(folder, settings.reserveBytes, randomBytes);
  }

  stage(): StorageStage {
    return this.#stage;
  }
  freeBytes(): number {
    return this.#freeBytes;
  }
  async full(): Promise<StorageStage> {
    await this.#look();
    return this.#stage;
  }
  refusedUnrecorded(): void {
    this.#refusedUnrecorded++;
  }

  async begin(): Promise<void> {
    await this.#reserve.find();
    await this.#look();
    const { intervalMs = INTERVAL_MS } = this.#options;
    this.#timer = setInterval(() => void this.#look(), intervalMs).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
    await this.#recordSteps();
  }

  /** One look after the other; those that are asked for while one waits for its turn are the same one. */
  #look(): Promise<void> {
    if (this.#isLookAsked) return this.#looking;
    this.#isLookAsked = true;
    return (this.#looking = this.#looking.then(async () => {
      this.#isLookAsked = false;
      try {
        await this.#follow();
        await this.#recordSteps();
      } catch (error) {
        this.#options.log.error('the room for the data folder could not be looked at', { error });
      }
    }));
  }

  async #follow(): Promise<void> {
    const before = this.#stage;
    if (!(await this.#measure())) return;
    let next = this.#next();
    if (!takesChanges(next) && this.#reserve.isHeld) {
      // From here on it is the room for the events of reads.
      this.#stage = 'no changes';
      await this.#reserve.release();
      await this.#measure();
      next = this.#next();
    }
    if (takesChanges(next) && !this.#hasReserve()) next = (await this.#setAside()) ?? next;
    // Without the reserve it is low, whatever else there is.
    this.#stage = next === 'enough' && !this.#hasReserve() ? 'low' : next;
    if (before !== this.#stage) this.#tell(before);
  }

  #next = () => stageAfter(this.#stage, this.#freeBytes, this.#options.settings);
  #hasReserve = () => this.#reserve.isHeld || this.#options.settings.reserveBytes === 0;

  /** Whether the room is known. */
  async #measure(): Promise<boolean> {
    const { folder, log, measure = freeBytesOf } = this.#options;
    try {
      this.#freeBytes = await measure(folder);
      this.#isMeasureFailing = false;
    } catch (error) {
      if (!this.#isMeasureFailing) log.warn('how much room is left for the data folder cannot be seen', { error });
      this.#isMeasureFailing = true;
    }
    return !this.#isMeasureFailing;
  }

  /** Sets the reserve aside where there is room for it above the mark; the stage then. Changes that were refused wait for it. */
  async #setAside(): Promise<StorageStage | undefined> {
    const { settings, log } = this.#options;
    const without = takesChanges(this.#stage) ? undefined : 'no changes';
    if (!takesChanges(stageAfter('no changes', this.#freeBytes, settings))) return without;
    if (this.#looksUntilAllocation-- > 0) return without;
    try {
      await this.#reserve.allocate();
    } catch (error) {
      log.warn('room for the events of reads cannot be set aside', { bytes: settings.reserveBytes, error });
      this.#looksUntilAllocation = ALLOCATE_EVERY;
      return without;
    }
    await this.#measure();
    if (!takesChanges(this.#stage)) this.#stage = 'low';
    return this.#next();
  }

  /** Of the stage that was entered: a line of the log now, and an event as soon as it can be recorded. */
  #tell(from: StorageStage): void {
    const { settings, service, now, newId, log } = this.#options;
    const [to, freeBytes, refusedUnrecorded] = [this.#stage, this.#freeBytes, this.#refusedUnrecorded];
    // Those that are refused while everything is are told with the step that ends it.
    if (!isWorse(to, from)) this.#refusedUnrecorded = 0;
    const step = { from, to, time: now(), freeBytes, refusedUnrecorded: isWorse(to, from) ? 0 : refusedUnrecorded };
    const { level, message } = wordsOf(step);
    log[level](message, { stage: to, freeBytes });
    this.#unrecorded.push(stepEvent(step, newId(), settings, service));
  }

  async #recordSteps(): Promise<void> {
    const events = this.#unrecorded;
    if (events.length === 0) return;
    try {
      const unit = this.#options.store.begin();
      for (const event of events) unit.record(event);
      await unit.commit();
      this.#unrecorded = this.#unrecorded.slice(events.length);
    } catch (error) {
      this.#options.log.debug('a step of the storage marks cannot be recorded yet', { error });
    }
  }
}

async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
