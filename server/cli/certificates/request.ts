import { type AskOptions, withCertificateManager } from '../ask/index.ts';
import { withReservedFiles } from '../reserved-files.ts';
import type { World } from '../world.ts';

export type ServerCsrOptions = AskOptions & {
  readonly out?: string;
  readonly force?: true;
  readonly name?: readonly string[];
  readonly commonName?: string;
  readonly keyType?: string;
  readonly reuseKey?: true;
};

/** `kmipd certs server csr`: a request for another authority; its key waits in the data folder. */
export async function serverCsr(world: World, options: ServerCsrOptions): Promise<void> {
  const { out, force, name: names, commonName, keyType, reuseKey } = options;
  const body = {
    ...(reuseKey && { reuseKey }),
    ...(names && { names }),
    ...(commonName !== undefined && { commonName }),
    ...(keyType !== undefined && { keyType }),
  };
  const request = () => withCertificateManager(world, options, ask => ask('certs server csr', body));
  await writeOut(world, { out, force }, async () => (await request()).csrPem);
  if (out === undefined) return;
  world.stdout.write(`${out} written; its key waits here\n`);
  world.stdout.write('Have it signed, then: kmipd certs server import --cert FILE --chain FILE\n');
}

/** Writes what is made to the file that was named, else to standard output. */
export async function writeOut(
  { stdout }: World,
  { out, force }: { readonly out: string | undefined; readonly force: true | undefined },
  make: () => Promise<string>,
): Promise<void> {
  if (out === undefined) return stdout.write(await make());
  const remedy = 'name another with --out, or add --force';
  await withReservedFiles([{ path: out, mode: 0o644 }], { force, remedy }, async ([file]) => file!.write(await make()));
}
