import type { CertificateImport, FileContent } from '../../admin/index.ts';
import { parseCertificates } from '../../../certs/index.ts';
import { type AskOptions, withCertificateManager } from '../ask/index.ts';
import { CommandError } from '../exit-codes.ts';
import { painter, printFacts, printJson } from '../output.ts';
import { factsInFull } from '../shown-certificate.ts';
import { readChecked, readInput, readPassword } from '../user-files.ts';
import type { World } from '../world.ts';
import { replaceServerCertificate } from './renew.ts';

export type ImportOptions = AskOptions & {
  readonly cert?: string;
  readonly key?: string;
  readonly keyPassphraseFile?: string;
  readonly chain?: string;
  readonly pkcs12?: string;
  readonly pkcs12PasswordFile?: string;
  readonly json?: true;
};

/** `kmipd certs server import`: a certificate made elsewhere, for a key that comes with it or waits here. */
export async function serverImport(world: World, options: ImportOptions): Promise<void> {
  const body = await importOf(world, options);
  await replaceServerCertificate(world, options, ask => ask('certs server import', body));
}

/** `kmipd certs authority import`: an authority made elsewhere takes the place of ours. */
export async function authorityImport(world: World, options: ImportOptions): Promise<void> {
  const body = await importOf(world, options);
  if (body.pkcs12 === undefined && body.key === undefined) {
    throw new CommandError('usage', 'an authority signs, so its key is needed; give --key FILE, or --pkcs12 FILE');
  }
  const { authority } = await withCertificateManager(world, options, ask => ask('certs authority import', body));
  const { stdout } = world;
  if (options.json) return printJson(stdout, { authority });
  stdout.write(
    'authority replaced; it signs the certificates of clients from now on, and those of before stay valid\n',
  );
  printFacts(stdout, factsInFull(authority), painter(world));
  stdout.write('The server’s own certificate stays until: kmipd certs server renew\n');
}

async function importOf(world: World, options: ImportOptions): Promise<CertificateImport> {
  const { cert, key, chain, pkcs12, pkcs12PasswordFile, keyPassphraseFile } = options;
  if (pkcs12 !== undefined) {
    const file = await content(pkcs12);
    const password = await secret(world, pkcs12PasswordFile, {
      prompt: `Password of ${pkcs12}: `,
      flag: '--pkcs12-password-file',
    });
    return {
      pkcs12: { file, password },
      ...(chain !== undefined && { chain: await readChecked(chain, parseCertificates) }),
    };
  }
  if (pkcs12PasswordFile !== undefined) {
    throw new CommandError('usage', '--pkcs12-password-file goes with --pkcs12; give both or none');
  }
  if (cert === undefined) {
    throw new CommandError('usage', 'nothing says which certificate; give --cert FILE, or --pkcs12 FILE');
  }
  if (key === undefined && keyPassphraseFile !== undefined) {
    throw new CommandError('usage', '--key-passphrase-file goes with --key; give both or none');
  }
  const keyBytes = key === undefined ? undefined : await readInput(key);
  const isEncrypted = keyBytes !== undefined && Buffer.from(keyBytes).includes('ENCRYPTED');
  return {
    certificate: await readChecked(cert, parseCertificates),
    ...(keyBytes && { key: Buffer.from(keyBytes).toString('base64') }),
    ...((isEncrypted || keyPassphraseFile !== undefined) && {
      passphrase: await secret(world, keyPassphraseFile, {
        prompt: `Passphrase of ${key}: `,
        flag: '--key-passphrase-file',
      }),
    }),
    ...(chain !== undefined && { chain: await readChecked(chain, parseCertificates) }),
  };
}

const content = async (path: string): Promise<FileContent> => Buffer.from(await readInput(path)).toString('base64');

/** From a file, else asked for. */
async function secret(
  world: World,
  file: string | undefined,
  { prompt, flag }: { prompt: string; flag: string },
): Promise<string> {
  if (file !== undefined) return readPassword(world, file);
  const answer = await world.readSecret(prompt);
  if (answer !== undefined) return answer;
  throw new CommandError(
    'usage',
    `${prompt.replace(/: $/, '')} is needed, and there is no terminal to ask at; give ${flag} FILE`,
  );
}
