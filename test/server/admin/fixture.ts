import { createHash, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { pathOf } from '../../../server/admin/requests/index.ts';
import {
  type AnswerOf,
  type BodyOf,
  CertificateManager,
  type Effects,
  type RequestName,
  signRequest,
} from '../../../server/admin/index.ts';
import { type AuditEvent, validateEvent } from '../../../server/audit/index.ts';
import { type DataFolder, openDataFolder } from '../../../server/data-folder/index.ts';
import type { LogFields, Logger, LogLevel } from '../../../server/log/index.ts';
import { resolveSettings, type SettingName } from '../../../server/settings/index.ts';
import type { Store } from '../../../server/store/index.ts';

export const START = new Date('2026-11-22T07:30:00.250Z');
export const OWNER = 'operator';

/** An administrator with the private part of the key, which the server never sees. */
export interface TestAdministrator {
  readonly name: string;
  readonly keyId: string;
  readonly publicKeyPem: string;
  readonly privateKeyPem: string;
}

export function newAdministrator(name: string, keyType: 'ed25519' | 'P-256' = 'ed25519'): TestAdministrator {
  const { privateKey, publicKey } =
    keyType === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { name, ...keyOf(privateKey, publicKey) };
}

const keyOf = (privateKey: KeyObject, publicKey: KeyObject) => ({
  keyId: createHash('sha256')
    .update(publicKey.export({ format: 'der', type: 'spki' }))
    .digest('hex'),
  publicKeyPem: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
  privateKeyPem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
});

export interface WorldOptions {
  readonly settings?: Partial<Record<SettingName, unknown>>;
  /** Undefined: no server runs in this process. */
  readonly effects?: Effects;
  /** A data folder of an earlier world, to start again on. */
  readonly folder?: string;
  readonly recover?: boolean;
  /** Puts something between manager and store. */
  readonly store?: (store: Store) => Store;
}

export interface AskOptions {
  /** Who signs; nobody unless said. */
  readonly as?: TestAdministrator | undefined;
  readonly isLocal?: boolean;
}

/** What comes back: the answer, and the events that were recorded meanwhile. */
export interface Asked<Answer> {
  readonly status: number;
  readonly answer: Answer;
  readonly error: { readonly message: string; readonly reason: string } | undefined;
  readonly events: readonly AuditEvent[];
}

export interface World {
  readonly folder: DataFolder;
  readonly manager: CertificateManager;
  readonly logged: { level: LogLevel; message: string; fields: LogFields }[];
  now: Date;
  /** Seconds. */
  later(seconds: number): void;
  ask<Name extends RequestName>(name: Name, body: BodyOf<Name>, how?: AskOptions): Promise<Asked<AnswerOf<Name>>>;
  /** A request as it would be sent, for those who want to change something about it. */
  request(name: RequestName, body: unknown, as?: TestAdministrator): SentRequest;
  send(request: SentRequest, how?: { isLocal?: boolean }): Promise<Asked<never>>;
  events(): Promise<AuditEvent[]>;
  /** Makes the administrator, as the owner or as another one. */
  addAdministrator(name: string, as?: TestAdministrator, keyType?: 'ed25519' | 'P-256'): Promise<TestAdministrator>;
  close(): Promise<void>;
}
export interface SentRequest {
  path: string;
  headers: Record<string, string>;
  body: Uint8Array;
}

/** A certificate manager on a data folder of its own on disk, with a database and certificates as the first start makes them. */
export async function openWorld(t: Test, options: WorldOptions = {}): Promise<World> {
  const path = options.folder ?? newFolder(t);
  if (options.folder === undefined) cpSync(await template(), path, { recursive: true });
  const settings = settingsOf(options.settings);
  const logged: World['logged'] = [];
  const log = collecting(logged);
  const folder = await openDataFolder(path, { ...common, settings, log, now: () => world.now });
  const { store: between = store => store, effects, recover = false } = options;
  const manager = new CertificateManager({
    ...{ settings, randomBytes, log, effects, recover, version: '1.2.3' },
    store: between(folder.store),
    service: folder.service,
    certificates: folder.certificates,
    rootKey: () => folder.rootKey(),
    now: () => world.now,
    owner: { id: OWNER },
  });
  const request: World['request'] = (name, content, as) => {
    const body = Buffer.from(JSON.stringify(content));
    const sent = { path: pathOf(name), body };
    const nonce = randomBytes(18).toString('base64url');
    const { instanceId } = folder.service;
    const signature = as ? signRequest({ ...sent, ...as, instanceId, now: world.now, nonce }) : {};
    return { ...sent, headers: { 'content-type': 'application/json', ...signature } };
  };
  const eventsAfter = async (seq: number) => (await folder.store.events.after(seq, 10_000)).map(valid);
  const send: World['send'] = async (sent, { isLocal = true } = {}) => {
    const seq = await folder.store.events.lastSeq();
    const { status, body } = await manager.handle({ ...sent, isLocal });
    const { error } = body as { error?: Asked<never>['error'] };
    return { status, answer: body as never, error, events: await eventsAfter(seq) };
  };
  let closed: Promise<void> | undefined;
  const close = () => (closed ??= folder.close());
  t.teardown(close);
  const world: World = {
    now: START,
    ...{ folder, manager, logged, request, send, close },
    later: seconds => void (world.now = new Date(world.now.getTime() + seconds * 1000)),
    ask: (name, body, { as, isLocal = true } = {}) => send(request(name, body, as), { isLocal }),
    events: () => eventsAfter(0),
    async addAdministrator(name, as, keyType) {
      const made = newAdministrator(name, keyType);
      const { publicKeyPem } = made;
      const { status, error } = await world.ask('admin create', { name, publicKeyPem }, { as });
      if (status !== 200) throw new Error(error?.message);
      return made;
    },
  };
  return world;
}

/** The event, once it is sure that it is valid by the schema and names no host. */
function valid({ json }: { json: string }): AuditEvent {
  const event = JSON.parse(json) as AuditEvent;
  const problem = validateEvent(event);
  if (problem !== undefined) throw new Error(`event ${event.id} is not valid: ${problem}`);
  return event;
}

const common = { randomBytes, names: ['kms.example', '192.0.2.1'], initiator: { id: OWNER } };

function settingsOf(given: WorldOptions['settings'] = {}) {
  const all = { 'server.keyType': 'ECDSA P-256', 'clients.keyType': 'ECDSA P-256', ...given };
  const rows = Object.entries(all).map(([name, value]) => ({ name: name as SettingName, value, place: 'test' }));
  return resolveSettings(rows).settings;
}

let made: Promise<string> | undefined;

/** Made once, copied for each. */
const template = () =>
  (made ??= (async () => {
    const path = mkdtempSync(join(tmpdir(), 'kmipd-template-'));
    process.once('exit', () => rmSync(path, { recursive: true, force: true }));
    const folder = await openDataFolder(path, {
      ...common,
      settings: settingsOf(),
      log: collecting([]),
      now: () => START,
    });
    await folder.close();
    return path;
  })());

export function newFolder(t: Test): string {
  const path = mkdtempSync(join(tmpdir(), 'kmipd-admin-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

export function collecting(logged: World['logged']): Logger {
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}) =>
      void logged.push({ level, message, fields });
  return {
    ...{ error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') },
    trace: (message, fields) => at('trace')(message, fields()),
  };
}

export const base64 = (content: string | Uint8Array): string => Buffer.from(content).toString('base64');

/** A running server that notes what it is told. */
export interface NotedEffects extends Effects {
  readonly noted: string[];
  served: string | undefined;
}
export function notingEffects({ connectionsCut = 3 } = {}): NotedEffects {
  const noted: string[] = [];
  const effects: NotedEffects = {
    noted,
    served: undefined,
    trustChanged: async () => {
      noted.push('trust changed');
      return { connectionsCut };
    },
    serverCertificateChanged: ({ certificatePem }) => {
      noted.push('certificate changed');
      effects.served = certificatePem;
    },
    flushSightings: async () => void noted.push('sightings flushed'),
    running: () => ({
      ...{ startedAt: START, listen: '127.0.0.1:5696', connections: 7 },
      sinks: async () => [],
      storage: () => ({ stage: 'enough', freeBytes: 2 ** 30 }),
    }),
  };
  return effects;
}

/** Done, with one event of this action and severity. Gives the answer. */
export function done<Answer>(
  t: Test,
  { status, answer, error, events }: Asked<Answer>,
  action: string,
  told: object = {},
): Answer {
  t.equal(status, 200, error?.message ?? 'done');
  t.equal(events.length, 1, 'one event');
  t.match(events[0], {
    action,
    outcome: 'success',
    reason: { reasonCode: 200 },
    requestData: { accountId: OWNER },
    ...told,
  });
  return answer;
}

/** Not done, with one event of this action that says why. */
export function failed(
  t: Test,
  { status, error, events }: Asked<unknown>,
  { code, action, message, told = {} }: { code: number; action: string; message: RegExp; told?: object },
): void {
  t.equal(status, code, error?.message ?? 'refused');
  t.match(error?.message, message);
  t.equal(events.length, 1, 'one event');
  t.match(events[0], { action, outcome: 'failure', reason: { reasonCode: code }, initiator: { id: OWNER }, ...told });
}
