import { colons } from '../../../certs/index.ts';
import type { ServerCertificateSet } from '../../admin/index.ts';
import { type AskOptions, withCertificateManager } from '../ask/index.ts';
import { painter, printFacts, printJson } from '../output.ts';
import { factsInFull, printWarnings } from '../shown-certificate.ts';
import type { World } from '../world.ts';

export type ServerRenewOptions = AskOptions & {
  readonly reuseKey?: true;
  readonly name?: readonly string[];
  readonly keyType?: string;
  readonly days?: number;
  readonly json?: true;
};

/** `kmipd certs server renew`: a new certificate of our authority takes the place of the present one. */
export async function serverRenew(world: World, options: ServerRenewOptions): Promise<void> {
  const { reuseKey, name: names, keyType, days } = options;
  await replaceServerCertificate(world, options, ask =>
    ask('certs server renew', {
      ...(reuseKey && { reuseKey }),
      ...(names && { names }),
      ...(keyType !== undefined && { keyType }),
      ...(days !== undefined && { validityDays: days }),
    }),
  );
}

/** Lets `replace` set another server certificate, and tells by what to know the old one and the new. */
export async function replaceServerCertificate(
  world: World,
  options: AskOptions & { readonly json?: true },
  replace: (ask: Parameters<Parameters<typeof withCertificateManager>[2]>[0]) => Promise<ServerCertificateSet>,
): Promise<void> {
  const { before, set } = await withCertificateManager(world, options, async ask => {
    const { server: before } = await ask('certs show', {});
    return { before, set: await replace(ask) };
  });
  const { certificate, chain, warnings, isServed } = set;
  const { stdout } = world;
  if (options.json) return printJson(stdout, { before, certificate, chain, warnings, isServed });
  stdout.write(
    `server certificate replaced; ${isServed ? 'new connections get the new one' : 'the next start serves it'}\n`,
  );
  printFacts(stdout, [
    ['old SHA-1', colons(before.sha1)],
    ['old SHA-256', colons(before.sha256)],
  ]);
  stdout.write('The new one:\n');
  printFacts(stdout, factsInFull(certificate), painter(world));
  for (const above of chain) printFacts(stdout, [['sent with it', above.subject || '(without subject)']]);
  printWarnings(stdout, warnings);
  stdout.write(
    'vCenter must trust it anew: Key Providers, select the key server, Establish Trust, Make vCenter Trust KMS.\n',
  );
}
