import type { KeptEvent } from '../store/index.ts';
import type { Severity } from './actions.ts';
import { buildAdministrativeEvent } from './event.ts';
import type { ServiceIdentity } from './identity.ts';
import { type KeepOptions, toKept } from './log.ts';
import type { Outcome } from './occurrence.ts';
import type { PlainObject } from './plain.ts';

/** What befell the server, its database or its log, without anybody asking. */
export interface ServiceOccurrence {
  /** UUID. */
  readonly id: string;
  readonly time: Date;
  /** In words, as `service started`: the target's name, `responseData.action`, and the end of the requestURI. */
  readonly what: string;
  /** The resource of the target's CRN: what it happened to. */
  readonly target: 'service' | 'log' | 'database' | 'settings' | 'sink';
  /** Only what takes something away is `…delete`; `…write` unless given. */
  readonly action?: 'hs-crypto.target-keystores.write' | 'hs-crypto.target-keystores.delete';
  /** The action's unless given. Of a success, the schema fixes it with the action. */
  readonly severity?: Severity;
  /** A success unless given. */
  readonly outcome?: Outcome;
  /** Goes into responseData, redacted and cut as everything does. No address, no path, no host name. */
  readonly data?: PlainObject;
}

/** The event of a service occurrence as the store keeps it; the initiator is the server itself. */
export function serviceEvent(
  occurrence: ServiceOccurrence,
  service: ServiceIdentity,
  options: Omit<KeepOptions, 'time'> = {},
): KeptEvent {
  const { id, time, what, target, action = 'hs-crypto.target-keystores.write', severity, data = {} } = occurrence;
  const { outcome = { ok: true } } = occurrence;
  const event = buildAdministrativeEvent(
    {
      ...{ id, time, action },
      ...(severity && { severity }),
      initiator: { id: 'kmipd', typeURI: 'service/security/account/serviceid' },
      outcome,
      target: { id: target, name: what },
      requestUri: `/service/${what.replaceAll(/[^a-z]+/g, '-')}`,
      requestData: {},
      responseData: { action: what, ...data },
      correlationId: id,
    },
    service,
  );
  return toKept(event, { ...options, time });
}
