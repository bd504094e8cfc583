import type { ClientAdd, ClientAdded } from '../../admin/index.ts';
import { type Ask, type AskOptions, withCertificateManager } from '../ask/index.ts';
import { CommandError } from '../exit-codes.ts';
import { checkedLabel } from '../labels.ts';
import { type ReservedFile, withReservedFiles } from '../reserved-files.ts';
import { readPassword } from '../user-files.ts';
import type { World } from '../world.ts';
import { printAdded } from './added.ts';
import { filesFor, type Handed } from './handed-files.ts';
import { readWay, type WayOptions } from './way.ts';

export type ClientAddOptions = AskOptions &
  WayOptions & {
    readonly out?: string;
    readonly pkcs12?: true;
    readonly pkcs12PasswordFile?: string;
    readonly vault?: string;
    readonly username?: string;
    readonly passwordFile?: string;
    readonly force?: true;
    readonly json?: true;
  };

/** `kmipd client add`: one of the four ways of vCenter's dialog. */
export async function clientAdd(world: World, name: string, options: ClientAddOptions): Promise<void> {
  checkedLabel('client', name);
  const { vault } = options;
  const credential = await credentialOf(world, options);
  const way = await readWay(options);
  const body: ClientAdd = { name, way, ...(vault !== undefined && { vault }), ...(credential && { credential }) };
  const handed = await filesFor(world, name, way, options);
  await withReservedFiles(handed.wanted, { force: options.force }, async reserved => {
    const { added, files } = await withCertificateManager(world, options, async ask => {
      const added = await ask('client add', body);
      return { added, files: await handOut(ask, added, handed, reserved) };
    });
    printAdded(world, added, files, options);
  });
}

async function credentialOf(
  world: World,
  { username, passwordFile }: ClientAddOptions,
): Promise<ClientAdd['credential']> {
  if (username === undefined && passwordFile === undefined) return undefined;
  if (username === undefined || passwordFile === undefined) {
    throw new CommandError('usage', '--username and --password-file go together; give both or none');
  }
  return { username, password: await readPassword(world, passwordFile) };
}

/** Writes the files. A certificate that could not be handed out lets nobody in: it is removed again. */
async function handOut(
  ask: Ask,
  added: ClientAdded,
  handed: Handed,
  reserved: readonly ReservedFile[],
): Promise<readonly string[]> {
  try {
    return await handed.write(added, reserved);
  } catch (cause) {
    const { client: name, isNew, certificate } = added;
    await ask('client remove', isNew ? { name } : { name, certificate: certificate.sha256 });
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(
      'failure',
      `the files could not be written (${what}), and the certificate was removed again; see to the cause, then try again`,
      { cause },
    );
  }
}
