import { identify, type PathProblem, type ReadPeer } from '../../certs/index.ts';
import { ConflictError, StoreUnavailable, type Client, type Store } from '../store/index.ts';
import { type FirstSight, type FirstSightOptions, recordFirstSight } from './first-sight.ts';
import type { Identity, Refusal } from './identity.ts';
import { remedyFor, toldOf } from './path-remedies.ts';
import type { Peer } from './peer.ts';
import { takesChanges, type Room } from './room.ts';
import { TrustedRoots, type TrustedRootsOptions } from './trusted-roots.ts';

export interface InitiatorsOptions extends FirstSightOptions, Pick<TrustedRootsOptions, 'staleCrl'> {
  readonly store: Store;
  readonly room: Pick<Room, 'stage'>;
}

/** Times that the first sight of a certificate is tried to be recorded. */
const TRIES_MAX = 4;

const REMEDIES = {
  'no certificate': 'The client must present the certificate that it was registered with.',
  'unknown certificate': 'Register this certificate with: kmipd client add.',
  'expired certificate': 'Renew the certificate and register the new one.',
  'certificate not yet valid': "Check the clocks, and the certificate's dates.",
} as const;

/** Who a peer is, as the directory says at this moment: asked again for every message, so that a change works at once. */
export class Initiators {
  readonly #options: InitiatorsOptions;
  readonly #roots: TrustedRoots;

  constructor(options: InitiatorsOptions) {
    this.#options = options;
    const { store, staleCrl } = options;
    this.#roots = new TrustedRoots({ directory: store.directory, staleCrl });
  }

  /**
   * By a certificate that was given to us first, else by a trusted root. A certificate that a root lets in for the first time is
   * recorded before this resolves. Throws StoreUnavailable.
   */
  async identify(peer: Peer, now: Date): Promise<Identity> {
    for (let attempt = 1; ; attempt++) {
      const { identity, firstSight } = await this.#judge(peer, now);
      if (firstSight === undefined) return identity;
      if (!takesChanges(this.#options.room))
        throw new StoreUnavailable('a certificate cannot be let in for the first time: changes are refused', {
          isFull: true,
        });
      try {
        await recordFirstSight(firstSight, this.#options.store.begin(), this.#options);
        return identity;
      } catch (error) {
        // Another of its connections was faster, or somebody has changed what we know of it.
        if (!(error instanceof ConflictError) || attempt === TRIES_MAX) throw error;
      }
    }
  }

  /** As `identify`, for ourselves: nobody has come, so nothing is recorded. */
  async whoIs(peer: Peer, now: Date): Promise<Identity> {
    return (await this.#judge(peer, now)).identity;
  }

  async #judge(peer: Peer, now: Date): Promise<{ identity: Identity; firstSight?: FirstSight }> {
    const known = peer && (await this.#options.store.directory.clientByFingerprint(peer.fingerprint));
    if (peer === undefined || (known && known.certificate.origin !== 'seen')) {
      return { identity: byPin(peer, known, now) };
    }
    const verdict = await this.#roots.verdictOn(peer, known?.certificate, now);
    if (verdict === undefined) return { identity: byPin(peer, undefined, now) };
    if (!verdict.ok) return { identity: refusedBy(verdict.problem, peer, known?.client) };
    const identity = letIn(peer, verdict.client);
    if (known?.client.id === verdict.client.id) return { identity };
    return { identity, firstSight: { peer, ...verdict, now } };
  }
}

function byPin(peer: Peer, known: { client: Client } | undefined, now: Date): Identity {
  const identified = identify(peer, () => known, now);
  if (identified.ok) return letIn(identified, identified.pin.client);
  const { cause } = identified;
  return refused(peer, known?.client, { told: cause, cause, remedy: REMEDIES[cause] });
}

const refusedBy = (problem: PathProblem, peer: ReadPeer, client: Client | undefined): Refusal =>
  refused(peer, client, { told: toldOf(problem), cause: problem.rule, remedy: remedyFor(problem) });

const letIn = ({ initiatorId }: { initiatorId: string }, client: Client): Identity => ({
  ok: true,
  initiator: { id: initiatorId, name: client.name, vault: client.vault, client: client.id },
  record: client,
});

const refused = (peer: Peer, client: Client | undefined, why: Pick<Refusal, 'told' | 'cause' | 'remedy'>): Refusal => ({
  ok: false,
  initiatorId: peer?.initiatorId ?? 'CertificateID-none',
  ...(client && { name: client.name }),
  ...why,
});
