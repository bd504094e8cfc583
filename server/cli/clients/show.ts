import { colons } from '../../../certs/index.ts';
import { visible } from '../../audit/index.ts';
import type { ShownClientCertificate, ShownClientInFull, ShownRoot } from '../../admin/index.ts';
import { type AskOptions, withCertificateManager } from '../ask/index.ts';
import { counted, type Fact, painter, printFacts, printJson, shownTime } from '../output.ts';
import { factsBesideSubject, timeOrNever } from '../shown-certificate.ts';
import type { World } from '../world.ts';

/** `kmipd client show`: a client with everything that lets it in, when it was seen, and what it has made. */
export async function clientShow(
  world: World,
  name: string,
  options: AskOptions & { readonly json?: true },
): Promise<void> {
  const client = await withCertificateManager(world, options, ask => ask('client show', { name }));
  const { stdout } = world;
  if (options.json) return printJson(stdout, client);
  const paint = painter(world);
  stdout.write(`${visible(client.name)}\n`);
  printFacts(stdout, clientFacts(client));
  for (const certificate of client.certificates) {
    const title = `certificate ${certificate.subject || '(without subject)'}, ${certificate.origin}`;
    stdout.write(`${paint(visible(title), 'bold')}\n`);
    printFacts(stdout, certificateFacts(certificate), paint);
  }
  for (const root of client.roots) {
    stdout.write(`${paint(visible(`root ${root.subject || '(without subject)'}`), 'bold')}\n`);
    printFacts(stdout, rootFacts(root), paint);
  }
}

const clientFacts = (client: ShownClientInFull): Fact[] => [
  ['vault', client.vault],
  ['added', shownTime(client.createdAt)],
  ['username', client.username ?? '(none: the certificate is enough)'],
  ['last handshake', timeOrNever(client.lastHandshakeAt)],
  ['last request', timeOrNever(client.lastRequestAt)],
  ['keys', `${client.keys} in its vault`],
  ...(client.products.length > 0
    ? [
        [
          'made by',
          client.products.map(product => `${product.attribute} ${product.value}: ${counted(product.keys, 'key')}`),
        ] as const,
      ]
    : []),
];

const certificateFacts = (certificate: ShownClientCertificate): Fact[] => [
  ...factsBesideSubject(certificate),
  ['key', `${certificate.publicKey}, signed with ${certificate.signatureAlgorithm}`],
  ['serial number', colons(certificate.serialNumber)],
  ['added', shownTime(certificate.addedAt)],
  ['last handshake', timeOrNever(certificate.lastHandshakeAt)],
  ['last request', timeOrNever(certificate.lastRequestAt)],
];

export const rootFacts = (root: ShownRoot): Fact[] => [
  ['lets in', root.subjectPattern],
  ...factsBesideSubject(root),
  ['key', `${root.publicKey}, signed with ${root.signatureAlgorithm}`],
  ['added', shownTime(root.addedAt)],
  ['revocation lists', root.crls.length > 0 ? root.crls.map(shownList) : '(none: revoked certificates are not known)'],
];

const shownList = ({ issuer, thisUpdate, nextUpdate, revoked }: ShownRoot['crls'][number]): string =>
  `of ${issuer}, ${shownTime(thisUpdate)} until ${nextUpdate === null ? 'replaced' : shownTime(nextUpdate)}, ${revoked} revoked`;
