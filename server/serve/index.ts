export { startServer, type RunningServer, type StartOptions } from './start.ts';
