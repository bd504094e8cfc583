import { setTimeout as wait } from 'node:timers/promises';
import { allActions } from '../audit/index.ts';
import { suggestion } from '../settings/index.ts';
import type { EventFilter, EventReader, SequencedEvent } from '../store/index.ts';
import { CommandError } from './exit-codes.ts';
import type { CommandContext } from './with-store.ts';

/** What events must have; of a list, any one. */
export interface EventQuery {
  readonly since?: Date;
  readonly actions?: readonly string[];
  readonly initiators?: readonly string[];
  readonly outcome?: string;
}
export type NamedEvents = readonly SequencedEvent[];

/** Actions that a person means by a shortened name: its end, from any dot on. Throws CommandError when there is none. */
export function actionMatches(shortened: string): string[] {
  const names = allActions.map(({ name }) => name);
  const wanted = shortened.toLowerCase();
  const matches = names.filter(name => name === wanted || name.endsWith(`.${wanted}`));
  if (matches.length > 0) return matches;
  const endings = new Set(
    names.flatMap(name => [name, name.split('.').slice(1).join('.'), name.split('.').at(-1) ?? '']),
  );
  const remedy =
    suggestion(shortened, endings) ||
    `; actions end in ${[...new Set(names.map(name => name.split('.').at(-1)))].sort().join(', ')}`;
  throw new CommandError('usage', `--action ${shortened}: no action ends so${remedy}`);
}

/** The newest `limit` events that match, in order. */
export async function latestEvents(events: EventReader, query: EventQuery, limit: number): Promise<SequencedEvent[]> {
  return events.latest(limit, filterOf(query));
}

/** Milliseconds between two looks at whether anybody has committed something. */
const FOLLOW_INTERVAL_MS = 200;
const FOLLOW_PAGE = 500;

/** Shows matching events after `seq` as they are committed, by whichever process, until the person stops it. */
export async function followEvents(
  { world, store }: CommandContext,
  query: EventQuery,
  seq: number,
  show: (events: NamedEvents) => void,
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
        for (;;) {
          const page = await store.events.after(after, FOLLOW_PAGE);
          show(page.filter(event => matches(event, query)));
          after = page.at(-1)?.seq ?? after;
          if (page.length < FOLLOW_PAGE) break;
        }
      }
      await wait(FOLLOW_INTERVAL_MS, undefined, { signal: stop.signal }).catch(() => {});
    }
  } finally {
    forget();
  }
}

function matches(event: SequencedEvent, { since, actions, initiators, outcome }: EventQuery): boolean {
  return (
    (since === undefined || event.time >= since) &&
    (actions === undefined || actions.includes(event.action)) &&
    (initiators === undefined || initiators.includes(event.initiator)) &&
    (outcome === undefined || outcome === event.outcome)
  );
}

function filterOf({ outcome, ...query }: EventQuery): EventFilter {
  return { ...query, ...(outcome !== undefined && { outcomes: [outcome] }) };
}
