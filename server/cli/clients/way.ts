import { parseCertificates, parseCrls, parseCsr } from '../../../certs/index.ts';
import type { FileContent, TrustWay } from '../../admin/index.ts';
import { CommandError } from '../exit-codes.ts';
import { readChecked } from '../user-files.ts';

/** Flags that say how a client comes to be trusted. */
export interface WayOptions {
  readonly cert?: string;
  readonly csr?: string;
  readonly issue?: true;
  readonly keyType?: string;
  readonly ca?: string;
  readonly subject?: string;
  readonly crl?: readonly string[];
  readonly out?: string;
  readonly pkcs12?: true;
  readonly pkcs12PasswordFile?: string;
}

/** The one of vCenter's four ways that the flags name, with the files that they name. Throws CommandError. */
export async function readWay(options: WayOptions): Promise<TrustWay> {
  const { cert, csr, issue, keyType, ca, subject } = options;
  checkCompanions(options);
  if (cert !== undefined) return { kind: 'pin', file: await readChecked(cert, parseCertificates) };
  if (csr !== undefined) return { kind: 'sign', file: await readChecked(csr, parseCsr) };
  if (issue) return { kind: 'issue', ...(keyType !== undefined && { keyType }) };
  if (ca === undefined) {
    const remedy = 'give --cert FILE, --csr FILE, --issue, or --ca FILE with --subject PATTERN';
    throw new CommandError('usage', `nothing says how the client is to be trusted; ${remedy}`);
  }
  if (subject === undefined) {
    throw new CommandError(
      'usage',
      "--ca lets in whom it has signed; say which with --subject, as in --subject 'CN=vcenter-*'",
    );
  }
  const crls: FileContent[] = [];
  for (const path of options.crl ?? []) crls.push(await readChecked(path, parseCrls));
  const file = await readChecked(ca, parseCertificates);
  return { kind: 'root', file, subject, ...(crls.length > 0 && { crls }) };
}

/** Flags that only have a meaning beside others. */
function checkCompanions(options: WayOptions): void {
  const { cert, csr, issue, ca, out } = options;
  const misplaced = COMPANIONS.find(([flag, , goesWith]) => options[flag] !== undefined && !goesWith(options));
  if (misplaced) throw new CommandError('usage', `${misplaced[1]}; leave it out, or see \`kmipd client add --help\``);
  if (out === undefined && (issue || csr !== undefined) && cert === undefined && ca === undefined) {
    throw new CommandError('usage', `--${issue ? 'issue' : 'csr'} makes files; name a folder for them with --out DIR`);
  }
}

const COMPANIONS: readonly [keyof WayOptions, string, (options: WayOptions) => boolean][] = [
  ['out', '--out goes with --issue or --csr', ({ issue, csr }) => issue === true || csr !== undefined],
  ['keyType', '--key-type goes with --issue', ({ issue }) => issue === true],
  ['pkcs12', '--pkcs12 goes with --issue, which makes the key', ({ issue }) => issue === true],
  ['pkcs12PasswordFile', '--pkcs12-password-file goes with --pkcs12', ({ pkcs12 }) => pkcs12 === true],
  ['subject', '--subject goes with --ca', ({ ca }) => ca !== undefined],
  ['crl', '--crl goes with --ca', ({ ca }) => ca !== undefined],
];
