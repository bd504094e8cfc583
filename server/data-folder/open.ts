import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Authority,
  createAuthority,
  type IssueServerCertificate,
  issueServerCertificate,
  type KeyedCertificate,
} from '../../certs/index.ts';
import { type ServiceIdentity, serviceIdentity } from '../audit/index.ts';
import type { Logger } from '../log/index.ts';
import { uuid, type RandomBytes } from '../randomness.ts';
import { createRootKeyFile, loadRootKey, type RootKey, wipe } from '../root-key/index.ts';
import type { Settings } from '../settings/index.ts';
import { openSqliteStore, type Store } from '../store/index.ts';
import { type AfterStep, readIfPresent, replaceDurably, syncFolder, writeDurably } from './durable-file.ts';
import { DataFolderError } from './error.ts';
import { lockDataFolder } from './lock.ts';
import { type Part, PARTS, partsIn } from './parts.ts';
import { addDefaultVault } from './vault.ts';

export interface FolderOptions {
  readonly settings: Settings;
  readonly now: () => Date;
  readonly randomBytes: RandomBytes;
  readonly log: Logger;
}

export interface ServeOptions extends FolderOptions {
  /** Host names and addresses for the server certificate, if one has to be made. */
  readonly names: readonly string[];
  /** Operating system user, for the event of the first vault. */
  readonly initiator: { readonly id: string };
  readonly afterStep?: AfterStep;
}

/** A data folder in use. Keys are loaded when they are asked for. */
export interface DataFolder {
  readonly path: string;
  readonly store: Store;
  /** The service that events speak for. */
  readonly service: ServiceIdentity;
  /** Throws DataFolderError when it is not the root key with which this folder was made. */
  rootKey(): Promise<RootKey>;
  authority(): Promise<Authority>;
  serverCertificate(): Promise<{ certificatePem: string; privateKeyPem: string }>;
  /** What this start has made; empty on every later one. */
  readonly made: readonly Part[];
  close(): Promise<void>;
}

const AUTHORITY_VALIDITY_DAYS = 3650;

/**
 * Opens a data folder to serve it, as its only server. In an empty one everything is made, once; a start that was
 * interrupted is completed by the next. Throws DataFolderError.
 */
export async function openDataFolder(path: string, options: ServeOptions): Promise<DataFolder> {
  await partsIn(path); // before the lock, which would leave its trace in somebody else's folder
  if (await mkdir(path, { recursive: true, mode: 0o700 })) await syncFolder(join(path, '..'));
  const unlock = await lockDataFolder(path);
  try {
    const folder = await complete(path, options);
    return {
      ...folder,
      async close() {
        try {
          await folder.close();
        } finally {
          await unlock();
        }
      },
    };
  } catch (error) {
    await unlock();
    throw error;
  }
}

/** Opens a data folder for a command, beside a server that may be running. Makes nothing. Throws DataFolderError. */
export async function useDataFolder(path: string, options: FolderOptions): Promise<DataFolder> {
  const parts = await partsIn(path);
  if (parts === undefined || !parts.has('kmipd.db')) {
    throw new DataFolderError(
      'missing',
      `${path} is no data folder yet; run \`kmipd serve\` first, or name another with --data`,
    );
  }
  return openParts(path, options, []);
}

async function complete(path: string, options: ServeOptions): Promise<DataFolder> {
  const { settings, now, randomBytes, log, afterStep = () => {} } = options;
  const parts = await partsIn(path);
  const missing = PARTS.filter(part => !parts?.has(part));
  if (missing.length > 0) await chmod(path, 0o700);
  const write = (part: Part, content: string | Uint8Array, mode: number) =>
    writeDurably(join(path, part), content, { mode, afterStep });
  const isMissing = (part: Part) => missing.includes(part);

  if (isMissing('instance-id')) await write('instance-id', `${uuid(randomBytes)}\n`, 0o600);
  if (isMissing('root.key')) {
    await replaceDurably(join(path, 'root.key'), temporary => createRootKeyFile(temporary, randomBytes), afterStep);
  }
  const folder = await openParts(path, options, missing);
  try {
    afterStep('kmipd.db in place');
    const rootKey = await folder.rootKey();
    if ((await folder.store.directory.vaults()).length === 0) {
      const { store, service } = folder;
      await addDefaultVault({ store, rootKey, service, now: now(), randomBytes, initiator: options.initiator });
      afterStep('default vault in place');
    }

    // Each certificate comes after its key, so that one without its key is never there.
    const keep = async (keyPart: Part, certificatePart: Part, made: KeyedCertificate) => {
      await write(keyPart, rootKey.wrapSecret(keyPart, Buffer.from(made.privateKeyPem)), 0o600);
      await write(certificatePart, made.certificatePem, 0o644);
    };
    if (isMissing('authority.crt')) {
      const commonName = `kmipd authority ${folder.service.instanceId}`.slice(0, 64);
      const keyType = settings.server.keyType === 'RSA 2048' ? 'RSA 3072' : settings.server.keyType;
      const validityDays = AUTHORITY_VALIDITY_DAYS;
      await keep(
        'authority.key.wrapped',
        'authority.crt',
        await createAuthority({ commonName, now: now(), validityDays, keyType, randomBytes }),
      );
    }
    if (isMissing('server.crt')) {
      const { keyType, validityDays } = settings.server;
      const request: IssueServerCertificate = {
        authority: await folder.authority(),
        names: options.names,
        keyType,
        validityDays,
        now: now(),
        randomBytes,
      };
      await keep('server.key.wrapped', 'server.crt', await issueServerCertificate(request));
    }
    if (missing.length > 0) log.info('data folder made', { path, parts: missing });
    return folder;
  } catch (error) {
    await folder.close();
    throw error;
  }
}

async function openParts(
  path: string,
  { settings, now, randomBytes, log }: FolderOptions,
  made: readonly Part[],
): Promise<DataFolder> {
  const instanceId = settings.audit.instanceId ?? (await loadPart(path, 'instance-id')).toString().trim();
  const { busyMs } = settings.store;
  const store = openSqliteStore({ path: join(path, 'kmipd.db'), busyMs, now, log: message => log.info(message) });
  let rootKey: Promise<RootKey> | undefined;
  const loadPair = async (certificatePart: Part, keyPart: Part) => ({
    certificatePem: (await loadPart(path, certificatePart)).toString(),
    privateKeyPem: await unwrapPart(path, keyPart, await folder.rootKey()),
  });
  const folder: DataFolder = {
    path,
    store,
    service: serviceOf(settings, instanceId),
    made,
    rootKey: () => (rootKey ??= loadCheckedRootKey(path, store, randomBytes)),
    authority: () => loadPair('authority.crt', 'authority.key.wrapped'),
    serverCertificate: () => loadPair('server.crt', 'server.key.wrapped'),
    close: () => store.close(),
  };
  return folder;
}

function serviceOf({ audit }: Settings, instanceId: string): ServiceIdentity {
  const { cname, ctype, serviceName: serviceCrnName, region, scope } = audit.crn;
  const { serviceName, extensions } = audit;
  return serviceIdentity({ serviceName, instanceId, cname, ctype, serviceCrnName, region, scope, extensions });
}

/** The root key, once it has opened the key of every vault: another one must not begin to wrap keys here. */
async function loadCheckedRootKey(path: string, store: Store, randomBytes: RandomBytes): Promise<RootKey> {
  const file = join(path, 'root.key');
  const rootKey = loadRootKey(file, randomBytes);
  for (const vault of await store.directory.vaults()) {
    try {
      rootKey.openVault(vault.id, vault.wrappedKey);
    } catch (cause) {
      throw new DataFolderError(
        'refused',
        `${file} is not the root key of this database (it does not open vault ${vault.name}); put back the root.key that was made with it, or the database that belongs to this root.key`,
        { cause },
      );
    }
  }
  return rootKey;
}

/** Secrets of a folder are wrapped for the name of their file. */
async function unwrapPart(path: string, part: Part, rootKey: RootKey): Promise<string> {
  const wrapped = await loadPart(path, part);
  try {
    const secret = rootKey.unwrapSecret(part, wrapped);
    const text = secret.toString();
    wipe(secret);
    return text;
  } catch (cause) {
    throw new DataFolderError(
      'refused',
      `${join(path, part)} was not wrapped by this root.key, or is damaged; restore both from the same backup`,
      { cause },
    );
  }
}

async function loadPart(path: string, part: Part): Promise<Buffer> {
  const content = await readIfPresent(join(path, part));
  if (content === undefined) {
    throw new DataFolderError(
      'refused',
      `${join(path, part)} is missing; restore it from a backup, or run \`kmipd serve\` if the first start was interrupted`,
    );
  }
  return content;
}
