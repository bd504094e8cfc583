import type { Logger } from '../log/index.ts';

/** Runs work that may fail and will be tried again. Never rejects; whether it worked. */
export type Attempt = (work: () => Promise<unknown>) => Promise<boolean>;

/** Says in the log when work of one kind begins to fail, and when it works again: not each time in between. */
export function attempts(log: Pick<Logger, 'error' | 'info'>, what: string): Attempt {
  let isFailing = false;
  return async work => {
    try {
      await work();
    } catch (error) {
      if (!isFailing) log.error(`${what} failed; it is tried again until it works`, { error });
      isFailing = true;
      return false;
    }
    if (isFailing) log.info(`${what} works again`);
    isFailing = false;
    return true;
  };
}
