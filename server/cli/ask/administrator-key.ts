import { CertificateError, decryptPrivateKey, encryptPrivateKey } from '../../../certs/index.ts';
import type { AdminSet } from '../../admin/index.ts';
import { visible } from '../../audit/index.ts';
import { CommandError } from '../exit-codes.ts';
import { readInput, readPassword } from '../user-files.ts';
import type { World } from '../world.ts';

/** What an administrator's key file holds. */
export interface AdministratorKey {
  readonly path: string;
  readonly name: string;
  /** The server that the key is for. */
  readonly instanceId: string;
  readonly keyId: string;
  /** Protected by a passphrase. */
  readonly encryptedKeyPem: string;
  /** By which to know the server's administrator port. */
  readonly authorityPem: string;
}

/** Text of an administrator's key file: lines for people, the private key under its passphrase, the server's authority. */
export async function administratorKeyFile(
  { name, instanceId, keyId, authorityPem }: AdminSet,
  privateKeyPem: string,
  { passphrase, randomBytes }: { passphrase: string; randomBytes: World['randomBytes'] },
): Promise<string> {
  const encrypted = await encryptPrivateKey(privateKeyPem, passphrase, { randomBytes });
  return [
    'Signature key of an administrator of kmipd. Keep this file and its passphrase to yourself, apart from each other.',
    `Administrator: ${name}`,
    `Server instance: ${instanceId}`,
    `Key: ${keyId}`,
    encrypted.trim(),
    'Authority of that server:',
    authorityPem.trim(),
    '',
  ].join('\n');
}

/** Reads the file that `administratorKeyFile` made. Throws CommandError. */
export async function readAdministratorKey(path: string): Promise<AdministratorKey> {
  const text = Buffer.from(await readInput(path)).toString();
  const refuse = (lack: string) =>
    new CommandError(
      'refused',
      `${path} is no administrator’s key file (it has no ${lack}); name one that \`kmipd admin create\` wrote`,
    );
  const line = (title: string, form: RegExp): string => {
    const value = new RegExp(`^${title}: *(.*?)\\s*$`, 'm').exec(text)?.[1];
    if (value === undefined || !form.test(value)) throw refuse(`line "${title}"`);
    return value;
  };
  const blocks = (label: string): string => {
    const found = text.match(new RegExp(`-----BEGIN ${label}-----[^-]*-----END ${label}-----`, 'g'));
    if (!found) throw refuse(label.toLowerCase());
    return `${found.join('\n')}\n`;
  };
  return {
    path,
    name: line('Administrator', /./),
    instanceId: line('Server instance', /^[A-Za-z0-9-]{1,128}$/),
    keyId: line('Key', /^[0-9a-f]{64}$/),
    encryptedKeyPem: blocks('ENCRYPTED PRIVATE KEY'),
    authorityPem: blocks('CERTIFICATE'),
  };
}

/** The private key (PKCS#8, PEM). Asks for the passphrase unless a file has it. Throws CommandError. */
export async function unlock(
  world: World,
  { path, name, encryptedKeyPem }: AdministratorKey,
  passphraseFile: string | undefined,
): Promise<string> {
  const passphrase =
    passphraseFile === undefined
      ? await asked(world, `Passphrase of ${visible(name)} (${path}): `, `the key in ${path} needs its passphrase`)
      : await readPassword(world, passphraseFile);
  try {
    return decryptPrivateKey(encryptedKeyPem, passphrase);
  } catch (cause) {
    if (!(cause instanceof CertificateError)) throw cause;
    throw new CommandError(
      'refused',
      `the passphrase does not open ${path}; try again, or see that the file is whole`,
      {
        cause,
      },
    );
  }
}

const NEW = '--new-passphrase-file';

/** Characters that the passphrase of a new key has at least. */
const PASSPHRASE_CHARACTERS_MIN = 12;

/** A passphrase for a new key: from a file, or asked for twice. Throws CommandError. */
export async function newPassphrase(world: World, name: string, file: string | undefined): Promise<string> {
  const why = `the new key of ${name} needs a passphrase`;
  const passphrase =
    file === undefined ? await asked(world, `New passphrase for ${name}: `, why, NEW) : await readPassword(world, file);
  if ([...passphrase].length < PASSPHRASE_CHARACTERS_MIN) {
    throw new CommandError(
      'usage',
      `the passphrase has fewer than ${PASSPHRASE_CHARACTERS_MIN} characters; choose a longer one, say of several words`,
    );
  }
  if (file === undefined && (await asked(world, 'The same again: ', why, NEW)) !== passphrase) {
    throw new CommandError('usage', 'the two passphrases differ; try again');
  }
  return passphrase;
}

async function asked(world: World, prompt: string, why: string, flag = '--passphrase-file'): Promise<string> {
  const answer = await world.readSecret(prompt);
  if (answer !== undefined) return answer;
  throw new CommandError(
    'usage',
    `${why}, and there is no terminal to ask at; give it with ${flag} FILE, - for standard input`,
  );
}
