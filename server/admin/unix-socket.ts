import { constants } from 'node:fs';
import { chmod, type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import type { Server } from 'node:net';
import { basename, dirname, join } from 'node:path';

/** The longest path that fits into the address of a Unix socket, in bytes (sun_path). */
const SOCKET_PATH_BYTES_MAX = 107;

/**
 * Listens on a Unix socket that only its owner can open. It comes to be in a folder that nobody else can enter and moves to its
 * path when its mode is right, in the place of what a server that died has left there. Rejects when that cannot be.
 */
export async function listenOnUnixSocket(server: Server, path: string): Promise<{ remove(): Promise<void> }> {
  const name = basename(path);
  const folder = join(dirname(path), `.${name}.tmp`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { mode: 0o700 });
  try {
    await inShort(folder, name, address => listening(server, address));
    await chmod(join(folder, name), 0o600);
    await rename(join(folder, name), path);
  } catch (error) {
    server.close();
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { remove: () => rm(path, { force: true }) };
}

/** Calls `use` with a path of the file that fits into an address: on Linux any does, by the short name of its open folder. */
async function inShort(folder: string, name: string, use: (address: string) => Promise<void>): Promise<void> {
  const path = join(folder, name);
  if (Buffer.byteLength(path) <= SOCKET_PATH_BYTES_MAX) return use(path);
  if (process.platform !== 'linux') {
    throw new Error(
      `${path} has more than the ${SOCKET_PATH_BYTES_MAX} bytes of a socket's path; use a data folder with a shorter one`,
    );
  }
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
    await use(`/proc/self/fd/${handle.fd}/${name}`);
  } finally {
    await handle?.close();
  }
}

const listening = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
