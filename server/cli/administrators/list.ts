import type { ShownAdministrator } from '../../admin/index.ts';
import { visible } from '../../audit/index.ts';
import { type AskOptions, withCertificateManager } from '../ask/index.ts';
import { printFacts, printJson, printTable, shownTime } from '../output.ts';
import type { World } from '../world.ts';

type Options = AskOptions & { readonly json?: true };

export async function adminList(world: World, options: Options): Promise<void> {
  const { administrators } = await withCertificateManager(world, options, ask => ask('admin list', {}));
  if (options.json) return printJson(world.stdout, administrators);
  printTable(
    world.stdout,
    ['NAME', 'KEY TYPE', 'KEY SET', 'ADDED', 'KEY'],
    administrators.map(({ name, keyType, keySetAt, createdAt, keyId }) => [
      ...[name, keyType, shownTime(keySetAt), shownTime(createdAt)],
      keyId,
    ]),
    'no administrators; the owner of the data folder may do everything, until `kmipd admin create NAME`',
  );
}

export async function adminShow(world: World, name: string, options: Options): Promise<void> {
  const shown: ShownAdministrator = await withCertificateManager(world, options, ask => ask('admin show', { name }));
  if (options.json) return printJson(world.stdout, shown);
  world.stdout.write(`${visible(shown.name)}\n`);
  printFacts(world.stdout, [
    ['key', shown.keyId],
    ['key type', shown.keyType],
    ['key set', shownTime(shown.keySetAt)],
    ['added', shownTime(shown.createdAt)],
    ['id', shown.id],
  ]);
}
