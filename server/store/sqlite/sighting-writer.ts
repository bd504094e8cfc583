import { StoreUnavailable, type SightingKeeper, type Sightings } from '../store.ts';
import type { Connection, Tables } from './connection.ts';
import { withoutWaiting } from './without-waiting.ts';

/**
 * Sightings are written beside the commits of requests, so that neither waits for the other nor fails with it, and without waiting
 * for the disk: a crash of the machine may take the last of them back, whole transactions of them, and nothing else.
 */
export class SightingWriter implements SightingKeeper {
  readonly #connection: Connection;
  readonly #underWay = new Set<Promise<void>>();
  #isClosing = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  note(sightings: Sightings) {
    if (sightings.seen.size + sightings.refused.length === 0) return Promise.resolve();
    return this.#write(tables => tables.sightings.note(sightings));
  }

  lastSeen(fingerprint: string) {
    return this.#connection.read(({ sightings }) => sightings.lastSeen(fingerprint));
  }

  refused() {
    return this.#connection.read(({ sightings }) => sightings.refused());
  }

  forgetRefused(fingerprint: string) {
    return this.#write(tables => tables.sightings.forgetRefused(fingerprint));
  }

  /** Waits for what is being written; takes nothing any more. */
  async stop(): Promise<void> {
    this.#isClosing = true;
    await Promise.allSettled(this.#underWay);
  }

  async #write(write: (tables: Tables) => void): Promise<void> {
    if (this.#isClosing) throw new StoreUnavailable(`database ${this.#connection.path} is closed`);
    const written = this.#connection.read(tables => withoutWaiting(tables, write));
    this.#underWay.add(written);
    try {
      await written;
    } finally {
      this.#underWay.delete(written);
    }
    this.#connection.countOwnCommit(false);
  }
}
