import { setImmediate as turn } from 'node:timers/promises';
import type { Logger } from '../log/index.ts';
import type { DirectoryReader } from '../store/index.ts';
import type { Initiators } from './initiators.ts';
import type { Absent, Visits } from './visits.ts';

export interface TrustWatchOptions {
  readonly directory: Pick<DirectoryReader, 'generation'>;
  readonly initiators: Initiators;
  readonly visits: Visits;
  /** Makes every TLS session that was given out worthless. */
  readonly forgetSessions: () => void;
  readonly now: () => Date;
  readonly log: Logger;
}

/** How often it is looked whether another process has changed the directory: such a change works within a second. */
const LOOK_MS = 500;
/** Peers that are looked at in one turn of the event loop, so that requests of others go on. */
const PEERS_A_TURN = 64;

/** Ends the connections and the TLS sessions of those from whom trust was taken away. Everybody else's connections go on. */
export class TrustWatch {
  readonly #options: TrustWatchOptions;
  #generation: number;
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<unknown> = Promise.resolve();

  constructor(options: TrustWatchOptions) {
    this.#options = options;
    this.#generation = options.directory.generation();
  }

  start(): void {
    this.#timer = setInterval(() => {
      if (this.#options.directory.generation() !== this.#generation) void this.trustChanged();
    }, LOOK_MS);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sweeping;
  }

  /**
   * To be called after a commit that may have taken trust away. When it resolves, whoever is not let in any more has no open
   * connection and no session to resume. What cannot be read now is looked at again later. Does not reject.
   */
  trustChanged(): Promise<{ connectionsCut: number }> {
    // A sweep that has begun may not have seen this change.
    const swept = this.#sweeping.then(() => this.#sweep());
    this.#sweeping = swept;
    return swept;
  }

  async #sweep(): Promise<{ connectionsCut: number }> {
    const { directory, visits, forgetSessions, log } = this.#options;
    const generation = directory.generation();
    try {
      await visits.settled();
      const taken = await this.#taken();
      // In one turn, so that nobody who is cut can come back in between.
      const cut = visits.open.filter(visit => taken.has(keyOf(visit)));
      if (taken.size > 0 || visits.hasLostSome) {
        forgetSessions();
        visits.forgetAbsent();
      }
      for (const visit of cut) visit.cut();
      if (taken.size > 0) log.info('trust was taken away', { certificates: taken.size, connectionsCut: cut.length });
      this.#generation = generation;
      return { connectionsCut: cut.length };
    } catch (error) {
      log.warn('whether trust was taken away is not known now', { error });
      return { connectionsCut: 0 };
    }
  }

  /** Those who were let in and are not any more, or as somebody else. */
  async #taken(): Promise<ReadonlySet<string>> {
    const { visits } = this.#options;
    const taken = new Set<string>();
    const looked = new Set<string>();
    for (const one of [...visits.open, ...visits.absent]) {
      const key = keyOf(one);
      if (one.standing === undefined || looked.has(key)) continue;
      looked.add(key);
      if (!(await this.#isStillLetIn(one))) taken.add(key);
      if (looked.size % PEERS_A_TURN === 0) await turn();
    }
    return taken;
  }

  async #isStillLetIn({ peer, standing }: Absent): Promise<boolean> {
    const identity = await this.#options.initiators.whoIs(peer, this.#options.now());
    return identity.ok && identity.initiator.client === standing?.client && identity.initiator.vault === standing.vault;
  }
}

const keyOf = ({ peer, standing }: Absent) => [peer?.fingerprint, standing?.client, standing?.vault].join();
