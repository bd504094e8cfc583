import { type Command, Option } from 'commander';
import { showEvents, type EventsOptions } from '../events.ts';
import { withSettings } from '../options.ts';
import type { World } from '../world.ts';
import { listLength } from './keys.ts';

export function eventsCommand(program: Command, world: World): void {
  withSettings(program.command('events').description('what was done with keys, by whom, and how it ended'))
    .option('--follow', 'go on and show events as they come')
    .option('--json', 'print one JSON object a line, as events are kept')
    .option('--since <time>', '30s, 10m, 2h, 1d ago, or a time as in 2026-11-22T07:30:00Z')
    .option('--action <action>', 'an action or its end: create, kmip-key.destroy, vaults.write')
    .option(
      '--initiator <who>',
      'a client’s or administrator’s name, a certificate’s SHA-256 fingerprint, or an id as events name it',
    )
    .addOption(new Option('--outcome <outcome>', 'how it ended').choices(['success', 'failure']))
    .option('--limit <n>', 'the newest so many', listLength, 50)
    .addHelpText('after', '\nExamples:\n  kmipd events --follow\n  kmipd events --since 1d --action destroy --json\n')
    .action((options: EventsOptions) => showEvents(world, options));
}
