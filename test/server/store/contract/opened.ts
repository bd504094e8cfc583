import type { Test } from 'tap';
import type { Store } from '../../../../server/store/index.ts';

/** An empty store, and a way to reach the same data a second time, as another process would. */
export interface Opened {
  readonly store: Store;
  openAgain(): Promise<Store>;
}
export type Open = (t: Test) => Promise<Opened>;

/** Waits until it holds, at most two seconds. */
export async function settled(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 2000;
  while (!holds() && Date.now() < deadline) await new Promise(resolve => setTimeout(resolve, 5));
}
