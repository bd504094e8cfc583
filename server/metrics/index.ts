export { type RunningMetrics, type StartMetrics, startMetrics } from './listener.ts';
