import { Counter, Gauge, type Registry } from 'prom-client';
import type { SinkState } from '../audit/index.ts';
import type { StorageStage } from '../storage-marks/index.ts';
import type { AuditHealth } from './audit-health.ts';

const STAGES: readonly StorageStage[] = ['enough', 'low', 'no changes', 'nothing'];

/** Adds what is measured of the log of record and its sinks; asked for each time somebody reads. */
export function addAuditMetrics(registry: Registry, health: AuditHealth): void {
  const registers = [registry];
  const gauge = (name: string, help: string, value: () => number | undefined | Promise<number>) =>
    new Gauge({
      ...{ name, help, registers },
      async collect() {
        const now = await value();
        if (now === undefined) this.remove();
        else this.set(now);
      },
    });
  gauge('kmipd_audit_last_seq', 'Number of the last event of the log', () => health.events.lastSeq());
  addSinkMetrics(registry, health);

  const { checkpoint, storage } = health;
  if (checkpoint) {
    const age = () => checkpoint().ageSeconds;
    gauge('kmipd_audit_checkpoint_age_seconds', 'Since the last checkpoint was signed', age);
    gauge('kmipd_audit_checkpoint_size', 'Events that the last checkpoint covers', () => checkpoint().size);
  }
  if (storage) {
    gauge('kmipd_storage_free_bytes', 'Room that is left for the data folder', () => storage().freeBytes);
    new Gauge({
      ...{
        name: 'kmipd_storage_stage',
        help: '1 for what the room allows: everything, with a warning, reads, nothing',
      },
      ...{ registers, labelNames: ['stage'] as const },
      collect() {
        for (const stage of STAGES) this.set({ stage }, stage === storage().stage ? 1 : 0);
      },
    });
  }
  new Counter({
    ...{ name: 'kmipd_audit_schema_violations_total', help: 'Events that broke the schema, kept in minimal form' },
    registers,
    collect() {
      this.reset();
      this.inc(health.schemaViolations());
    },
  });
}

type SinkRow = readonly [name: string, help: string, value: (state: SinkState) => number];

const SINK_GAUGES: readonly SinkRow[] = [
  ['kmipd_audit_sink_cursor', 'Number of the last event that is safe at the sink', ({ cursor }) => cursor],
  ['kmipd_audit_sink_lag_events', 'Events that the sink has not taken yet', ({ lag }) => lag],
  [
    'kmipd_audit_sink_oldest_event_age_seconds',
    'Age of the oldest event that the sink has not taken; 0 when it has all',
    ({ oldestAgeSeconds }) => oldestAgeSeconds,
  ],
  ['kmipd_audit_sink_failures', 'Failures in a row, until now', ({ failures }) => failures],
  ['kmipd_audit_sink_hanging', '1 while the sink takes long over a batch', ({ isHanging }) => (isHanging ? 1 : 0)],
];
const SINK_COUNTERS: readonly SinkRow[] = [
  ['kmipd_audit_sink_failures_total', 'Failures since the start', ({ failuresTotal }) => failuresTotal],
  [
    'kmipd_audit_sink_delivered_events_total',
    'Events handed to the sink since the start, repeated ones counted again',
    ({ deliveredTotal }) => deliveredTotal,
  ],
];

function addSinkMetrics(registry: Registry, { sinks, sinkLabels }: AuditHealth): void {
  const common = { registers: [registry], labelNames: ['sink'] as const };
  for (const [name, help, value] of SINK_GAUGES) {
    new Gauge({
      ...{ ...common, name, help },
      async collect() {
        for (const [i, state] of (await sinks()).entries()) this.set({ sink: sinkLabels[i] ?? '' }, value(state));
      },
    });
  }
  for (const [name, help, value] of SINK_COUNTERS) {
    new Counter({
      ...{ ...common, name, help },
      async collect() {
        const states = await sinks();
        this.reset();
        for (const [i, state] of states.entries()) this.inc({ sink: sinkLabels[i] ?? '' }, value(state));
      },
    });
  }
}
