import type { Command } from 'commander';
import { type AskOptions, withAdministrator } from '../ask/index.ts';
import { exitCodesHelp } from '../exit-codes.ts';
import { status } from '../status.ts';
import type { World } from '../world.ts';

export function statusCommand(program: Command, world: World): void {
  withAdministrator(program.command('status').description('running or not, and which certificates end next'))
    .option('--json', 'print a JSON object')
    .addHelpText('after', `${exitCodesHelp()}\nExample:\n  kmipd status --json\n`)
    .action((options: AskOptions) => status(world, options));
}
