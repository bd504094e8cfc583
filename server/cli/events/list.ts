import { CSV_HEAD, type EventFormat, formatterOf, type ServiceIdentity } from '../../audit/index.ts';
import type { EventFilter, EventReader, SequencedEvent } from '../../store/index.ts';
import { CommandError } from '../exit-codes.ts';
import type { SettingsOptions } from '../options.ts';
import { painter } from '../output.ts';
import { withStore } from '../with-store.ts';
import type { World } from '../world.ts';
import { followEvents } from './follow.ts';
import { eventLine } from './line.ts';
import { type FilterOptions, filterFrom } from './query.ts';

export const listFormats = ['table', 'json', 'csv', 'cef', 'ocsf', 'record'] as const;
export type ListFormat = (typeof listFormats)[number];

export type EventsOptions = SettingsOptions &
  FilterOptions & {
    readonly follow?: true;
    readonly json?: true;
    readonly format?: ListFormat;
    readonly afterSeq?: number;
    readonly beforeSeq?: number;
    readonly limit: number;
  };

/**
 * `kmipd events`: the newest that match, oldest of them first; with --after-seq the first that match behind it; with --follow those
 * that come too, until the person has seen enough.
 */
export async function showEvents(world: World, options: EventsOptions): Promise<void> {
  const { follow, afterSeq, beforeSeq, limit } = options;
  if (follow && beforeSeq !== undefined) {
    throw new CommandError('usage', '--before-seq and --follow contradict each other; give one of them');
  }
  const format = options.format ?? (options.json ? 'json' : 'table');
  await withStore(world, options, async context => {
    const { events } = context.store;
    const filter = await filterFrom(options, context.store, world.now());
    const print = printerOf(world, format, context.service);
    // Read first: what is committed before the next line is among those found then, and following goes on after that.
    const lastSeq = await events.lastSeq();
    if (follow && afterSeq !== undefined) return followEvents(context, filter, afterSeq, print);
    const found =
      afterSeq === undefined
        ? await newest(events, filter, limit, beforeSeq)
        : (await events.after(afterSeq, limit, filter)).filter(({ seq }) => beforeSeq === undefined || seq < beforeSeq);
    print(found);
    if (follow) await followEvents(context, filter, Math.max(lastSeq, found.at(-1)?.seq ?? 0), print);
    else if (found.length === 0 && format === 'table') world.stderr.write('no events match\n');
  });
}

/** The newest `limit` that match, oldest first. A page may be short: its work is bounded, so that it waits for nothing. */
async function newest(
  events: EventReader,
  filter: EventFilter,
  limit: number,
  beforeSeq: number | undefined,
): Promise<SequencedEvent[]> {
  const found: SequencedEvent[] = [];
  let before = beforeSeq;
  do {
    const page = await events.page({ before, limit: limit - found.length, filter });
    found.push(...page.events);
    before = page.next;
  } while (before !== undefined && found.length < limit);
  return found.reverse();
}

function printerOf(
  { stdout, ...world }: World,
  format: ListFormat,
  service: ServiceIdentity,
): (events: readonly SequencedEvent[]) => void {
  const paint = painter({ stdout, ...world });
  const line =
    format === 'table'
      ? (event: SequencedEvent) => eventLine(event, paint)
      : formatterOf(format === 'json' ? 'event' : (format satisfies EventFormat), service);
  if (format === 'csv') stdout.write(`${CSV_HEAD}\n`);
  return events => {
    if (events.length > 0) stdout.write(`${events.map(line).join('\n')}\n`);
  };
}
