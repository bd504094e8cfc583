import { setTimeout as wait } from 'node:timers/promises';
import type { LogUpkeep } from '../store/index.ts';
import type { Attempt } from './attempts.ts';

export interface Indexing {
  /** Has what is not indexed yet brought in, soon. */
  wake(): void;
  /** Resolves when nothing is under way any more. */
  stop(): Promise<void>;
}

/** Events that are brought in at a time, and what lies in between, ms: requests come first. */
const CHUNK = 100;
const PAUSE_MS = 5;
/** From a commit to when its events are brought in: those of others are taken along. */
const DELAY_MS = 50;

/** Brings committed events into the search index, in the background. `mayIndex`: whether there is room for it now. */
export function startIndexing(log: Pick<LogUpkeep, 'index'>, attempt: Attempt, mayIndex: () => boolean): Indexing {
  let isStopping = false;
  let isWoken = false;
  let running: Promise<unknown> | undefined;
  const run = async () => {
    while (isWoken && !isStopping) {
      isWoken = false;
      await wait(DELAY_MS);
      while (!isStopping && mayIndex() && (await log.index(CHUNK)) > 0) await wait(PAUSE_MS);
    }
  };
  return {
    wake() {
      isWoken = true;
      running ??= attempt(run).finally(() => (running = undefined));
    },
    async stop() {
      isStopping = true;
      await running;
    },
  };
}
