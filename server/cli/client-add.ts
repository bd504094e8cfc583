import { join } from 'node:path';
import {
  type Authority,
  type Certificate,
  colons,
  issueClientCertificate,
  parseCertificates,
  parseCsr,
  signRequest,
  validityAt,
} from '../../certs/index.ts';
import { hashPassword } from '../credentials/index.ts';
import { DEFAULT_VAULT } from '../data-folder/index.ts';
import type { Client, ClientCertificate, UnitOfWork, Vault } from '../store/index.ts';
import { administer, type Done } from './administer.ts';
import { CommandError } from './exit-codes.ts';
import { checkedLabel } from './labels.ts';
import type { SettingsOptions } from './options.ts';
import { printFacts, printJson, shownTime } from './output.ts';
import { named, type OutputFile, readInput, readPassword, removeFiles, writeOutputs } from './user-files.ts';
import { type CommandContext, withStore } from './with-store.ts';
import type { World } from './world.ts';

export type ClientAddOptions = SettingsOptions & {
  readonly issue?: true;
  readonly cert?: string;
  readonly csr?: string;
  readonly out?: string;
  readonly vault?: string;
  readonly username?: string;
  readonly passwordFile?: string;
  readonly force?: true;
  readonly json?: true;
};

/** `kmipd client add`: a certificate comes from us, from the client, or from its request; then it is pinned. */
export async function clientAdd(world: World, name: string, options: ClientAddOptions): Promise<void> {
  checkedLabel('client', name);
  const source = sourceOf(options);
  const input = source.file === undefined ? undefined : await readInput(source.file);
  const credential = await credentialOf(world, options);
  await withStore(world, options, async context => {
    const deed = {
      action: 'hs-crypto.mtlscert-cert.set',
      command: 'client add',
      target: { id: name, name },
      requestData: {
        client: name,
        origin: source.origin,
        ...(options.vault !== undefined && { vault: options.vault }),
      },
    } as const;
    let written: readonly string[] = [];
    const added = await administer(context, deed, async unit => {
      const { client, vault, isNew } = await clientFor(context, unit, name, options, credential);
      const { certificate, files } = await certificateFor(context, name, source, input);
      await pin(context, unit, client, certificate, source.origin);
      written = await writeOutputs(files, { force: options.force ?? false });
      const result = { client, vault, certificate, files: files.map(({ path }) => path), isNew };
      return { result, ...toldOf(result) };
    }).catch(async (error: unknown) => {
      await removeFiles(written); // a certificate that nobody has been told of must not lie around
      throw error;
    });
    print(context, added, options);
  });
}

interface Source {
  readonly origin: ClientCertificate['origin'];
  /** The person's file, or undefined where we make all ourselves. */
  readonly file?: string;
  readonly out?: string;
}

function sourceOf({ issue, cert, csr, out }: ClientAddOptions): Source {
  if (cert !== undefined) {
    if (out !== undefined)
      throw new CommandError('usage', '--out goes with --issue or --csr; leave it out with --cert');
    return { origin: 'pinned', file: cert };
  }
  if (!issue && csr === undefined) {
    throw new CommandError('usage', 'nothing says which certificate; give --issue, --cert FILE or --csr FILE');
  }
  if (out === undefined) {
    throw new CommandError('usage', `--${issue ? 'issue' : 'csr'} makes files; name a folder for them with --out DIR`);
  }
  return csr === undefined ? { origin: 'issued', out } : { origin: 'signed', file: csr, out };
}

async function credentialOf(world: World, { username, passwordFile }: ClientAddOptions): Promise<Client['credential']> {
  if (username === undefined && passwordFile === undefined) return undefined;
  if (username === undefined || passwordFile === undefined) {
    throw new CommandError('usage', '--username and --password-file go together; give both or none');
  }
  return { username, passwordHash: await hashPassword(await readPassword(world, passwordFile), world.randomBytes) };
}

/** The client of this name: the one that is there, or a new one. */
async function clientFor(
  { store, uuid, world }: CommandContext,
  unit: UnitOfWork,
  name: string,
  { vault: vaultName }: ClientAddOptions,
  credential: Client['credential'],
): Promise<{ client: Client; vault: Vault; isNew: boolean }> {
  const existing = await store.directory.clientNamed(name);
  const wanted = vaultName ?? DEFAULT_VAULT;
  const vault = existing ? await store.directory.vault(existing.vault) : await store.directory.vaultNamed(wanted);
  if (!vault) {
    throw new CommandError('notFound', `there is no vault ${wanted}; make it with \`kmipd vault create ${wanted}\``);
  }
  if (existing) {
    if (vaultName !== undefined && vault.name !== vaultName) {
      const remedy = 'give the new client another name, or remove that one first';
      throw new CommandError('refused', `client ${name} belongs to vault ${vault.name}; ${remedy}`);
    }
    if (credential) {
      throw new CommandError(
        'refused',
        `client ${name} exists already; its username and password are set when it is first added: remove it first`,
      );
    }
    return { client: existing, vault, isNew: false };
  }
  const client: Client = { id: uuid(), name, vault: vault.id, createdAt: world.now(), credential };
  unit.administer({ kind: 'add client', client });
  return { client, vault, isNew: true };
}

async function certificateFor(
  { folder, settings, world }: CommandContext,
  name: string,
  { origin, file = '', out = '' }: Source,
  input: Uint8Array | undefined,
): Promise<{ certificate: Certificate; files: OutputFile[] }> {
  const { now, randomBytes } = world;
  if (origin === 'pinned') {
    const [certificate] = named(file, () => parseCertificates(input ?? ''));
    return { certificate: certificate!, files: [] };
  }
  const authority: Authority = await folder.authority();
  const issuing = { authority, now: now(), validityDays: settings.server.validityDays, randomBytes };
  const caFile: OutputFile = {
    path: join(out, 'ca.crt'),
    content: String(authority.certificatePem),
    mode: 0o644,
    isShared: true,
  };
  const certificateFile = (content: string): OutputFile => ({ path: join(out, `${name}.crt`), content, mode: 0o644 });
  if (origin === 'signed') {
    const csr = named(file, () => parseCsr(input ?? ''));
    const { certificatePem, der } = await named(file, () => signRequest({ ...issuing, csr }));
    return { certificate: parseCertificates(der)[0]!, files: [certificateFile(certificatePem), caFile] };
  }
  const { certificatePem, der, privateKeyPem } = await issueClientCertificate({
    ...issuing,
    commonName: name,
    keyType: settings.server.keyType,
  });
  const keyFile: OutputFile = { path: join(out, `${name}.key`), content: privateKeyPem, mode: 0o600 };
  return { certificate: parseCertificates(der)[0]!, files: [certificateFile(certificatePem), keyFile, caFile] };
}

async function pin(
  { store, world }: CommandContext,
  unit: UnitOfWork,
  client: Client,
  certificate: Certificate,
  origin: ClientCertificate['origin'],
): Promise<void> {
  const holder = await store.directory.clientByFingerprint(certificate.sha256);
  if (holder) {
    const remedy = `remove that client first, or use its name`;
    throw new CommandError('refused', `this certificate belongs to client ${holder.client.name} already; ${remedy}`);
  }
  if (validityAt(certificate, world.now()) === 'expired') {
    const until = shownTime(certificate.notAfter);
    throw new CommandError('refused', `this certificate expired at ${until}; have the client make a new one`);
  }
  unit.administer({
    kind: 'add certificate',
    certificate: {
      fingerprint: certificate.sha256,
      client: client.id,
      der: certificate.der,
      origin,
      issuers: [],
      addedAt: world.now(),
    },
  });
}

interface Added {
  readonly client: Client;
  readonly vault: Vault;
  readonly certificate: Certificate;
  readonly files: readonly string[];
  readonly isNew: boolean;
}

/** Subject and names of the certificate stay out: they can hold a host name. */
function toldOf({ client, vault, certificate, isNew }: Added): Omit<Done<unknown>, 'result'> {
  return {
    target: { id: client.id, name: client.name },
    requestData: { client: client.name, vault: vault.name, certificateId: certificate.sha256 },
    responseData: { action: isNew ? 'create' : 'update', clientId: client.id },
  };
}

function print({ world }: CommandContext, added: Added, { json }: ClientAddOptions): void {
  const { client, vault, certificate, files, isNew } = added;
  const { sha1, sha256, subject, notBefore, notAfter } = certificate;
  if (json) {
    const shown = { fingerprint: sha256, sha1, subject, notBefore, notAfter };
    return printJson(world.stdout, {
      client: client.name,
      id: client.id,
      vault: vault.name,
      isNew,
      certificate: shown,
      files,
    });
  }
  const what = isNew
    ? `client ${client.name} added to vault ${vault.name}`
    : `client ${client.name} exists in vault ${vault.name}; certificate added to it`;
  world.stdout.write(`${what}\n`);
  printFacts(world.stdout, [
    ['subject', subject || '(none)'],
    ['valid', `${shownTime(notBefore)} until ${shownTime(notAfter)}`],
    ['SHA-256', colons(sha256)],
    ['SHA-1', colons(sha1)],
    ...(files.length > 0 ? [['files', files] as const] : []),
  ]);
  if (validityAt(certificate, world.now()) === 'not yet valid') {
    world.stdout.write('The certificate is not valid yet; until then the client is refused.\n');
  }
}
