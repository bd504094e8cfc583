export type { CheckpointKey } from './checkpoint-key.ts';
export { type LogKeeper, type LogKeeperOptions, startLogKeeper } from './keeper.ts';
