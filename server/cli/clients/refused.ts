import { colons } from '../../../certs/index.ts';
import { visible } from '../../audit/index.ts';
import type { ShownRefused } from '../../admin/index.ts';
import { type AskOptions, withCertificateManager } from '../ask/index.ts';
import { counted, type Fact, painter, printFacts, printJson, shownTime } from '../output.ts';
import type { World } from '../world.ts';

/** `kmipd client refused`: certificates that knocked and were refused, with fingerprints as vCenter shows them. */
export async function clientRefused(world: World, options: AskOptions & { readonly json?: true }): Promise<void> {
  const { refused } = await withCertificateManager(world, options, ask => ask('client refused', {}));
  const { stdout } = world;
  if (options.json) return printJson(stdout, refused);
  if (refused.length === 0) return stdout.write('nobody was refused\n');
  const paint = painter(world);
  for (const each of refused) {
    stdout.write(`${paint(visible(each.subject || '(without subject)'), 'bold')}\n`);
    printFacts(stdout, factsOf(each), paint);
  }
  stdout.write(
    'Compare the fingerprint with the one on the client’s side, then: kmipd client trust FINGERPRINT --name NAME\n',
  );
}

const factsOf = ({
  sha256,
  sha1,
  issuer,
  notBefore,
  notAfter,
  cause,
  firstAt,
  lastAt,
  count,
}: ShownRefused): Fact[] => [
  ['refused', `${counted(count, 'time')}, ${cause}`, 'yellow'],
  ['first', shownTime(firstAt)],
  ['last', shownTime(lastAt)],
  ['issuer', issuer || '(none)'],
  [
    'valid',
    notBefore === null || notAfter === null ? '(unreadable)' : `${shownTime(notBefore)} until ${shownTime(notAfter)}`,
  ],
  ['SHA-1', colons(sha1)],
  ['SHA-256', colons(sha256)],
];
