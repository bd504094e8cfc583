import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  eventStats,
  type EventsOptions,
  groups,
  listFormats,
  showEvent,
  type ShowEventOptions,
  showEvents,
  type StatsOptions,
} from '../events/index.ts';
import { collect, withSettings } from '../options.ts';
import type { World } from '../world.ts';
import { listLength } from './keys.ts';

export function eventsCommand(program: Command, world: World): void {
  const events = withFilters(
    withSettings(program.command('events').description('what was done with keys, by whom, and how it ended')),
  );
  events
    .option('--follow', 'go on and show events as they come; with --after-seq from there on, missing none')
    .option('--after-seq <seq>', 'only events behind this one, the oldest of them first', sequence)
    .option('--before-seq <seq>', 'only events before this one', sequence)
    .addOption(new Option('--format <format>', 'how they are printed').choices(listFormats))
    .addOption(
      new Option('--json', 'print one JSON object a line, as events are kept; --format json').conflicts(['format']),
    )
    .option('--limit <n>', 'at most so many', listLength, 50)
    .addHelpText(
      'after',
      '\nExamples:\n  kmipd events --follow\n  kmipd events --since 1d --action destroy --json\n  kmipd events --key 5b3f… --format csv > key.csv\n',
    )
    .action((options: EventsOptions) => showEvents(world, options));

  withSettings(events.command('show').argument('<id-or-seq>').description('show all that the log has of one event'))
    .option('--json', 'print a JSON object')
    .addHelpText('after', '\nExample:\n  kmipd events show 42\n')
    .action((name: string, _: unknown, command: Command) =>
      showEvent(world, name, command.optsWithGlobals<ShowEventOptions>()),
    );

  withFilters(withSettings(events.command('stats').description('count events, as bars')))
    .addOption(new Option('--by <what>', 'one chart only').choices(groups))
    .option('--json', 'print a JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  kmipd events stats --since 1d\n  kmipd events stats --by initiator --outcome failure\n',
    )
    .action((_: unknown, command: Command) => eventStats(world, command.optsWithGlobals<StatsOptions>()));
}

const withFilters = (command: Command): Command =>
  command
    .option(
      '--initiator <who>',
      'a client’s or administrator’s name, a certificate’s SHA-256 fingerprint, or an id as events name it',
    )
    .option('--key <id>', 'a key’s Unique Identifier or its first 8 characters or more, or another target’s id')
    .option('--vault <name>', 'a vault’s name')
    .option('--action <action>', 'an action or its end: create, kmip-key.destroy; may be repeated', collect)
    .addOption(new Option('--outcome <outcome>', 'how it ended').choices(['success', 'failure']))
    .addOption(
      new Option('--severity <severity>', 'how grave it is; may be repeated')
        .choices(['normal', 'warning', 'critical'])
        .argParser(severities),
    )
    .option('--since <time>', '30s, 10m, 2h, 1d ago, or a time as in 2026-11-22T07:30:00Z')
    .option('--until <time>', 'the same')
    .option('--correlation <id>', 'events of one request message')
    .option('--text <words>', 'words, or beginnings of words, that all stand in the event');

const SEVERITIES = ['normal', 'warning', 'critical'];

function severities(value: string, before: readonly string[] = []): string[] {
  if (!SEVERITIES.includes(value)) throw new InvalidArgumentError(`Allowed choices are ${SEVERITIES.join(', ')}.`);
  return [...before, value];
}

function sequence(value: string): number {
  if (!/^\d{1,15}$/.test(value)) throw new InvalidArgumentError('a whole number from 0 on is expected.');
  return Number(value);
}
