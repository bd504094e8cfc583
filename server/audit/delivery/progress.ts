import type { CursorKeeper } from '../../store/index.ts';
import type { Sink, Taken } from './sink.ts';

/** How far a sink has got: handed out >= safe >= remembered, each the seq of the last such event. */
export class Progress {
  readonly #sink: Sink;
  readonly #cursors: CursorKeeper;
  #handedOut: number;
  #safe: number;
  #remembered: number;

  private constructor(sink: Sink, cursors: CursorKeeper, remembered: number) {
    this.#sink = sink;
    this.#cursors = cursors;
    this.#handedOut = this.#safe = this.#remembered = remembered;
  }

  static async load(sink: Sink, cursors: CursorKeeper): Promise<Progress> {
    return new Progress(sink, cursors, await cursors.get(sink.name));
  }

  get handedOut(): number {
    return this.#handedOut;
  }
  get safe(): number {
    return this.#safe;
  }
  /** Whether something handed out may yet turn out to be lost. */
  get isOpen(): boolean {
    return this.#safe < this.#handedOut;
  }

  /** The sink has taken events up to `last`; `taken`: what it says of them. */
  advance(last: number, taken: Taken | void): void {
    this.#handedOut = last;
    this.#nowSafe(taken ? taken.safeUpTo : last);
  }

  /** What is not safe has to be handed out again. */
  goBack(): void {
    this.#handedOut = this.#safe;
  }

  /** Asks a sink that learns later what is safe. Throws when it has lost something, which is handed out again then. */
  look(): void {
    if (!this.#sink.safeUpTo || !this.isOpen) return;
    try {
      this.#nowSafe(this.#sink.safeUpTo());
    } catch (error) {
      this.goBack();
      throw error;
    }
  }

  async remember(): Promise<void> {
    if (this.#remembered === this.#safe) return;
    const seq = this.#safe;
    await this.#cursors.set(this.#sink.name, seq);
    this.#remembered = seq;
  }

  #nowSafe(seq: number): void {
    this.#safe = Math.max(this.#safe, Math.min(seq, this.#handedOut));
  }
}
