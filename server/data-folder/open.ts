import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createAuthority,
  type IssueServerCertificate,
  issueServerCertificate,
  type KeyedCertificate,
  type KeyType,
} from '../../certs/index.ts';
import { type ServiceIdentity, serviceIdentity } from '../audit/index.ts';
import type { Logger } from '../log/index.ts';
import { uuid, type RandomBytes } from '../randomness.ts';
import { createRootKeyFile, loadRootKey, type RootKey } from '../root-key/index.ts';
import type { Settings } from '../settings/index.ts';
import { openSqliteStore, type Store } from '../store/index.ts';
import { type CertificateFiles, certificateFiles } from './certificate-files.ts';
import { type AfterStep, replaceDurably, syncFolder, writeDurably } from './durable-file.ts';
import { type AuditKey, AUDIT_KEY, AUDIT_PUB, auditPub, loadAuditKey, newAuditKey } from './audit-key.ts';
import { DataFolderError } from './error.ts';
import { lockDataFolder } from './lock.ts';
import { makePrivate } from './modes.ts';
import { type Part, PARTS, partsIn } from './parts.ts';
import { addDefaultVault } from './vault.ts';
import { loadFile, wrapFor } from './wrapped-file.ts';

export interface FolderOptions {
  readonly settings: Settings;
  readonly now: () => Date;
  readonly randomBytes: RandomBytes;
  readonly log: Logger;
}

export interface UseOptions extends FolderOptions {
  /**
   * Holds the folder: no server is running on it and none can start before `close`. DataFolderError `busy` while one is
   * running. Without it certificates are only read.
   */
  readonly exclusive?: boolean;
  readonly afterStep?: AfterStep;
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
  readonly certificates: CertificateFiles;
  /** As `certificates.authority`. */
  authority: CertificateFiles['authority'];
  /** As `certificates.server`. */
  serverCertificate: CertificateFiles['server'];
  /** What signs the checkpoints of the log. Throws DataFolderError. */
  auditKey(): Promise<AuditKey>;
  /** What this start has made; empty on every later one. */
  readonly made: readonly Part[];
  close(): Promise<void>;
}

/**
 * Opens a data folder to serve it, as its only server. In an empty one everything is made, once; a start that was
 * interrupted is completed by the next. Throws DataFolderError.
 */
export async function openDataFolder(path: string, options: ServeOptions): Promise<DataFolder> {
  await partsIn(path); // before the lock, which would leave its trace in somebody else's folder
  if (await mkdir(path, { recursive: true, mode: 0o700 })) await syncFolder(join(path, '..'));
  return locked(path, 'server', () => complete(path, options));
}

/**
 * Opens a data folder for a command, beside a server that may be running, or with `exclusive` while none is. Makes nothing.
 * Throws DataFolderError.
 */
export async function useDataFolder(path: string, options: UseOptions): Promise<DataFolder> {
  const parts = await partsIn(path);
  if (parts === undefined || !parts.has('kmipd.db')) {
    throw new DataFolderError(
      'missing',
      `${path} is no data folder yet; run \`kmipd serve\` first, or name another with --data`,
    );
  }
  const { exclusive = false, afterStep } = options;
  const open = () => openParts(path, options, { made: [], holdsLock: exclusive, afterStep });
  return exclusive ? locked(path, 'command', open) : open();
}

/** Opens with the folder's lock, which is given back when the folder is closed. */
async function locked(path: string, as: 'server' | 'command', open: () => Promise<DataFolder>): Promise<DataFolder> {
  const unlock = await lockDataFolder(path, { as });
  try {
    const folder = await open();
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

async function complete(path: string, options: ServeOptions): Promise<DataFolder> {
  const { settings, now, randomBytes, log, afterStep = () => {} } = options;
  const parts = await partsIn(path);
  const missing = PARTS.filter(part => !parts?.has(part));
  if (missing.length > 0) await chmod(path, 0o700);
  await makePrivate(path, log);
  const write = (part: Part, content: string | Uint8Array, mode: number) =>
    writeDurably(join(path, part), content, { mode, afterStep });
  const isMissing = (part: Part) => missing.includes(part);

  if (isMissing('instance-id')) await write('instance-id', `${uuid(randomBytes)}\n`, 0o600);
  if (isMissing('root.key')) {
    await replaceDurably(join(path, 'root.key'), temporary => createRootKeyFile(temporary, randomBytes), afterStep);
  }
  const folder = await openParts(path, options, { made: missing, holdsLock: true, afterStep });
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
      await write(keyPart, wrapFor(keyPart, made.privateKeyPem, rootKey), 0o600);
      await write(certificatePart, made.certificatePem, 0o644);
    };
    if (isMissing('authority.crt')) {
      const commonName = `kmipd authority ${folder.service.instanceId}`.slice(0, 64);
      const { keyType = authorityKeyType(settings.server.keyType), validityDays } = settings.authority;
      await keep(
        'authority.key.wrapped',
        'authority.crt',
        await createAuthority({ commonName, now: now(), validityDays, keyType, randomBytes }),
      );
    }
    if (isMissing('server.crt')) {
      const { keyType, validityDays } = settings.server;
      const request: IssueServerCertificate = {
        authority: await folder.certificates.authority(),
        names: options.names,
        keyType,
        validityDays,
        now: now(),
        randomBytes,
      };
      await keep('server.key.wrapped', 'server.crt', await issueServerCertificate(request));
    }
    // A start that was interrupted between the two has used the key for nothing; it is as good as another.
    if (isMissing(AUDIT_KEY)) await write(AUDIT_KEY, newAuditKey(rootKey), 0o600);
    if (isMissing(AUDIT_PUB)) {
      await write(AUDIT_PUB, await auditPub(path, folder.service.instanceId, rootKey), 0o644);
    }
    if (missing.length > 0) log.info('data folder made', { path, parts: missing });
    return folder;
  } catch (error) {
    await folder.close();
    throw error;
  }
}

/** As strong as the server's own key, and RSA of at least 3072 bits, because an authority stays for years. */
const authorityKeyType = (serverKeyType: KeyType): KeyType =>
  serverKeyType === 'RSA 2048' ? 'RSA 3072' : serverKeyType;

interface Opening {
  readonly made: readonly Part[];
  readonly holdsLock: boolean;
  readonly afterStep: AfterStep | undefined;
}

async function openParts(
  path: string,
  { settings, now, randomBytes, log }: FolderOptions,
  { made, holdsLock, afterStep }: Opening,
): Promise<DataFolder> {
  const instanceId = settings.audit.instanceId ?? (await loadFile(path, 'instance-id')).toString().trim();
  const { busyMs } = settings.store;
  const store = openSqliteStore({ path: join(path, 'kmipd.db'), busyMs, now, log: message => log.info(message) });
  let loaded: Promise<RootKey> | undefined;
  const rootKey = () => (loaded ??= loadCheckedRootKey(path, store, randomBytes));
  const certificates = certificateFiles({ path, rootKey, holdsLock, afterStep });
  return {
    path,
    store,
    service: serviceOf(settings, instanceId),
    made,
    rootKey,
    certificates,
    authority: certificates.authority,
    serverCertificate: certificates.server,
    auditKey: async () => loadAuditKey(path, await rootKey()),
    close: () => store.close(),
  };
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
