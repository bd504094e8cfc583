import { setImmediate } from 'node:timers/promises';

/** Lets everybody else have a turn. */
export const othersTurn = (): Promise<void> => setImmediate();

/** Runs what it is given one after the other, in the order in which it came. */
export function oneAfterTheOther(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return work => {
    const mine = last.then(work, work);
    last = mine;
    return mine;
  };
}
