import {
  buildAdministrativeEvent,
  type ServiceIdentity,
  type Severity,
  toKept,
  type Violation,
} from '../audit/index.ts';
import type { Logger } from '../log/index.ts';
import type { Store } from '../store/index.ts';
import { expiries, type OwnCertificates } from './expiries.ts';
import type { Expiry, Threshold } from './expiry.ts';

export interface ExpiryWatchOptions {
  readonly store: Store;
  readonly files: OwnCertificates;
  /** The service that events speak for. */
  readonly service: ServiceIdentity;
  readonly now: () => Date;
  /** Makes UUIDs for events. */
  readonly newId: () => string;
  readonly log: Logger;
  /** From one look to the next; an hour unless given. */
  readonly everyMs?: number;
  /** Takes what each look has found, say for metrics. */
  readonly onLook?: (found: readonly Expiry[]) => void;
}

export interface ExpiryWatch {
  /** Looks now. Never rejects: what is wrong is in the log. */
  look(): Promise<void>;
  /** Ends the watch, after a look that is under way. */
  stop(): Promise<void>;
}

const HOUR_MS = 3_600_000;

/**
 * Looks at every certificate's end, now and then every hour. Whatever is near it gets one warning in the log, at each start of
 * the server and each threshold, and one event for each threshold, whatever is started and stopped in between.
 */
export function startExpiryWatch(options: ExpiryWatchOptions): ExpiryWatch {
  const { everyMs = HOUR_MS } = options;
  const warned = new Map<string, Threshold>();
  let looking = Promise.resolve();
  const look = () => (looking = looking.then(() => lookOnce(options, warned)));
  const timer = setInterval(() => void look(), everyMs).unref();
  void look();
  return {
    look,
    stop() {
      clearInterval(timer);
      return looking;
    },
  };
}

async function lookOnce(options: ExpiryWatchOptions, warned: Map<string, Threshold>): Promise<void> {
  const { store, files, log, now, onLook } = options;
  try {
    const found = await expiries(store, files, now());
    onLook?.(found);
    // A certificate that serves two clients, or is the server's own authority twice, is told of once.
    for (const expiry of new Map(found.map(each => [each.sha256, each])).values()) {
      if (expiry.within === null) continue;
      if (warned.get(expiry.sha256) !== expiry.within) warn(expiry, log);
      warned.set(expiry.sha256, expiry.within);
      await record(expiry, expiry.within, options);
    }
  } catch (error) {
    log.error('cannot look at when certificates end', { error });
  }
}

function warn({ kind, name, sha256, subject, notAfter, daysLeft, within }: Expiry, log: Logger): void {
  const what = kind === 'revocation list' ? 'a revocation list' : 'a certificate';
  const fields = { kind, ...(name !== '' && { client: name }), subject, sha256, notAfter, daysLeft };
  log.warn(`${what} ${within === 0 ? 'has expired' : 'expires soon'}; ${REMEDIES[kind]}`, fields);
}

const REMEDIES: Readonly<Record<Expiry['kind'], string>> = {
  server: 'make another with `kmipd certs server renew`, or import one, which clients must then trust anew',
  authority: 'what it has issued is good no longer than itself; import another with `kmipd certs authority import`',
  client: 'add the client’s next one with `kmipd client add`, then remove this one',
  root: 'clients that only it vouches for are refused once it is past; add the root that follows it',
  'revocation list': 'clients of that root may be refused once it is past; give the next one with `kmipd client crl`',
};

const URGENT_DAYS = 7;

/** One event for each threshold: that it was told is kept in the same step, so that it is told neither twice nor never. */
async function record(expiry: Expiry, within: Threshold, options: ExpiryWatchOptions): Promise<void> {
  const { store, service, now, newId, log } = options;
  const { kind, name, sha256, daysLeft } = expiry;
  const noted = await store.directory.notedExpiry(sha256);
  if (noted !== undefined && noted <= within) return;
  const time = now();
  const severity: Severity = within <= URGENT_DAYS ? 'critical' : 'warning';
  const event = buildAdministrativeEvent(
    {
      id: newId(),
      time,
      action: 'hs-crypto.mtlscert-cert.read',
      initiator: { id: INITIATOR, typeURI: 'service/security/account/serviceid' },
      outcome: { ok: true },
      severity,
      // No subject: it can hold a host's name.
      target: { id: sha256, name: name === '' ? kind : name },
      requestUri: '/expiry',
      requestData: { certificateId: sha256 },
      responseData: { action: 'expiry warning', kind, daysLeft, threshold: within },
      correlationId: newId(),
    },
    service,
  );
  const unit = store.begin();
  unit.administer({ kind: 'note expiry', fingerprint: sha256, days: within });
  const onViolation = (violation: Violation) =>
    log.error('an event was not valid and is kept in minimal form', { ...violation });
  unit.record(toKept(event, { time, onViolation }));
  await unit.commit();
}

/** The server itself: nobody asked. */
const INITIATOR = 'kmipd';
