import { join } from 'node:path';
import { toPkcs12 } from '../../../certs/index.ts';
import type { ClientAdded, TrustWay } from '../../admin/index.ts';
import { readIfPresent } from '../../data-folder/index.ts';
import type { ReservedFile, WantedFile } from '../reserved-files.ts';
import { readPassword } from '../user-files.ts';
import type { World } from '../world.ts';

interface HandOptions {
  readonly out?: string;
  readonly pkcs12?: true;
  readonly pkcs12PasswordFile?: string;
  readonly force?: true;
}

/** What a person takes to the client, in files. */
export interface Handed {
  readonly wanted: readonly WantedFile[];
  /** Writes what was answered; gives the paths of the files that the person needs. */
  write(added: ClientAdded, reserved: readonly ReservedFile[]): Promise<readonly string[]>;
}

const PUBLIC = 0o644;
const PRIVATE = 0o600;

/** The files of a client: certificate and chain; where its key is made here also that, and if asked for both as PKCS#12. */
export async function filesFor(world: World, name: string, way: TrustWay, options: HandOptions): Promise<Handed> {
  const { out } = options;
  if (out === undefined || !(way.kind === 'issue' || way.kind === 'sign')) return { wanted: [], write: async () => [] };
  const chain = await chainFile(name, out, options);
  const content = new Map<WantedFile, (added: ClientAdded) => Promise<string | Uint8Array> | string>();
  const file = (ending: string, mode: number): WantedFile => ({ path: join(out, `${name}.${ending}`), mode });

  content.set(file('crt', PUBLIC), ({ certificatePem }) => given(certificatePem));
  if (way.kind === 'issue') content.set(file('key', PRIVATE), ({ privateKeyPem }) => given(privateKeyPem));
  content.set(chain.wanted, ({ chainPem }) => given(chainPem));
  if (options.pkcs12) {
    const { pkcs12PasswordFile: passwordFile } = options;
    const password =
      passwordFile === undefined
        ? world.randomBytes(PASSWORD_BYTES).toString('base64url')
        : await readPassword(world, passwordFile);
    content.set(file('p12', PRIVATE), added => pkcs12(world, name, added, password));
    if (passwordFile === undefined) content.set(file('p12.password', PRIVATE), () => `${password}\n`);
  }

  return {
    wanted: [...content.keys()],
    async write(added, reserved) {
      const paths: string[] = [];
      for (const [index, make] of [...content.values()].entries()) {
        const place = reserved[index]!;
        const bytes = await make(added);
        const isThere = place.path === chain.wanted.path && chain.present === bytes;
        if (!isThere) await place.write(bytes);
        paths.push(isThere ? chain.presentPath : place.path);
      }
      return paths;
    },
  };
}

const PASSWORD_BYTES = 18;

/**
 * `ca.crt`, which is the same for every client. Where another chain may be in it, say of an earlier authority, the name that
 * is reserved is the client's own; it is used if need be.
 */
async function chainFile(name: string, out: string, { force }: HandOptions) {
  const presentPath = join(out, 'ca.crt');
  const present = force ? undefined : (await readIfPresent(presentPath))?.toString();
  const path = present === undefined ? presentPath : join(out, `${name}.ca.crt`);
  return { presentPath, present, wanted: { path, mode: PUBLIC } };
}

const pkcs12 = (world: World, name: string, added: ClientAdded, password: string): Promise<Uint8Array> =>
  toPkcs12({
    certificatePem: given(added.certificatePem),
    privateKeyPem: given(added.privateKeyPem),
    ...(added.chainPem !== undefined && { chainPem: added.chainPem }),
    password,
    friendlyName: name,
    randomBytes: world.randomBytes,
  });

function given(part: string | undefined): string {
  if (part === undefined) throw new Error('the answer lacks what was asked for');
  return part;
}
