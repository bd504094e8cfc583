import { readFile } from 'node:fs/promises';

/** PEM files of a sink's settings. */
export interface TlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** What node:tls takes, and no more than was given: without `ca` the authorities that Node.js brings may vouch. */
export interface TlsMaterial {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/** Reads the files anew, so that renewed ones count from the next connection on. Rejects, naming the setting, for one that cannot be read. */
export async function readTlsFiles(files: TlsFiles): Promise<TlsMaterial> {
  const material: { ca?: Buffer; cert?: Buffer; key?: Buffer } = {};
  for (const name of ['ca', 'cert', 'key'] as const) {
    const path = files[name];
    if (path === undefined) continue;
    try {
      material[name] = await readFile(path);
    } catch (error) {
      throw new Error(`${name}: the file cannot be read: ${(error as Error).message}`, { cause: error });
    }
  }
  return material;
}
