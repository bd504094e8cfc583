import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import type { Test } from 'tap';
import {
  type Authority,
  initiatorId,
  issueClientCertificate,
  parseCertificates,
  sha256Fingerprint,
} from '../../certs/index.ts';
import { validateEvent, type AuditEvent } from '../../server/audit/index.ts';
import { hashPassword } from '../../server/credentials/index.ts';
import {
  adminSocket,
  checkpointFile,
  DEFAULT_VAULT,
  openDataFolder,
  type DataFolder,
} from '../../server/data-folder/index.ts';
import { uuid } from '../../server/randomness.ts';
import type { LogFields, Logger, LogLevel } from '../../server/log/index.ts';
import { startServer, type RunningServer, type StartOptions } from '../../server/serve/index.ts';
import { resolveSettings, type SettingName } from '../../server/settings/index.ts';
import type { Client, DirectoryChange, Store, Vault } from '../../server/store/index.ts';
import { KmipClient, type ClientIdentity } from './kmip-client.ts';

export { KmipClient, RequestFailed, requestMessage, type BatchOptions, type ClientIdentity } from './kmip-client.ts';

export interface ServerOptions extends Partial<Pick<StartOptions, 'operations' | 'newId' | 'stdout'>> {
  /** By dotted name, over the defaults: `{ 'limits.depthMax': 5 }`. The server's key is ECDSA P-256 unless said. */
  readonly settings?: Partial<Record<SettingName, unknown>>;
  /** Where the clock stands; it goes with the real one unless said. */
  readonly now?: Date;
  /** A data folder of an earlier server, to start again on. */
  readonly folder?: string;
  /** Puts something between server and store. */
  readonly store?: (store: Store) => Store;
}

export interface TestClient extends ClientIdentity {
  readonly id: string;
  readonly name: string;
  /** `CertificateID-<SHA-256 fingerprint>`. */
  readonly initiatorId: string;
  readonly fingerprint: string;
}

export interface AddClient {
  /** Name of a vault; made if there is none. The default vault unless said. */
  readonly vault?: string;
  readonly username?: string;
  readonly password?: string;
  /** A certificate of its own instead of one that the server's authority issues. */
  readonly identity?: ClientIdentity;
}

/** An authority outside of kmipd whose certificates let a client in. */
export interface AddRoot extends Pick<AddClient, 'vault'> {
  readonly root: Uint8Array;
  /** Intermediate authorities that are given with it. */
  readonly issuers?: readonly Uint8Array[];
  readonly subjectPattern?: string;
  readonly crls?: readonly Uint8Array[];
}
export type RootClient = Client & { readonly rootFingerprint: string };

/** `localAddress` among them, to come from an address of one's own. */
export type ConnectOptions = Omit<ConnectionOptions, 'host' | 'port'> & {
  readonly host?: string;
  readonly localAddress?: string;
};

export interface LogEntry {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** The server's time: the real one until it is set, then it stands still. */
export class Clock {
  #at: Date | undefined;
  readonly now = (): Date => this.#at ?? new Date();
  set(at: Date): void {
    this.#at = at;
  }
  later(seconds: number): void {
    this.set(new Date(this.now().getTime() + seconds * 1000));
  }
}

export interface RunningTestServer extends Pick<
  RunningServer,
  'trustChanged' | 'useCertificate' | 'flushSightings' | 'connections' | 'httpsPort' | 'metricsPort' | 'adminPort'
> {
  readonly host: string;
  readonly port: number;
  readonly folder: string;
  readonly store: Store;
  readonly clock: Clock;
  /** Of the authority, PEM; what a client trusts. */
  readonly authorityPem: string;
  authority(): Promise<Authority>;
  /** What the server wrote to its log, all levels. */
  readonly logged: LogEntry[];
  addClient(name: string, options?: AddClient): Promise<TestClient>;
  /** A client that a trusted root lets in; its subjects are those of VMware unless said. */
  addRoot(name: string, options: AddRoot): Promise<RootClient>;
  /** Removes it as an administrator does: the server is told. Gives the number of connections that were cut. */
  removeClient(client: { readonly id: string }): Promise<number>;
  /** Changes the directory behind the server's back, as another process does. */
  administer(...changes: DirectoryChange[]): Promise<void>;
  /** A connection; without a client no certificate is sent. It is cut at the end of the test. */
  connect(client?: ClientIdentity, options?: ConnectOptions): Promise<KmipClient>;
  /** Every event that KMIP requests left, oldest first; checked against the schema. */
  events(): Promise<AuditEvent[]>;
  /** Ends the server and closes its data folder; at the end of the test at the latest. */
  stop(): Promise<void>;
}

/** Starts a server in this process on a free port of 127.0.0.1, with a data folder of its own on disk. */
export async function runServer(t: Test, options: ServerOptions = {}): Promise<RunningTestServer> {
  const { settings } = resolveSettings(given(options.settings));
  const clock = new Clock();
  if (options.now) clock.set(options.now);
  const logged: LogEntry[] = [];
  const path = options.folder ?? newFolder(t);
  if (options.folder === undefined) cpSync(await templateFolder(settings.server.keyType), path, { recursive: true });
  const folder = await openDataFolder(path, {
    settings,
    now: clock.now,
    randomBytes,
    log: collecting(logged),
    names: NAMES,
    initiator: { id: 'tester' },
  });
  const { newId, operations, stdout, store: between = store => store } = options;
  const rootKey = await folder.rootKey();
  const server = await startServer({
    settings,
    dataFolder: path,
    logKeeping: {
      key: await folder.auditKey(),
      checkpointFile: checkpointFile(path),
      version: 'test',
      // As the clock goes, which may stand still.
      ticks: () => clock.now().getTime(),
    },
    store: between(folder.store),
    service: folder.service,
    rootKey,
    tls: await folder.certificates.server(),
    administration: {
      certificates: folder.certificates,
      socketPath: adminSocket(path),
      owner: { id: 'tester' },
      version: 'test',
    },
    log: collecting(logged),
    now: clock.now,
    randomBytes,
    ...(newId && { newId }),
    ...(operations && { operations }),
    ...(stdout && { stdout }),
  });
  const authority = await folder.authority();
  const connections = new Set<KmipClient>();
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= server.stop().then(() => folder.close()));
  t.teardown(async () => {
    for (const { socket } of connections) socket.destroy();
    await stop();
    rmSync(path, { recursive: true, force: true });
  });

  return {
    host: server.host,
    port: server.port,
    folder: path,
    store: folder.store,
    clock,
    authorityPem: String(authority.certificatePem),
    authority: () => folder.authority(),
    logged,
    stop,
    httpsPort: server.httpsPort,
    metricsPort: server.metricsPort,
    adminPort: server.adminPort,
    get connections() {
      return server.connections;
    },
    trustChanged: () => server.trustChanged(),
    useCertificate: certificate => server.useCertificate(certificate),
    flushSightings: () => server.flushSightings(),
    addClient: (name, client = {}) => addClient(folder, name, client),
    addRoot: (name, root) => addRoot(folder, name, root),
    administer: (...changes) => administer(folder.store, ...changes),
    async removeClient({ id }) {
      await administer(folder.store, { kind: 'remove client', id, at: clock.now() });
      return (await server.trustChanged()).connectionsCut;
    },
    async connect(client, tls = {}) {
      const connection = await KmipClient.connect(
        {
          host: server.host,
          port: server.port,
          ca: String(authority.certificatePem),
          servername: 'localhost',
          ...tls,
        },
        client,
      );
      connections.add(connection);
      return connection;
    },
    async events() {
      const kept = await folder.store.events.after(0, 100_000);
      const events = kept.map(({ json }) => JSON.parse(json) as AuditEvent);
      for (const event of events) {
        const problem = validateEvent(event);
        if (problem !== undefined) throw new Error(`event ${event.id} is not valid: ${problem}`);
      }
      return events.filter(({ initiator }) => initiator.typeURI === 'service/security/client/certificateid');
    },
  };
}

const NAMES = ['127.0.0.1', '::1'];

function given(settings: Partial<Record<SettingName, unknown>> = {}) {
  // A reserve is written and synced, which hundreds of servers need not do.
  const all = {
    ...{ listen: '127.0.0.1:0', 'server.keyType': 'ECDSA P-256', 'audit.storage.reserveBytes': 0 },
    ...settings,
  };
  return Object.entries(all).map(([name, value]) => ({ name: name as SettingName, value, place: 'test' }));
}

/** Data folders as the first start makes them, one for each type of key, made once and copied for every server. */
const templates = new Map<string, Promise<string>>();

function templateFolder(keyType: string): Promise<string> {
  let template = templates.get(keyType);
  if (!template) templates.set(keyType, (template = makeTemplate(keyType)));
  return template;
}

async function makeTemplate(keyType: string): Promise<string> {
  const path = mkdtempSync(join(tmpdir(), 'kmipd-template-'));
  process.once('exit', () => rmSync(path, { recursive: true, force: true }));
  const { settings } = resolveSettings(given({ 'server.keyType': keyType }));
  const folder = await openDataFolder(path, {
    settings,
    now: () => new Date(),
    randomBytes,
    log: collecting([]),
    names: NAMES,
    initiator: { id: 'tester' },
  });
  await folder.close();
  return path;
}

/** Not `t.testdir()`: a test may run several servers. */
function newFolder(t: Test): string {
  const path = mkdtempSync(join(tmpdir(), 'kmipd-test-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function addClient(
  folder: DataFolder,
  name: string,
  { vault: vaultName = DEFAULT_VAULT, username, password, identity }: AddClient,
): Promise<TestClient> {
  const { store } = folder;
  const now = new Date();
  const made =
    identity ??
    (await issueClientCertificate({
      authority: await folder.authority(),
      commonName: name,
      keyType: 'ECDSA P-256',
      now,
      validityDays: 365,
    }));
  const [certificate] = parseCertificates(made.certificatePem);
  const vault = await vaultNamed(folder, vaultName);
  const id = uuid(randomBytes);
  const fingerprint = sha256Fingerprint(certificate!.der);
  const credential =
    username === undefined ? undefined : { username, passwordHash: await hashPassword(password ?? '', randomBytes) };
  await administer(
    store,
    { kind: 'add client', client: { id, name, vault: vault.id, createdAt: now, credential } },
    {
      kind: 'add certificate',
      certificate: {
        fingerprint,
        client: id,
        der: certificate!.der,
        origin: identity ? 'pinned' : 'issued',
        issuers: [],
        addedAt: now,
      },
    },
  );
  const { certificatePem, privateKeyPem } = made;
  return { id, name, fingerprint, initiatorId: initiatorId(certificate!.der), certificatePem, privateKeyPem };
}

async function addRoot(
  folder: DataFolder,
  name: string,
  { vault, root, issuers = [], subjectPattern = 'O=VMware', crls = [] }: AddRoot,
): Promise<RootClient> {
  const id = uuid(randomBytes);
  const addedAt = new Date();
  const { id: vaultId } = await vaultNamed(folder, vault ?? DEFAULT_VAULT);
  const client = { id, name, vault: vaultId, createdAt: addedAt, credential: undefined };
  const fingerprint = sha256Fingerprint(root);
  await administer(
    folder.store,
    { kind: 'add client', client },
    { kind: 'add root', root: { fingerprint, client: id, der: root, issuers, subjectPattern, crls, addedAt } },
  );
  return { ...client, rootFingerprint: fingerprint };
}

const vaultNamed = async (folder: DataFolder, name: string): Promise<Vault> =>
  (await folder.store.directory.vaultNamed(name)) ?? (await makeVault(folder, name));

async function makeVault({ store, rootKey }: DataFolder, name: string): Promise<Vault> {
  const id = uuid(randomBytes);
  const vault = { id, name, createdAt: new Date(), wrappedKey: (await rootKey()).newVaultKey(id, randomBytes) };
  await administer(store, { kind: 'add vault', vault });
  return vault;
}

async function administer(store: Store, ...changes: DirectoryChange[]): Promise<void> {
  const unit = store.begin();
  for (const change of changes) unit.administer(change);
  await unit.commit();
}

function collecting(logged: LogEntry[]): Logger {
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}) =>
      void logged.push({ level, message, fields });
  return {
    ...{ error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') },
    trace: (message, fields) => at('trace')(message, fields()),
  };
}
