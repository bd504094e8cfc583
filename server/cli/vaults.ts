import { type AskOptions, withCertificateManager } from './ask/index.ts';
import { checkedLabel } from './labels.ts';
import { printJson, printTable, shownTime } from './output.ts';
import type { World } from './world.ts';

type Options = AskOptions & { readonly json?: true };

export async function vaultCreate(world: World, name: string, options: Options): Promise<void> {
  checkedLabel('vault', name);
  const vault = await withCertificateManager(world, options, ask => ask('vault create', { name }));
  if (options.json) return printJson(world.stdout, vault);
  world.stdout.write(`vault ${name} made; add a client with \`kmipd client add NAME --vault ${name} …\`\n`);
}

export async function vaultList(world: World, options: Options): Promise<void> {
  const { vaults } = await withCertificateManager(world, options, ask => ask('vault list', {}));
  if (options.json) return printJson(world.stdout, vaults);
  printTable(
    world.stdout,
    ['NAME', 'CLIENTS', 'MADE', 'ID'],
    vaults.map(({ id, name, createdAt, clients }) => [name, clients.join(', ') || '-', shownTime(createdAt), id]),
    'no vaults',
  );
}
