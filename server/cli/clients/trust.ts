import { type AskOptions, withCertificateManager } from '../ask/index.ts';
import { checkedLabel } from '../labels.ts';
import type { World } from '../world.ts';
import { printAdded } from './added.ts';

export type ClientTrustOptions = AskOptions & {
  readonly name: string;
  readonly vault?: string;
  readonly json?: true;
};

/** `kmipd client trust`: pins a certificate that was refused. */
export async function clientTrust(world: World, fingerprint: string, options: ClientTrustOptions): Promise<void> {
  const { vault } = options;
  const name = checkedLabel('client', options.name);
  const body = { name, fingerprint, ...(vault !== undefined && { vault }) };
  const added = await withCertificateManager(world, options, ask => ask('client trust', body));
  printAdded(world, added, [], options.json ? { json: true } : {});
}
