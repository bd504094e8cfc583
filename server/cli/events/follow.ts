import { setTimeout as wait } from 'node:timers/promises';
import type { EventFilter, SequencedEvent } from '../../store/index.ts';
import type { CommandContext } from '../with-store.ts';

/** Milliseconds between two looks at whether anybody has committed something; a look costs microseconds. */
const FOLLOW_INTERVAL_MS = 25;
const FOLLOW_PAGE = 500;

/**
 * Shows matching events after `seq` as they are committed, by whichever process, until the person stops it. Events that retention
 * has removed before they could be shown are told of on standard error.
 */
export async function followEvents(
  { world, store }: CommandContext,
  filter: EventFilter,
  seq: number,
  show: (events: readonly SequencedEvent[]) => void,
): Promise<void> {
  const stop = new AbortController();
  const forget = world.onStop(() => stop.abort());
  let after = seq;
  let generation: number | undefined;
  try {
    while (!stop.signal.aborted) {
      const present = store.generation();
      if (present !== generation) {
        generation = present;
        const { firstSeq } = await store.log.start();
        if (firstSeq > after + 1) {
          world.stderr.write(
            `events ${after + 1} to ${firstSeq - 1} were removed by retention before they were shown\n`,
          );
          after = firstSeq - 1;
        }
        // What comes while a page is read is found by the next look.
        const lastSeq = await store.events.lastSeq();
        for (;;) {
          const page = await store.events.after(after, FOLLOW_PAGE, filter);
          show(page);
          after = page.at(-1)?.seq ?? after;
          if (page.length < FOLLOW_PAGE || stop.signal.aborted) break;
        }
        after = Math.max(after, stop.signal.aborted ? after : lastSeq);
      }
      await wait(FOLLOW_INTERVAL_MS, undefined, { signal: stop.signal }).catch(() => {});
    }
  } finally {
    forget();
  }
}
