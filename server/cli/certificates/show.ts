import { type AskOptions, withCertificateManager } from '../ask/index.ts';
import { painter, printFacts, printJson } from '../output.ts';
import { factsInFull } from '../shown-certificate.ts';
import type { World } from '../world.ts';

export type CertsShowOptions = AskOptions & { readonly pem?: true; readonly json?: true };

/** `kmipd certs show`: what vCenter's dialog will show, then what stands above it. */
export async function certsShow(world: World, options: CertsShowOptions): Promise<void> {
  const shown = await withCertificateManager(world, options, ask => ask('certs show', {}));
  const { stdout } = world;
  if (options.json) return printJson(stdout, shown);
  if (options.pem) return stdout.write(shown.serverPem);
  const paint = painter(world);
  const section = (title: string, certificate: typeof shown.server) => {
    stdout.write(`${paint(title, 'bold')}\n`);
    printFacts(stdout, factsInFull(certificate), paint);
  };
  section('Server certificate, as vCenter’s dialog "Trust KMS" shows it', shown.server);
  for (const above of shown.chain) section('Sent with it', above);
  section('Authority, which signs the certificates of clients', shown.authority);
  if (shown.hasPendingRequest) {
    stdout.write(
      'A key waits for its certificate: `kmipd certs server import --cert FILE` when the request is signed.\n',
    );
  }
}
