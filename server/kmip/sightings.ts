import type { ReadPeer } from '../../certs/index.ts';
import type { Logger } from '../log/index.ts';
import type { LastSeen, RefusedCertificate, SightingKeeper } from '../store/index.ts';

/** Between two flushes; what is over is not remembered. */
const SEEN_MAX = 20_000;
const REFUSED_MAX = 2000;
/** Longest certificate that is remembered when it is refused, and with its issuers. Those in use have a tenth. */
const REFUSED_BYTES_MAX = 48 * 1024;
const FLUSH_MS = 1000;

/**
 * Who was seen, and who was refused: gathered in memory and written once a second, beside the requests. Of no peer more than its
 * certificate.
 */
export class Sightings {
  readonly #keeper: SightingKeeper;
  readonly #log: Logger;
  #seen = new Map<string, LastSeen>();
  #refused = new Map<string, RefusedCertificate>();
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();
  #isFailing = false;

  constructor(keeper: SightingKeeper, log: Logger) {
    this.#keeper = keeper;
    this.#log = log;
  }

  handshake({ fingerprint }: ReadPeer, at: Date): void {
    this.#see(fingerprint, { handshakeAt: at, requestAt: this.#seen.get(fingerprint)?.requestAt });
  }

  request({ fingerprint }: ReadPeer, at: Date): void {
    this.#see(fingerprint, { handshakeAt: this.#seen.get(fingerprint)?.handshakeAt, requestAt: at });
  }

  /** One connection that was refused. */
  refused({ fingerprint, der, issuers }: ReadPeer, cause: string, at: Date): void {
    const earlier = this.#refused.get(fingerprint);
    if (earlier === undefined && this.#refused.size >= REFUSED_MAX) return;
    if (der.length > REFUSED_BYTES_MAX) return;
    const bytes = issuers.reduce((sum, one) => sum + one.length, der.length);
    this.#refused.set(fingerprint, {
      fingerprint,
      der,
      issuers: bytes > REFUSED_BYTES_MAX ? [] : issuers,
      cause,
      firstAt: earlier?.firstAt ?? at,
      lastAt: at,
      count: (earlier?.count ?? 0) + 1,
    });
    this.#schedule();
  }

  /** Writes what was gathered. Does not throw: a store that cannot take it loses it, and says so once. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return (this.#flushing = this.#flushing.then(() => this.#write()));
  }

  #see(fingerprint: string, seen: LastSeen): void {
    if (this.#seen.size >= SEEN_MAX && !this.#seen.has(fingerprint)) return;
    this.#seen.set(fingerprint, seen);
    this.#schedule();
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MS);
  }

  async #write(): Promise<void> {
    const [seen, refused] = [this.#seen, this.#refused];
    if (seen.size + refused.size === 0) return;
    [this.#seen, this.#refused] = [new Map(), new Map()];
    try {
      await this.#keeper.note({ seen, refused: [...refused.values()] });
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) this.#log.warn('when clients were seen, and who was refused, could not be kept', { error });
      this.#isFailing = true;
    }
  }
}
