/** In milliseconds. */
export interface DeliveryTiming {
  /** Wait after the first failure; doubled after each further one. */
  readonly retryFirstMs: number;
  readonly retryMaxMs: number;
  /** How often to look for events that another process has committed; those of this process are announced. */
  readonly lookMs: number;
  /** A delivery that takes longer is reported as hanging, once. */
  readonly hangingMs: number;
  /** One that takes longer than this is given up and tried again. */
  readonly giveUpMs: number;
  /** How long `stop` lets sinks take what is committed. */
  readonly drainMs: number;
}

export const TIMING: DeliveryTiming = {
  retryFirstMs: 100,
  retryMaxMs: 30_000,
  lookMs: 500,
  hangingMs: 10_000,
  giveUpMs: 60_000,
  drainMs: 2_000,
};

/** Resolves when the promise has settled or the time is over; rejects if the promise did in time. */
export async function within(promise: Promise<void>, timeMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>(resolve => (timer = setTimeout(resolve, timeMs)));
  try {
    await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
