import { Gauge, Registry } from 'prom-client';
import { redactText } from '../audit/index.ts';
import type { Expiry } from '../expiry/index.ts';
import type { DirectoryReader, SightingKeeper } from '../store/index.ts';
import type { AuditHealth } from './audit-health.ts';
import { addAuditMetrics } from './audit-metrics.ts';

export interface MetricsOptions {
  readonly store: {
    readonly directory: Pick<DirectoryReader, 'clients'>;
    readonly sightings: Pick<SightingKeeper, 'refused'>;
  };
  /** Open connections of KMIP clients. */
  readonly connections: () => number;
  /** Of the log of record. */
  readonly audit: AuditHealth;
  /** Of this program. */
  readonly version: string;
  readonly now: () => Date;
}

/** What is measured, as Prometheus reads it. No label holds a subject or an address; `name` is the administrator's label. */
export interface Metrics {
  readonly contentType: string;
  /** Every metric as it is now, in the text format 0.0.4. */
  text(): Promise<string>;
  /** Replaces what is told of certificates and revocation lists. */
  setExpiries(found: readonly Expiry[]): void;
}

const CERTIFICATE_LABELS = ['kind', 'name', 'sha256'] as const;
const DAY_MS = 86_400_000;

export function createMetrics({ store, connections, audit, version, now }: MetricsOptions): Metrics {
  const registry = new Registry();
  const registers = [registry];
  /** Asked for each time somebody reads. */
  const gauge = (name: string, help: string, value: () => number | Promise<number>) =>
    new Gauge({
      ...{ name, help, registers },
      async collect() {
        this.set(await value());
      },
    });
  let expiries: readonly Expiry[] = [];
  const certificateGauge = (name: string, help: string, value: (end: Date) => number) =>
    new Gauge({
      ...{ name, help, registers },
      labelNames: CERTIFICATE_LABELS,
      collect() {
        this.reset();
        for (const { kind, name: client, sha256, notAfter } of expiries) {
          this.set({ kind, name: redactText(client), sha256 }, value(new Date(notAfter)));
        }
      },
    });

  certificateGauge(
    'kmipd_certificate_expiry_timestamp_seconds',
    'End of a certificate, or next update of a revocation list, in seconds since 1970',
    end => end.getTime() / 1000,
  );
  certificateGauge('kmipd_certificate_days_left', 'Whole days until that end, negative once it is past', end =>
    Math.floor((end.getTime() - now().getTime()) / DAY_MS),
  );
  gauge('kmipd_connections', 'Open connections of KMIP clients', connections);
  gauge('kmipd_clients', 'Clients that are known', async () => (await store.directory.clients()).length);
  gauge(
    'kmipd_refused_certificates',
    'Different certificates that were refused and are remembered',
    async () => (await store.sightings.refused()).length,
  );
  addAuditMetrics(registry, audit);
  new Gauge({
    name: 'kmipd_build_info',
    help: 'Always 1; the label says which version runs',
    registers,
    labelNames: ['version'] as const,
  }).set({ version }, 1);

  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    setExpiries(found) {
      expiries = found;
    },
  };
}
