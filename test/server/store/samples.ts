import { randomBytes, randomUUID } from 'node:crypto';
import type {
  Administrator,
  Client,
  ClientCertificate,
  DirectoryChange,
  KeptEvent,
  NewObject,
  RefusedCertificate,
  Store,
  TrustedRoot,
  UnitOfWork,
} from '../../../server/store/index.ts';

/** Values for the tests of the store. What they hold means nothing. */
export const sampleObject = (vault: string, more: Partial<NewObject> = {}): NewObject => ({
  vault,
  uniqueIdentifier: randomUUID(),
  objectType: 2,
  state: 1,
  attributes: randomBytes(40),
  material: randomBytes(61),
  terms: [],
  isArchived: false,
  createdAt: new Date('2026-01-02T03:04:05.678Z'),
  nextTransitionAt: undefined,
  ...more,
});

export const sampleEvent = (more: Partial<KeptEvent> = {}): KeptEvent => ({
  id: randomUUID(),
  time: new Date('2026-01-02T03:04:05.678Z'),
  action: 'create',
  outcome: 'success',
  severity: 'normal',
  initiator: 'CertificateID-1',
  target: '',
  vault: 'default',
  correlationId: randomUUID(),
  json: '{"a":"ü"}',
  ...more,
});

export const newClient = (vault: string, name: string, more: Partial<Client> = {}): Client => ({
  id: randomUUID(),
  name,
  vault,
  createdAt: new Date(7),
  credential: undefined,
  ...more,
});

const newFingerprint = () => randomBytes(32).toString('hex');

export const newCertificate = (client: string, more: Partial<ClientCertificate> = {}): ClientCertificate => ({
  fingerprint: newFingerprint(),
  client,
  der: randomBytes(30),
  origin: 'pinned',
  issuers: [],
  addedAt: new Date(8),
  ...more,
});

export const newRoot = (client: string, more: Partial<TrustedRoot> = {}): TrustedRoot => ({
  fingerprint: newFingerprint(),
  client,
  der: randomBytes(30),
  issuers: [],
  subjectPattern: 'O=VMware',
  crls: [],
  addedAt: new Date(8),
  ...more,
});

export const newAdministrator = (name: string): Administrator => ({
  id: randomUUID(),
  name,
  keyId: newFingerprint(),
  publicKey: randomBytes(44),
  createdAt: new Date(8),
  keySetAt: new Date(9),
});

export const newRefused = (more: Partial<RefusedCertificate> = {}): RefusedCertificate => ({
  fingerprint: newFingerprint(),
  der: randomBytes(30),
  issuers: [randomBytes(20)],
  cause: 'unknown certificate',
  firstAt: new Date(0),
  lastAt: new Date(10),
  count: 1,
  ...more,
});

/** Opens a unit, records, commits. */
export async function commit(store: Store, record: (unit: UnitOfWork) => void | Promise<void>): Promise<void> {
  const unit = store.begin();
  await record(unit);
  await unit.commit();
}

/** Commits these changes in one unit. */
export const administer = (store: Store, ...changes: DirectoryChange[]): Promise<void> =>
  commit(store, unit => changes.forEach(change => unit.administer(change)));

/** Adds a client, in a vault of its own. */
export async function addClient(store: Store, name: string): Promise<Client> {
  const client = newClient(await addVault(store), name);
  await administer(store, { kind: 'add client', client });
  return client;
}

/** Adds a vault and returns its id. */
export async function addVault(store: Store, name: string = randomUUID()): Promise<string> {
  const id = randomUUID();
  const vault = { id, name, createdAt: new Date(0), wrappedKey: randomBytes(61) };
  await commit(store, unit => unit.administer({ kind: 'add vault', vault }));
  return id;
}

/** Inserts an object and returns its Unique Identifier. */
export async function addObject(store: Store, vault: string, more: Partial<NewObject> = {}): Promise<string> {
  const object = sampleObject(vault, more);
  await commit(store, unit => unit.insert(object));
  return object.uniqueIdentifier;
}
