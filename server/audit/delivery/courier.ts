import { setImmediate as othersTurn } from 'node:timers/promises';
import type { CursorKeeper, EventReader, SequencedEvent } from '../../store/index.ts';
import { type Backlog, backlogOf } from './backlog.ts';
import { Progress } from './progress.ts';
import { type Sink, type Taken, TryLater } from './sink.ts';
import { type DeliveryTiming, within } from './timing.ts';

export interface CourierOptions {
  readonly sink: Sink;
  readonly events: Pick<EventReader, 'after' | 'lastSeq'>;
  readonly cursors: CursorKeeper;
  readonly timing: DeliveryTiming;
  /** Of one batch; `bytes` in UTF-8. */
  readonly bounds: { readonly events: number; readonly bytes: number };
  readonly now: () => Date;
  readonly onProblem: (problem: DeliveryProblem) => void;
}

/** A sink that fails or hangs. The events wait in the log; nothing is lost. */
export interface DeliveryProblem {
  readonly sink: string;
  /** Failures in a row; 0 for a delivery that hangs. */
  readonly failures: number;
  readonly since: Date;
  /** When it is tried again; `undefined` while a delivery hangs. */
  readonly retryMs: number | undefined;
  readonly error: unknown;
}

/** How a sink is. */
export interface SinkState extends Backlog {
  /** In a row, until now. */
  readonly failures: number;
  /** Since the start, as the events that it has taken, repeated ones counted again. */
  readonly failuresTotal: number;
  readonly deliveredTotal: number;
  readonly isHanging: boolean;
  /** Since when it fails or hangs; undefined while all is well. */
  readonly since: Date | undefined;
}

/** Carries events to one sink. */
export class Courier {
  readonly #options: CourierOptions;
  #progress: Progress | undefined;
  #failures = 0;
  #failuresTotal = 0;
  #deliveredTotal = 0;
  #failingSince: Date | undefined;
  #hangingSince: Date | undefined;
  #isStopping = false;
  #isAbandoned = false;
  /** Of the delivery that is under way. */
  #givingUp: AbortController | undefined;
  #hasNews = false;
  #endWait: () => void = () => {};

  constructor(options: CourierOptions) {
    this.#options = options;
  }

  wake(): void {
    this.#hasNews = true;
    if (this.#failures === 0) this.#endWait();
  }

  async run(): Promise<void> {
    const { timing, now } = this.#options;
    while (!this.#isAbandoned) {
      this.#hasNews = false;
      try {
        const carried = await this.#carry();
        this.#failures = 0;
        this.#failingSince = undefined;
        // A sink that takes at once must not keep the turn while the log has more.
        if (carried > 0) await othersTurn();
        else if (this.#isStopping) return;
        else if (!this.#hasNews) await this.#wait(timing.lookMs);
      } catch (error) {
        this.#failuresTotal++;
        if (this.#isStopping) return;
        const backoffMs = Math.min(timing.retryMaxMs, timing.retryFirstMs * 2 ** this.#failures++);
        const retryMs = Math.max(backoffMs, error instanceof TryLater ? error.retryAfterMs : 0);
        this.#failingSince ??= now();
        this.#report({ failures: this.#failures, retryMs, error, since: this.#failingSince });
        await this.#wait(retryMs);
      }
    }
  }

  async stop(finished: Promise<void>): Promise<void> {
    const { sink, timing, now } = this.#options;
    this.#isStopping = true;
    this.#endWait();
    await within(finished, timing.drainMs);
    this.#isAbandoned = true;
    this.#givingUp?.abort(new Error('the server stops'));
    try {
      await within(sink.close(), timing.drainMs);
      this.#progress?.look();
      await this.#progress?.remember();
    } catch (error) {
      this.#report({ failures: 1, retryMs: undefined, error, since: now() });
    }
  }

  async state(): Promise<SinkState> {
    const { sink } = this.#options;
    return {
      ...(await backlogOf(sink.name, this.#options, this.#progress?.safe)),
      failures: this.#failures,
      failuresTotal: this.#failuresTotal,
      deliveredTotal: this.#deliveredTotal,
      isHanging: this.#hangingSince !== undefined,
      since: this.#failingSince ?? this.#hangingSince,
    };
  }

  /** One batch, and the cursor behind it. How many events it was. */
  async #carry(): Promise<number> {
    const { sink, cursors } = this.#options;
    const progress = (this.#progress ??= await Progress.load(sink, cursors));
    progress.look();
    // Delivered before, but remembering it failed: what is behind must not be delivered again only because of that.
    await progress.remember();
    const batch = await this.#batch(progress.handedOut);
    const last = batch.at(-1);
    if (!last || this.#isAbandoned) return 0;
    const taken = await this.#handOut(batch, progress);
    // Stopped meanwhile: the store may be closed. The events come again at the next start.
    if (this.#isAbandoned) return 0;
    progress.advance(last.seq, taken);
    this.#deliveredTotal += batch.length;
    await progress.remember();
    return batch.length;
  }

  async #batch(after: number): Promise<SequencedEvent[]> {
    const { events, bounds } = this.#options;
    const read = await events.after(after, bounds.events);
    let bytes = 0;
    const beyond = read.findIndex(({ json }, i) => (bytes += Buffer.byteLength(json)) > bounds.bytes && i > 0);
    return beyond < 0 ? read : read.slice(0, beyond);
  }

  /** Says so when it hangs, and gives it up in the end; a sink that does not let go even then is waited for. */
  async #handOut(batch: readonly SequencedEvent[], progress: Progress): Promise<Taken | void> {
    const { sink, timing, now } = this.#options;
    const since = now();
    const late = (timeMs: number, what: string) => new Error(`has not taken the events within ${timeMs} ms, ${what}`);
    const givingUp = (this.#givingUp = new AbortController());
    const hanging = setTimeout(() => {
      this.#hangingSince = since;
      this.#report({ failures: 0, retryMs: undefined, error: late(timing.hangingMs, 'still waiting'), since });
    }, timing.hangingMs).unref();
    const giveUp = setTimeout(() => givingUp.abort(late(timing.giveUpMs, 'given up')), timing.giveUpMs).unref();
    try {
      const events = batch.map(({ seq, id, json, v, prev, hash }) => ({ seq, id, json, v, prev, hash }));
      return await sink.deliver(events, givingUp.signal);
    } catch (error) {
      progress.goBack();
      throw error;
    } finally {
      clearTimeout(hanging);
      clearTimeout(giveUp);
      this.#hangingSince = undefined;
      this.#givingUp = undefined;
    }
  }

  #report(problem: Omit<DeliveryProblem, 'sink'>): void {
    this.#options.onProblem({ ...problem, sink: this.#options.sink.name });
  }

  /** Until the time is over, there is news, or `stop`. */
  #wait(timeMs: number): Promise<void> {
    if (this.#isStopping) return Promise.resolve();
    return new Promise(resolve => {
      const timer = setTimeout(resolve, timeMs);
      timer.unref();
      this.#endWait = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
