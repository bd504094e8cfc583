import type { Command } from 'commander';
import { newVault } from '../../data-folder/index.ts';
import { administer } from '../administer.ts';
import { CommandError } from '../exit-codes.ts';
import { checkedLabel } from '../labels.ts';
import { withSettings, type SettingsOptions } from '../options.ts';
import { printJson, printTable, shownTime } from '../output.ts';
import { withStore } from '../with-store.ts';
import type { World } from '../world.ts';

type Options = SettingsOptions & { readonly json?: true };

export function vaultCommands(program: Command, world: World): void {
  const vault = program
    .command('vault')
    .description('groups of keys and of the clients that may use them')
    .addHelpText('after', '\nExample:\n  kmipd vault create vsan-lab\n');

  withSettings(
    vault
      .command('create')
      .argument('<name>', 'label of the new vault')
      .description('make a vault with a key of its own'),
  )
    .option('--json', 'print the vault as JSON')
    .addHelpText('after', '\nExample:\n  kmipd vault create vsan-lab\n')
    .action((name: string, options: Options) => createVault(world, name, options));

  withSettings(vault.command('list').description('list vaults'))
    .option('--json', 'print a JSON array')
    .addHelpText('after', '\nExample:\n  kmipd vault list --json\n')
    .action((options: Options) => listVaults(world, options));
}

async function createVault(world: World, name: string, options: Options): Promise<void> {
  checkedLabel('vault', name);
  await withStore(world, options, async context => {
    const { folder, store } = context;
    const rootKey = await folder.rootKey();
    const deed = {
      action: 'hs-crypto.vaults.write',
      command: 'vault create',
      target: { id: '', name },
      requestData: { vault: name },
    } as const;
    const vault = await administer(context, deed, async unit => {
      if (await store.directory.vaultNamed(name)) {
        throw new CommandError('refused', `vault ${name} exists already; choose another name`);
      }
      const vault = newVault(rootKey, name, world.now(), world.randomBytes);
      unit.administer({ kind: 'add vault', vault });
      return { result: vault, target: { id: vault.id, name }, responseData: { vaultId: vault.id } };
    });
    if (options.json) return printJson(world.stdout, { id: vault.id, name, createdAt: vault.createdAt });
    world.stdout.write(`vault ${name} made; add a client with \`kmipd client add NAME --vault ${name} …\`\n`);
  });
}

async function listVaults(world: World, options: Options): Promise<void> {
  await withStore(world, options, async context => {
    const { directory } = context.store;
    const { vaults, clients } = await administer(
      context,
      { action: 'hs-crypto.vaults.list', command: 'vault list' },
      async () => {
        const vaults = await directory.vaults();
        return { result: { vaults, clients: await directory.clients() }, responseData: { count: vaults.length } };
      },
    );
    const rows = vaults.map(({ id, name, createdAt }) => ({
      id,
      name,
      createdAt,
      clients: clients.filter(({ vault }) => vault === id).map(client => client.name),
    }));
    if (options.json) return printJson(world.stdout, rows);
    printTable(
      world.stdout,
      ['NAME', 'CLIENTS', 'MADE', 'ID'],
      rows.map(({ id, name, createdAt, clients }) => [name, clients.join(', ') || '-', shownTime(createdAt), id]),
      'no vaults',
    );
  });
}
