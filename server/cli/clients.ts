import { colons, parseCertificates } from '../../certs/index.ts';
import type { Client, ClientCertificate, Store } from '../store/index.ts';
import { administer } from './administer.ts';
import { CommandError } from './exit-codes.ts';
import type { SettingsOptions } from './options.ts';
import { printFacts, printJson, printTable, shownTime } from './output.ts';
import { withStore } from './with-store.ts';
import type { World } from './world.ts';

type Options = SettingsOptions & { readonly json?: true };

/** A client as listings show it. */
interface ShownClient {
  readonly name: string;
  readonly id: string;
  readonly vault: string;
  readonly createdAt: Date;
  readonly username: string | null;
  readonly certificates: readonly {
    readonly fingerprint: string;
    readonly sha1: string;
    readonly subject: string;
    readonly issuer: string;
    readonly origin: ClientCertificate['origin'];
    readonly notBefore: Date;
    readonly notAfter: Date;
    readonly addedAt: Date;
  }[];
}

export async function clientList(world: World, options: Options): Promise<void> {
  await withStore(world, options, async context => {
    const { store } = context;
    const clients = await administer(
      context,
      { action: 'hs-crypto.mtlscert-cert.list', command: 'client list' },
      async () => {
        const result: ShownClient[] = [];
        for (const client of await store.directory.clients()) result.push(await shown(store, client));
        return { result, responseData: { action: 'list', count: result.length } };
      },
    );
    if (options.json) return printJson(world.stdout, clients);
    printTable(
      world.stdout,
      ['NAME', 'VAULT', 'VALID UNTIL', 'FROM', 'USERNAME', 'SHA-256'],
      clients.flatMap(({ name, vault, username, certificates }) =>
        (certificates.length > 0 ? certificates : [undefined]).map(certificate => [
          name,
          vault,
          certificate ? shownTime(certificate.notAfter) : '-',
          certificate?.origin ?? '-',
          username ?? '-',
          certificate?.fingerprint ?? '-',
        ]),
      ),
      'no clients; add one with `kmipd client add NAME --cert FILE`',
    );
  });
}

export async function clientShow(world: World, name: string, options: Options): Promise<void> {
  await withStore(world, options, async context => {
    const { store } = context;
    const deed = { action: 'hs-crypto.mtlscert-cert.read', command: 'client show', target: { id: '', name } } as const;
    const client = await administer(context, deed, async () => {
      const result = await shown(store, await load(store, name));
      const certificateId = result.certificates.map(({ fingerprint }) => fingerprint);
      return {
        result,
        target: { id: result.id, name },
        requestData: { certificateId },
        responseData: { action: 'read' },
      };
    });
    if (options.json) return printJson(world.stdout, client);
    world.stdout.write(`${client.name}\n`);
    printFacts(world.stdout, [
      ['vault', client.vault],
      ['added', shownTime(client.createdAt)],
      ['username', client.username ?? '(none: the certificate is enough)'],
    ]);
    for (const certificate of client.certificates) {
      world.stdout.write(`certificate ${certificate.subject || '(without subject)'}, ${certificate.origin}\n`);
      printFacts(world.stdout, [
        ['issuer', certificate.issuer || '(none)'],
        ['valid', `${shownTime(certificate.notBefore)} until ${shownTime(certificate.notAfter)}`],
        ['SHA-256', colons(certificate.fingerprint)],
        ['SHA-1', colons(certificate.sha1)],
      ]);
    }
  });
}

export async function clientRemove(world: World, name: string, options: Options): Promise<void> {
  await withStore(world, options, async context => {
    const { store } = context;
    const deed = {
      action: 'hs-crypto.mtlscert-cert.delete',
      command: 'client remove',
      target: { id: '', name },
    } as const;
    const count = await administer(context, deed, async unit => {
      const client = await load(store, name);
      const fingerprints = (await store.directory.certificates(client.id)).map(({ fingerprint }) => fingerprint);
      unit.administer({ kind: 'remove client', id: client.id, at: world.now() });
      return {
        result: fingerprints.length,
        target: { id: client.id, name },
        requestData: { client: name, certificateId: fingerprints },
        responseData: { action: 'delete' },
      };
    });
    world.stdout.write(`client ${name} removed with ${count} certificate${count === 1 ? '' : 's'}; its keys stay\n`);
  });
}

async function load(store: Store, name: string): Promise<Client> {
  const client = await store.directory.clientNamed(name);
  if (client) return client;
  throw new CommandError('notFound', `there is no client ${name}; \`kmipd client list\` shows all`);
}

async function shown(store: Store, client: Client): Promise<ShownClient> {
  const { id, name, createdAt, credential } = client;
  const vault = await store.directory.vault(client.vault);
  const certificates = (await store.directory.certificates(id)).map(({ der, fingerprint, origin, addedAt }) => {
    const { sha1, subject, issuer, notBefore, notAfter } = parseCertificates(der)[0]!;
    return { fingerprint, sha1, subject, issuer, origin, notBefore, notAfter, addedAt };
  });
  return {
    name,
    id,
    vault: vault?.name ?? client.vault,
    createdAt,
    username: credential?.username ?? null,
    certificates,
  };
}
