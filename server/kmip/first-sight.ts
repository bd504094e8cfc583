import type { ReadPeer } from '../../certs/index.ts';
import { buildAdministrativeEvent, type ServiceIdentity, toKept, type Violation } from '../audit/index.ts';
import type { Client, UnitOfWork } from '../store/index.ts';

export interface FirstSightOptions {
  readonly service: ServiceIdentity;
  /** Makes a UUID. */
  readonly newId: () => string;
  /** Told of an event that was not valid, and is kept in minimal form. */
  readonly onViolation: (violation: Violation) => void;
}

export interface FirstSight {
  readonly peer: ReadPeer;
  readonly client: Client;
  /** SHA-256 of the root that let it in. */
  readonly root: string;
  /** The authorities between it and the root, DER. */
  readonly issuers: readonly Uint8Array[];
  readonly now: Date;
}

/**
 * Records a certificate that a trusted root has let in, and that it was so: nobody gave it to us, so the log must be able to say
 * since when it is used. Throws ConflictError when it has been recorded meanwhile, and StoreUnavailable.
 */
export async function recordFirstSight(
  { peer, client, root, issuers, now }: FirstSight,
  unit: UnitOfWork,
  { service, newId, onViolation }: FirstSightOptions,
): Promise<void> {
  const { fingerprint, der, initiatorId } = peer;
  unit.administer({
    kind: 'add certificate',
    certificate: { fingerprint, client: client.id, der, origin: 'seen', issuers, addedAt: now },
  });
  const event = buildAdministrativeEvent(
    {
      id: newId(),
      time: now,
      action: 'hs-crypto.mtlscert-cert.set',
      initiator: { id: initiatorId, name: client.name, typeURI: 'service/security/client/certificateid' },
      outcome: { ok: true },
      target: { id: fingerprint, name: client.name },
      requestUri: '/kmip',
      requestData: { certificateId: fingerprint, client: client.name },
      responseData: { action: 'first seen, let in by a trusted root', root },
      correlationId: newId(),
    },
    service,
  );
  unit.record(toKept(event, { time: now, onViolation }));
  await unit.commit();
}
