import type { Connection } from './connection.ts';

const FIRST_RETRY_MS = 50;
const RETRY_MS_MAX = 5000;

/**
 * Empties the write-ahead log, so that pages with forgotten material, or of a transaction whose commit failed, do not stay on the disk.
 * Another process that is reading or writing can be in the way: then it is tried again until it is done.
 */
export class LogTruncation {
  readonly #connection: Connection;
  #timer: NodeJS.Timeout | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Empties the log now if it can be done, otherwise soon. */
  request(retryMs = FIRST_RETRY_MS): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#truncate()) return;
    this.#timer = setTimeout(() => this.request(Math.min(retryMs * 2, RETRY_MS_MAX)), retryMs);
    this.#timer.unref();
  }

  /** Tries once more, if it is still to be done, and lets it be: a later start empties the log. */
  stop(): void {
    if (!this.#timer) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#truncate();
  }

  #truncate(): boolean {
    try {
      const [result] = this.#connection.use(
        ({ database }) => database.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[],
      );
      return result?.busy === 0;
    } catch {
      return false;
    }
  }
}
