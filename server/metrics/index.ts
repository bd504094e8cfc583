export type { AuditHealth, Checkpointed } from './audit-health.ts';
export { type RunningMetrics, type StartMetrics, startMetrics } from './listener.ts';
export type { ReadinessMarks } from './readiness.ts';
export { sinkLabels } from './sink-labels.ts';
