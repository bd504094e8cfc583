import { type AskOptions, withCertificateManager } from '../ask/index.ts';
import { counted } from '../output.ts';
import type { World } from '../world.ts';

export type AdminRemoveOptions = AskOptions & { readonly recover?: true };

/** `kmipd admin remove`; with `--recover` without a signature, by the owner of the data folder. */
export async function adminRemove(world: World, name: string, options: AdminRemoveOptions): Promise<void> {
  const { recover = false } = options;
  const { left } = await withCertificateManager(world, options, ask => ask('admin remove', { name }), { recover });
  const rest =
    left > 0
      ? `${counted(left, 'administrator')} left`
      : 'no administrator is left, so the owner of the data folder may act without a signature';
  world.stdout.write(`administrator ${name} removed; ${rest}\n`);
}
