/** How far a clock may be behind what is expected before it counts as set back, ms. */
export const SET_BACK_MS = 2000;

export interface ClockWatch {
  /** By how many ms the clock was set back since the last look; undefined when it was not. */
  look(): number | undefined;
}

/** Compares the clock with one that only goes forward. A clock that goes slowly is not set back. */
export function watchClock(now: () => Date, ticks: () => number): ClockWatch {
  let last = { time: now().getTime(), ticks: ticks() };
  return {
    look() {
      const present = { time: now().getTime(), ticks: ticks() };
      const expected = last.time + (present.ticks - last.ticks);
      last = present;
      const backMs = expected - present.time;
      return backMs > SET_BACK_MS ? Math.round(backMs) : undefined;
    },
  };
}
