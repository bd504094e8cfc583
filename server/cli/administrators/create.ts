import { generateSigningKey, type SigningKeyType } from '../../../certs/index.ts';
import type { AdminSet } from '../../admin/index.ts';
import { ADMIN_VARIABLE } from '../../settings/index.ts';
import { administratorKeyFile, type AskOptions, newPassphrase, withCertificateManager } from '../ask/index.ts';
import { checkedLabel } from '../labels.ts';
import { printFacts, printJson } from '../output.ts';
import { withReservedFiles } from '../reserved-files.ts';
import type { World } from '../world.ts';

export type AdminCreateOptions = AskOptions & {
  readonly keyType: SigningKeyType;
  readonly out?: string;
  readonly newPassphraseFile?: string;
  readonly force?: true;
  readonly json?: true;
};

/** `kmipd admin create`: the key is made here, and only its public part is handed over. */
export async function adminCreate(world: World, name: string, options: AdminCreateOptions): Promise<void> {
  const { set, path } = await withNewKey(world, 'admin create', name, options);
  if (options.json) return printJson(world.stdout, shown(set, path));
  world.stdout.write(`administrator ${name} made\n`);
  print(world, set, path);
}

/** `kmipd admin renew`: another key takes the place of the administrator's present one. */
export async function adminRenew(world: World, name: string, options: AdminCreateOptions): Promise<void> {
  const { set, path } = await withNewKey(world, 'admin renew', name, options);
  if (options.json) return printJson(world.stdout, shown(set, path));
  world.stdout.write(`administrator ${name} has a new key; the earlier one signs nothing any more\n`);
  print(world, set, path);
}

async function withNewKey(
  world: World,
  request: 'admin create' | 'admin renew',
  name: string,
  options: AdminCreateOptions,
): Promise<{ set: AdminSet; path: string }> {
  checkedLabel('administrator', name);
  const path = options.out ?? `./${name}.admin.pem`;
  const remedy = 'name another file with --out, or add --force';
  return withReservedFiles([{ path, mode: 0o600 }], { force: options.force, remedy }, async ([file]) => {
    const passphrase = await newPassphrase(world, name, passphraseFile(options, world));
    const { privateKeyPem, publicKeyPem } = await generateSigningKey(options.keyType);
    const set = await withCertificateManager(world, options, ask => ask(request, { name, publicKeyPem }));
    const { randomBytes } = world;
    await file!.write(await administratorKeyFile(set, privateKeyPem, { passphrase, randomBytes }));
    return { set, path };
  });
}

/** Where nobody signs yet, `--passphrase-file` can only mean the new key. */
function passphraseFile({ newPassphraseFile, passphraseFile, admin }: AdminCreateOptions, { env }: World) {
  const isSigned = admin !== undefined || (env[ADMIN_VARIABLE] ?? '') !== '';
  return newPassphraseFile ?? (isSigned ? undefined : passphraseFile);
}

const shown = ({ name, id, keyId, keyType, createdAt, keySetAt, instanceId }: AdminSet, file: string) => ({
  ...{ name, id, keyId, keyType, createdAt, keySetAt, instanceId },
  file,
});

function print({ stdout }: World, { keyId, keyType }: AdminSet, path: string): void {
  printFacts(stdout, [
    ['key', `${keyType}, ${keyId}`],
    ['file', path],
  ]);
  stdout.write(
    'Every request to the certificate manager must now be signed by an administrator: give the file with --admin,\n' +
      `or in the environment as ${ADMIN_VARIABLE}. Whoever has the file and its passphrase is this administrator.\n`,
  );
}
