import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Test } from 'tap';
import { type AuditEvent, serviceIdentity, validateEvent } from '../../../server/audit/index.ts';
import { formatVerifierKey } from '../../../server/chain/index.ts';
import type { LogFields, Logger } from '../../../server/log/index.ts';
import {
  type CheckpointKey,
  type LogKeeper,
  type LogKeeperOptions,
  startLogKeeper,
} from '../../../server/log-keeper/index.ts';
import { resolveSettings, type SettingName, shownSettings } from '../../../server/settings/index.ts';
import { openSqliteStore, type SequencedEvent, type Store } from '../../../server/store/index.ts';
import { sampleEvent } from '../store/samples.ts';

export const INSTANCE = '7d2e3a84-51d2-4f0e-9d4e-000000000001';
export const NAME = `kmipd/${INSTANCE}/audit`;

export const service = serviceIdentity({ instanceId: INSTANCE });

export function newKey(): CheckpointKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { name: NAME, verifierKey: formatVerifierKey(NAME, publicKey), privateKey };
}

/** A clock and a stopwatch that go only when they are told to. */
export class FakeTime {
  #time = Date.parse('2026-11-23T05:00:00Z');
  #ticks = 0;
  readonly now = (): Date => new Date(this.#time);
  readonly ticks = (): number => this.#ticks;
  /** Both go on. */
  pass(seconds: number): void {
    this.#time += seconds * 1000;
    this.#ticks += seconds * 1000;
  }
  /** Somebody sets the clock. */
  set(bySeconds: number): void {
    this.#time += bySeconds * 1000;
  }
}

export interface World {
  readonly folder: string;
  readonly time: FakeTime;
  readonly logged: { level: string; message: string; fields: LogFields }[];
  key: CheckpointKey;
  settings: Partial<Record<SettingName, unknown>>;
  store: Store;
  readonly file: (name: string) => string;
  /** A keeper that does nothing by itself within the test; it is looked after with `look`. */
  start(more?: Partial<LogKeeperOptions>): Promise<LogKeeper>;
  /** Closes the store and opens it again, as the next process does. */
  reopen(): Promise<void>;
  /** Records as many events as clients would. */
  work(count: number): Promise<void>;
  records(): Promise<SequencedEvent[]>;
  /** What the keeper recorded, in words, with what it said; every one is checked against the schema. */
  told(): Promise<{ what: string; severity: string; problem?: string; data: Record<string, unknown> }[]>;
}

export function newWorld(t: Test, settings: World['settings'] = {}): World {
  const folder = t.testdir();
  const logged: World['logged'] = [];
  const at =
    (level: string) =>
    (message: string, fields: LogFields = {}) =>
      void logged.push({ level, message, fields });
  const log: Logger = {
    ...{ error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') },
    trace: () => {},
  };
  const file = (name: string) => join(folder, name);
  const open = () => openSqliteStore({ path: file('kmipd.db') });
  const time = new FakeTime();
  const world: World = {
    ...{ folder, time, logged, settings, file },
    key: newKey(),
    store: open(),
    start(more = {}) {
      const given = Object.entries(world.settings).map(([name, value]) => ({
        ...{ name: name as SettingName, value, place: 'test' },
      }));
      const effective = resolveSettings(given);
      return startLogKeeper({
        store: world.store,
        service,
        settings: effective.settings,
        shownSettings: shownSettings(effective),
        key: world.key,
        checkpointFile: file('audit.checkpoint'),
        version: '1.2.3',
        schemaVersion: 3,
        now: time.now,
        ticks: time.ticks,
        newId: randomUUID,
        log,
        everyMs: 3_600_000,
        ...more,
      });
    },
    async reopen() {
      await world.store.close();
      world.store = open();
    },
    async work(count) {
      const unit = world.store.begin();
      for (let i = 0; i < count; i++) unit.record(sampleEvent({ time: time.now() }));
      await unit.commit();
    },
    records: () => world.store.events.after(0, 1_000_000),
    async told() {
      const own = (await world.records()).filter(({ initiator }) => initiator === 'kmipd');
      return own.map(({ json }) => {
        const event = JSON.parse(json) as AuditEvent;
        const fault = validateEvent(event);
        if (fault !== undefined) throw new Error(`${event.target.name}: ${fault}`);
        const { action, ...data } = event.responseData;
        const problem = event.reason.reasonForFailure;
        return { what: String(action), severity: event.severity, ...(problem !== undefined && { problem }), data };
      });
    },
  };
  t.teardown(() => world.store.close());
  return world;
}
