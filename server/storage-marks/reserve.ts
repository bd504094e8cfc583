import { open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RandomBytes } from '../randomness.ts';

/** In the data folder. */
const RESERVE_FILE = 'audit-reserve';
const CHUNK_BYTES = 1024 * 1024;
/** What `blocks` of a file's status counts in, whatever the file system's own are. */
const BLOCK_BYTES = 512;

/** Room on the disk that nobody else can take: a file that is there for its size. Empty with a size of 0. */
export class Reserve {
  readonly #path: string;
  readonly #bytes: number;
  readonly #randomBytes: RandomBytes;
  #isHeld = false;

  constructor(folder: string, bytes: number, randomBytes: RandomBytes) {
    this.#path = join(folder, RESERVE_FILE);
    this.#bytes = bytes;
    this.#randomBytes = randomBytes;
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Whether an earlier run has left it whole; it is used then. One of another size, or half written, is given back. */
  async find(): Promise<boolean> {
    const status = await stat(this.#path).catch(() => undefined);
    this.#isHeld = status !== undefined && status.size === this.#bytes && status.blocks * BLOCK_BYTES >= this.#bytes;
    if (!this.#isHeld) await this.release();
    return this.#isHeld || this.#bytes === 0;
  }

  /** Sets the room aside, durably. Throws the system's error, such as ENOSPC, and holds nothing then. */
  async allocate(): Promise<void> {
    if (this.#isHeld || this.#bytes === 0) return;
    try {
      const file = await open(this.#path, 'w', 0o600);
      try {
        // File systems that compress would keep zeros in no room at all.
        const chunk = this.#randomBytes(Math.min(CHUNK_BYTES, this.#bytes));
        for (let written = 0; written < this.#bytes;)
          written += (await file.write(chunk, 0, Math.min(chunk.length, this.#bytes - written))).bytesWritten;
        await file.datasync();
      } finally {
        await file.close();
      }
      this.#isHeld = true;
    } catch (error) {
      await this.release();
      throw error;
    }
  }

  /** Gives the room back. Does not throw: what cannot be given back is not there to be used. */
  async release(): Promise<void> {
    this.#isHeld = false;
    try {
      // A name that is gone frees nothing while somebody, say a backup, has the file open.
      const file = await open(this.#path, 'r+');
      await file.truncate(0).finally(() => file.close());
    } catch {
      // Not there, as a rule.
    }
    await rm(this.#path, { force: true }).catch(() => {});
  }
}
