import { setTimeout as wait } from 'node:timers/promises';
import type { EventFilter, EventReader, SequencedEvent, Store } from '../../store/index.ts';
import type { World } from '../world.ts';

/** Milliseconds between two looks at whether anybody has committed something; a look costs microseconds. */
const FOLLOW_INTERVAL_MS = 25;
const FOLLOW_PAGE = 500;

/** Of the store, what following reads. */
interface Followed extends Pick<Store, 'generation'> {
  readonly events: Pick<EventReader, 'after' | 'lastSeq'>;
  readonly log: Pick<Store['log'], 'start'>;
}

/**
 * Shows matching events after `seq` as they are committed, by whichever process, until the person stops it. Events that retention
 * has removed before they could be shown are told of on standard error.
 */
export async function followEvents(
  { world, store }: { readonly world: World; readonly store: Followed },
  filter: EventFilter,
  seq: number,
  show: (events: readonly SequencedEvent[]) => void,
): Promise<void> {
  const stop = new AbortController();
  const forget = world.onStop(() => stop.abort());
  let after = seq;
  let generation: number | undefined;
  const next = async () => {
    const page = await store.events.after(after, FOLLOW_PAGE, filter);
    // Asked afterwards: what was removed before the page was read is known by then, and a page read before that has it.
    const { firstSeq } = await store.log.start();
    if (firstSeq > after + 1 && !page.some(event => event.seq < firstSeq)) {
      world.stderr.write(`events ${after + 1} to ${firstSeq - 1} were removed by retention before they were shown\n`);
    }
    show(page);
    after = page.at(-1)?.seq ?? Math.max(after, firstSeq - 1);
    return page.length;
  };
  try {
    while (!stop.signal.aborted) {
      const present = store.generation();
      if (present !== generation) {
        generation = present;
        // What comes while a page is read is found by the next look.
        const lastSeq = await store.events.lastSeq();
        while ((await next()) === FOLLOW_PAGE && !stop.signal.aborted);
        if (!stop.signal.aborted) after = Math.max(after, lastSeq);
      }
      await wait(FOLLOW_INTERVAL_MS, undefined, { signal: stop.signal }).catch(() => {});
    }
  } finally {
    forget();
  }
}
