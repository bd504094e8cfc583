import { setTimeout as wait } from 'node:timers/promises';
import { AdminUnreachable, overHttps, overSocket, type Send } from '../../admin/index.ts';
import { adminSocket, DataFolderError, servingProcess } from '../../data-folder/index.ts';
import type { Settings } from '../../settings/index.ts';
import { CommandError } from '../exit-codes.ts';
import type { World } from '../world.ts';
import { type LocalManager, openLocalManager } from './local-manager.ts';

/** A way to the certificate manager, for as long as a command needs it. */
export interface Way {
  readonly send: Send;
  /** Whom it leads to, for messages. */
  readonly where: string;
  readonly close: () => Promise<void>;
}

/** The administrator port of a server. Throws CommandError when nothing says by what to know it. */
export function remoteManager(server: string, givenFingerprint: string | undefined, authorityPem?: string): Way {
  const [, name6, name, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(server) ?? [];
  const host = name6 ?? name;
  const port = Number(digits);
  if (host === undefined || port < 1 || port > 65_535) {
    throw new CommandError('usage', `--server ${server}: HOST:PORT is expected; write it as in kms.example:5697`);
  }
  const fingerprint = givenFingerprint?.replaceAll(':', '').toLowerCase();
  if (fingerprint !== undefined && !/^[0-9a-f]{64}$/.test(fingerprint)) {
    const remedy = '`kmipd certs show` prints it on that machine';
    throw new CommandError(
      'usage',
      `--server-fingerprint: a SHA-256 fingerprint of 64 hex digits is expected; ${remedy}`,
    );
  }
  if (fingerprint === undefined && authorityPem === undefined) {
    const remedy = 'give --admin FILE, whose authority it is known by, or --server-fingerprint SHA256';
    throw new CommandError('usage', `nothing says by what to know ${server}; ${remedy}`);
  }
  return { send: overHttps({ host, port, authorityPem, fingerprint }), where: server, close: async () => {} };
}

/** How long a server may be starting or ending: it holds its folder, and its socket does not answer yet or any more. */
const STARTING_MS = 5000;
const LOOK_MS = 100;

/**
 * The server that runs on the data folder, else the manager in this process, which holds the folder until it is closed:
 * never one beside the other.
 */
export function nearestManager(world: World, settings: Settings): Way {
  const { data } = settings;
  const socket = overSocket(adminSocket(data));
  const isServed = async () => (await servingProcess(data)) !== undefined;
  let own: LocalManager | undefined;
  const once: Send = async request => {
    if (!own && (await isServed())) return socket(request);
    own ??= await openLocalManager(world, settings);
    return own.send(request);
  };
  const send: Send = async request => {
    const until = performance.now() + STARTING_MS;
    for (;;) {
      try {
        return await once(request);
      } catch (error) {
        const isNobody = error instanceof AdminUnreachable && error.kind === 'nobody';
        const isLocked = error instanceof DataFolderError && error.kind === 'busy' && (await isServed());
        if (!(isNobody || isLocked) || performance.now() >= until) throw error;
      }
      await wait(LOOK_MS);
    }
  };
  return { send, where: `the server that runs on ${data}`, close: async () => own?.close() };
}

/** The manager in this process, for the owner of the data folder. Throws CommandError while a server is running. */
export async function ownManager(world: World, settings: Settings): Promise<Way> {
  const { data } = settings;
  if ((await servingProcess(data)) !== undefined) {
    throw new CommandError(
      'refused',
      `a server is running on ${data}; stop it first, for this is done on the folder itself`,
    );
  }
  const { send, close } = await openLocalManager(world, settings, { recover: true });
  return { send, where: data, close };
}
