import type { Command } from 'commander';
import { type AskOptions, withAdministrator } from '../ask/index.ts';
import { vaultCreate, vaultList } from '../vaults.ts';
import type { World } from '../world.ts';

export function vaultCommands(program: Command, world: World): void {
  const vault = program
    .command('vault')
    .description('groups of keys and of the clients that may use them')
    .addHelpText('after', '\nExample:\n  kmipd vault create vsan-lab\n');

  withAdministrator(
    vault
      .command('create')
      .argument('<name>', 'label of the new vault')
      .description('make a vault with a key of its own'),
  )
    .option('--json', 'print the vault as JSON')
    .addHelpText('after', '\nExample:\n  kmipd vault create vsan-lab\n')
    .action((name: string, options: AskOptions) => vaultCreate(world, name, options));

  withAdministrator(vault.command('list').description('list vaults'))
    .option('--json', 'print a JSON array')
    .addHelpText('after', '\nExample:\n  kmipd vault list --json\n')
    .action((options: AskOptions) => vaultList(world, options));
}
