import type { Logger } from '../log/index.ts';
import type { Identity } from './identity.ts';
import type { Initiators } from './initiators.ts';
import type { Peer } from './peer.ts';
import type { Sightings } from './sightings.ts';

/** As whom a peer was let in. */
export interface Standing {
  readonly client: string;
  readonly vault: string;
}

/** One connection, from the end of its handshake. */
export interface Visit {
  readonly peer: Peer;
  readonly arrivedAt: Date;
  /** Ends the connection at once, whatever is under way on it. */
  readonly cut: () => void;
  /** Undefined as long as it was never let in. */
  standing: Standing | undefined;
  isRefusalNoted: boolean;
  /** Resolves when it is known who has come, or that it cannot be known now. */
  arrived: Promise<void>;
}

/** A peer that was let in and has gone, and may have a TLS session to resume. */
export type Absent = Pick<Visit, 'peer' | 'standing'>;

/** Peers that have gone and are remembered; beyond it a change of trust ends everybody's sessions. */
const ABSENT_MAX = 10_000;

export interface VisitsOptions {
  readonly initiators: Initiators;
  readonly sightings: Sightings;
  readonly now: () => Date;
  readonly log: Logger;
}

/** The connections that are open, by whom, and who has been here before: what a change of trust must look at. */
export class Visits {
  readonly #options: VisitsOptions;
  readonly #open = new Set<Visit>();
  readonly #absent = new Map<string, Absent>();
  #hasLostSome = false;

  constructor(options: VisitsOptions) {
    this.#options = options;
  }

  get open(): readonly Visit[] {
    return [...this.#open];
  }
  get absent(): readonly Absent[] {
    return [...this.#absent.values()];
  }
  /** Whether more have gone than are remembered. */
  get hasLostSome(): boolean {
    return this.#hasLostSome;
  }

  /** A connection has ended its handshake. Who comes, and who is refused, is noted whether or not a message follows. */
  arrive(peer: Peer, cut: () => void): Visit {
    const { now, log } = this.#options;
    const visit: Visit = {
      peer,
      arrivedAt: now(),
      cut,
      standing: undefined,
      isRefusalNoted: false,
      arrived: Promise.resolve(),
    };
    this.#open.add(visit);
    visit.arrived = this.#identify(visit, visit.arrivedAt).then(
      () => {},
      (error: unknown) => log.debug('who has come is not known now', { error }),
    );
    return visit;
  }

  async leave(visit: Visit): Promise<void> {
    await visit.arrived;
    this.#open.delete(visit);
    const { peer, standing } = visit;
    if (peer === undefined || standing === undefined) return;
    this.#absent.set(peer.fingerprint, { peer, standing });
    if (this.#absent.size <= ABSENT_MAX) return;
    this.#absent.delete(this.#absent.keys().next().value!);
    this.#hasLostSome = true;
  }

  /** Who asks with a message. Throws StoreUnavailable. */
  async identify(visit: Visit, now: Date): Promise<Identity> {
    const identity = await this.#identify(visit, now);
    if (identity.ok && visit.peer) this.#options.sightings.request(visit.peer, now);
    return identity;
  }

  /** Nobody who has gone can resume a session. */
  forgetAbsent(): void {
    this.#absent.clear();
    this.#hasLostSome = false;
  }

  /** Resolves when it is known of everybody who is here who it is. */
  async settled(): Promise<void> {
    await Promise.all([...this.#open].map(({ arrived }) => arrived));
  }

  async #identify(visit: Visit, now: Date): Promise<Identity> {
    const { initiators, sightings } = this.#options;
    const identity = await initiators.identify(visit.peer, now);
    const { peer, standing } = visit;
    if (peer === undefined) return identity;
    if (identity.ok) {
      if (standing === undefined) sightings.handshake(peer, visit.arrivedAt);
      const { client, vault } = identity.initiator;
      if (standing?.client !== client || standing.vault !== vault) visit.standing = { client, vault };
    } else if (!visit.isRefusalNoted) {
      visit.isRefusalNoted = true;
      sightings.refused(peer, identity.cause, now);
    }
    return identity;
  }
}
