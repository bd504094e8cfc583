import { parseCrls } from '../../../certs/index.ts';
import { visible } from '../../audit/index.ts';
import { type AskOptions, withCertificateManager } from '../ask/index.ts';
import { painter, printFacts, printJson } from '../output.ts';
import { readChecked } from '../user-files.ts';
import type { World } from '../world.ts';
import { rootFacts } from './show.ts';

export type ClientCrlOptions = AskOptions & { readonly root?: string; readonly json?: true };

/** `kmipd client crl`: these lists take the place of those of the client's trusted root. */
export async function clientCrl(
  world: World,
  name: string,
  files: readonly string[],
  options: ClientCrlOptions,
): Promise<void> {
  const crls: string[] = [];
  for (const file of files) crls.push(await readChecked(file, parseCrls));
  const { root } = options;
  const body = { name, crls, ...(root !== undefined && { root }) };
  const { roots } = await withCertificateManager(world, options, ask => ask('client crl', body));
  if (options.json) return printJson(world.stdout, roots);
  world.stdout.write(`revocation lists of client ${name} replaced\n`);
  for (const each of roots) {
    world.stdout.write(`root ${visible(each.subject || '(without subject)')}\n`);
    printFacts(world.stdout, rootFacts(each), painter(world));
  }
}
