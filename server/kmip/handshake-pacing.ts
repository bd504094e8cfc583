/** Refusals that are free, and so many more in every second: a client that is set up anew knocks more seldom. */
const REFUSALS_FREE = 20;
const REFUSALS_FORGIVEN_PER_SECOND = 20;
/** Refusals that one who is let in makes up for: an address may be that of many. */
const REFUSALS_FORGIVEN_PER_ENTRY = 5;
/** Refusals that count: after a minute without any more, all is forgiven. */
const REFUSALS_MAX = 60 * REFUSALS_FORGIVEN_PER_SECOND;
/** Handshakes of one source that is over this, in a second: a tenth of what a core can do. */
const PACED_PER_SECOND = 100;
/** Longest turn that is given; who comes later is cut. */
const WAIT_MS_MAX = 30_000;
/** Sources of refusals that are remembered. */
const SOURCES_MAX = 10_000;

interface Source {
  refusals: number;
  /** When `refusals` was right. */
  at: number;
  /** When its next handshake may begin. */
  nextAt: number;
}

/**
 * Says when a handshake may begin. A handshake costs as much as dozens of requests, and one who is refused may come again at once, so
 * those from where many were refused take turns; all others begin at once. What a source is called stays in memory here.
 */
export class HandshakePacing {
  readonly #sources = new Map<string, Source>();
  readonly #ticks: () => number;

  /** `ticks`: milliseconds that only go forward. */
  constructor(ticks: () => number) {
    this.#ticks = ticks;
  }

  /** Milliseconds until the handshake may begin; undefined when it would be too long. */
  delayMs(name: string): number | undefined {
    const source = this.#sources.get(name);
    if (source === undefined) return 0;
    const now = this.#ticks();
    this.#forgive(source, now);
    if (source.refusals === 0) this.#sources.delete(name);
    if (source.refusals <= REFUSALS_FREE) return 0;
    const beginsAt = Math.max(now, source.nextAt);
    if (beginsAt - now > WAIT_MS_MAX) return undefined;
    source.nextAt = beginsAt + 1000 / PACED_PER_SECOND;
    return beginsAt - now;
  }

  /** A handshake of this source was for nothing: nobody was let in. */
  refused(name: string): void {
    const now = this.#ticks();
    const source = this.#sources.get(name) ?? { refusals: 0, at: now, nextAt: now };
    this.#forgive(source, now);
    source.refusals = Math.min(source.refusals + 1, REFUSALS_MAX);
    this.#sources.delete(name); // the last in order of insertion is the one that was refused last
    this.#sources.set(name, source);
    if (this.#sources.size > SOURCES_MAX) this.#sources.delete(this.#sources.keys().next().value!);
  }

  /** A handshake of this source was a known client's. */
  letIn(name: string): void {
    const source = this.#sources.get(name);
    if (source) source.refusals = Math.max(0, source.refusals - REFUSALS_FORGIVEN_PER_ENTRY);
  }

  #forgive(source: Source, now: number): void {
    const forgiven = ((now - source.at) / 1000) * REFUSALS_FORGIVEN_PER_SECOND;
    source.refusals = Math.max(0, source.refusals - forgiven);
    source.at = now;
  }
}
