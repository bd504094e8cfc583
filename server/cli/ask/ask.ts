import {
  type AnswerOf,
  askCertificateManager,
  type BodyOf,
  type RequestName,
  type Sign,
  signRequest,
} from '../../admin/index.ts';
import { ADMIN_PASSPHRASE_VARIABLE, ADMIN_VARIABLE } from '../../settings/index.ts';
import { CommandError } from '../exit-codes.ts';
import { loadSettings } from '../options.ts';
import type { World } from '../world.ts';
import { type AdministratorKey, readAdministratorKey, unlock } from './administrator-key.ts';
import { explained } from './explained.ts';
import type { AskOptions } from './options.ts';
import { nearestManager, ownManager, remoteManager, type Way } from './ways.ts';

export type Ask = <Name extends RequestName>(name: Name, body: BodyOf<Name>) => Promise<AnswerOf<Name>>;

export interface AskHow {
  /** Signs only where it must, at an administrator port: nobody is asked for a passphrase. */
  readonly unsignedHere?: boolean;
  /** The owner of the data folder acts unsigned, in this process, while no server is running. */
  readonly recover?: boolean;
}

/**
 * Runs a command that asks the certificate manager: over the administrator port of `--server`; or over the socket of the
 * server that runs on the data folder; or, while none is running, the one in this process. What the manager refuses becomes
 * a CommandError with the manager's own text.
 */
export async function withCertificateManager<T>(
  world: World,
  options: AskOptions,
  command: (ask: Ask) => Promise<T>,
  how: AskHow = {},
): Promise<T> {
  checkFlags(options, how);
  const key = await administratorKey(world, options, how);
  const way = await chooseWay(world, options, key, how);
  const sign = key && (await signer(world, options, key));
  try {
    const ask: Ask = (name, body) =>
      askCertificateManager(name, body, { send: way.send, sign }).catch((error: unknown) => {
        throw explained(error, way.where);
      });
    return await command(ask);
  } finally {
    await way.close();
  }
}

function checkFlags({ server, serverFingerprint }: AskOptions, { recover }: AskHow): void {
  if (serverFingerprint !== undefined && server === undefined) {
    throw new CommandError('usage', '--server-fingerprint goes with --server; give both or none');
  }
  if (recover && server !== undefined) {
    throw new CommandError('usage', '--recover works on the data folder itself; leave out --server');
  }
}

async function administratorKey(
  world: World,
  { admin, server }: AskOptions,
  { unsignedHere, recover }: AskHow,
): Promise<AdministratorKey | undefined> {
  if (recover || (unsignedHere && admin === undefined && server === undefined)) return undefined;
  const path = admin ?? variable(world, ADMIN_VARIABLE);
  return path === undefined ? undefined : readAdministratorKey(path);
}

async function chooseWay(
  world: World,
  { server, serverFingerprint, ...options }: AskOptions,
  key: AdministratorKey | undefined,
  { recover }: AskHow,
): Promise<Way> {
  if (server !== undefined) return remoteManager(server, serverFingerprint, key?.authorityPem);
  const { settings } = await loadSettings(world, options);
  return recover ? ownManager(world, settings) : nearestManager(world, settings);
}

const NONCE_BYTES = 18;

async function signer(world: World, { passphraseFile }: AskOptions, key: AdministratorKey): Promise<Sign> {
  const privateKeyPem = await unlock(world, key, passphraseFile ?? variable(world, ADMIN_PASSPHRASE_VARIABLE));
  const { instanceId, keyId } = key;
  return ({ path, body }) => {
    const nonce = world.randomBytes(NONCE_BYTES).toString('base64url');
    return signRequest({ path, body, instanceId, keyId, privateKeyPem, now: world.now(), nonce });
  };
}

/** One that is set to nothing is not set. */
const variable = ({ env }: World, name: string) => (env[name] === '' ? undefined : env[name]);
