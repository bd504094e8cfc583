import type { ServiceIdentity } from '../audit/index.ts';
import { type OwnCertificates, startExpiryWatch } from '../expiry/index.ts';
import type { Logger } from '../log/index.ts';
import { type AuditHealth, startMetrics } from '../metrics/index.ts';
import type { Settings } from '../settings/index.ts';
import type { Store } from '../store/index.ts';

export interface UpkeepOptions {
  readonly settings: Settings;
  readonly store: Store;
  readonly service: ServiceIdentity;
  readonly certificates: OwnCertificates;
  /** Of this program. */
  readonly version: string;
  readonly log: Logger;
  readonly now: () => Date;
  readonly newId: () => string;
  readonly connections: () => number;
  readonly audit: AuditHealth;
}

export interface Upkeep {
  /** Undefined when no metrics are served. */
  readonly metricsPort: number | undefined;
  /** Looks at every certificate's end now: to be called when one was added, removed or replaced. Never rejects. */
  look(): Promise<void>;
  stop(): Promise<void>;
}

/** What goes on beside the requests: certificates' ends are watched, and metrics served. Rejects when their address cannot be listened on. */
export async function startUpkeep(options: UpkeepOptions): Promise<Upkeep> {
  const { settings, store, certificates, version, log, now, connections, audit } = options;
  const { listen } = settings.metrics;
  const marks = {
    ageSecondsMax: settings.audit.delivery.ageSecondsMax,
    checkpointSeconds: settings.audit.checkpoint.seconds,
  };
  const metrics = listen && (await startMetrics({ listen, store, connections, audit, marks, version, now, log }));
  const expiry = startExpiryWatch({
    ...options,
    files: certificates,
    onLook: found => metrics?.setExpiries(found),
  });
  return {
    metricsPort: metrics?.port,
    look: () => expiry.look(),
    async stop() {
      await expiry.stop();
      await metrics?.stop();
    },
  };
}
