import { join } from 'node:path';
import { type RootKey, wipe } from '../root-key/index.ts';
import { readIfPresent } from './durable-file.ts';
import { DataFolderError } from './error.ts';

/** The content of a file that a data folder must have. Throws DataFolderError when it is missing. */
export async function loadFile(path: string, name: string): Promise<Buffer> {
  const content = await readIfPresent(join(path, name));
  if (content === undefined) {
    throw new DataFolderError(
      'refused',
      `${join(path, name)} is missing; restore it from a backup, or run \`kmipd serve\` if the first start was interrupted`,
    );
  }
  return content;
}

/** What a file keeps of a private key: the key wrapped for `name`, whatever the file is called on its way to that name. */
export function wrapFor(name: string, privateKeyPem: string, rootKey: RootKey): Uint8Array {
  const secret = Buffer.from(privateKeyPem);
  try {
    return rootKey.wrapSecret(name, secret);
  } finally {
    wipe(secret);
  }
}

/** The private key that `wrapFor` wrapped for this name, or undefined when it was another root key or the bytes changed. */
export function unwrapFor(name: string, wrapped: Uint8Array, rootKey: RootKey): string | undefined {
  try {
    const secret = rootKey.unwrapSecret(name, wrapped);
    const text = secret.toString();
    wipe(secret);
    return text;
  } catch {
    return undefined;
  }
}
