export type { LogKeeping } from './log-keeping.ts';
export { startServer, type RunningServer, type StartOptions } from './start.ts';
