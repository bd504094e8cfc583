import { type AskOptions, withCertificateManager } from '../ask/index.ts';
import { counted, shownTime } from '../output.ts';
import type { World } from '../world.ts';
import { writeOut } from './request.ts';

export type CertsCrlOptions = AskOptions & { readonly out?: string; readonly force?: true };

/** `kmipd certs crl`: the revocation list of our authority, made now. */
export async function certsCrl(world: World, options: CertsCrlOptions): Promise<void> {
  const { out, force } = options;
  let told = '';
  await writeOut(world, { out, force }, async () => {
    const list = await withCertificateManager(world, options, ask => ask('certs crl', {}));
    told = `${counted(list.revoked, 'certificate')} on it, next update ${shownTime(list.nextUpdate)}`;
    return list.crlPem;
  });
  if (out !== undefined) world.stdout.write(`${out} written; ${told}\n`);
}
