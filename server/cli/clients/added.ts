import type { ClientAdded } from '../../admin/index.ts';
import { painter, printFacts, printJson } from '../output.ts';
import { certificateFacts, printWarnings } from '../shown-certificate.ts';
import type { World } from '../world.ts';

/** What a person is told of a certificate or root that was added; never the private key, which only a file gets. */
export function printAdded(
  world: World,
  { client, id, vault, isNew, certificate, warnings }: ClientAdded,
  files: readonly string[],
  { json, ca }: { readonly json?: true; readonly ca?: string },
): void {
  const { stdout } = world;
  if (json) return printJson(stdout, { client, id, vault, isNew, certificate, warnings, files });
  const what = isNew
    ? `client ${client} added to vault ${vault}`
    : `client ${client} exists in vault ${vault}; ${ca === undefined ? 'certificate' : 'root'} added to it`;
  stdout.write(`${what}\n`);
  const facts = certificateFacts(certificate);
  printFacts(stdout, [...facts, ...(files.length > 0 ? [['files', files] as const] : [])], painter(world));
  printWarnings(stdout, warnings);
}
