import { type AskOptions, withCertificateManager } from '../ask/index.ts';
import { counted, printJson } from '../output.ts';
import type { World } from '../world.ts';

export type ClientRemoveOptions = AskOptions & { readonly certificate?: string; readonly json?: true };

/** `kmipd client remove`: the client, or one certificate or root of it. */
export async function clientRemove(world: World, name: string, options: ClientRemoveOptions): Promise<void> {
  const { certificate } = options;
  const body = { name, ...(certificate !== undefined && { certificate }) };
  const removed = await withCertificateManager(world, options, ask => ask('client remove', body));
  if (options.json) return printJson(world.stdout, removed);
  const { connectionsCut, isGone } = removed;
  const cut =
    connectionsCut === undefined || connectionsCut === 0 ? '' : `; ${counted(connectionsCut, 'connection')} cut`;
  const what = isGone
    ? `client ${name} removed with ${counted(removed.removed.length, 'certificate')}${cut}; its keys stay`
    : `removed from client ${name}: ${removed.removed.join(', ')}${cut}`;
  world.stdout.write(`${what}\n`);
}
