import { type Command, InvalidArgumentError } from 'commander';
import { keyList, type KeyListOptions, keyShow } from '../keys.ts';
import { withSettings, type SettingsOptions } from '../options.ts';
import type { World } from '../world.ts';

/** Most keys or events that one listing shows. */
const LISTED_MAX = 100_000;

export function keysCommands(program: Command, world: World): void {
  const keys = program
    .command('keys')
    .description('look at managed objects; never at key material')
    .addHelpText('after', '\nExample:\n  kmipd keys list\n');

  withSettings(keys.command('list').description('list keys, newest first'))
    .option('--vault <vault>', 'only those of this vault')
    .option('--limit <n>', 'at most so many', listLength, 50)
    .option('--before <id>', 'go on after the last one of a listing')
    .option('--json', 'print a JSON array')
    .addHelpText('after', '\nExample:\n  kmipd keys list --vault default --limit 10\n')
    .action((options: KeyListOptions) => keyList(world, options));

  withSettings(keys.command('show').argument('<id>', 'Unique Identifier').description('show a key’s attributes'))
    .option('--json', 'print a JSON object')
    .addHelpText('after', '\nExample:\n  kmipd keys show 5d6b1f8e-7f0e-4a2b-9c1d-2f4f0e6a8b31\n')
    .action((id: string, options: SettingsOptions & { json?: true }) => keyShow(world, id, options));
}

/** Value of `--limit`. */
export function listLength(text: string): number {
  const length = Number(text);
  if (!/^\d+$/.test(text) || length < 1 || length > LISTED_MAX) {
    throw new InvalidArgumentError(`A whole number from 1 to ${LISTED_MAX} is expected.`);
  }
  return length;
}
