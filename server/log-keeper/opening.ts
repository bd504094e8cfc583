import { type Checkpoint, NoteError, parseCheckpoint } from '../chain/index.ts';
import { readIfPresent } from '../data-folder/index.ts';
import type { LogChange, LogReader } from '../store/index.ts';
import { changedSettings, settingsSnapshot } from './changed-settings.ts';
import { CHECKPOINT_KEYS, type CheckpointKey, keyIdOf, openedByAny, rememberedKeys } from './checkpoint-key.ts';
import { SET_BACK_MS } from './clock-watch.ts';
import { hashOf } from './record-hash.ts';
import { type Happening, VERIFY, wrong } from './recorder.ts';

export interface OpeningOptions {
  readonly log: LogReader;
  readonly key: CheckpointKey;
  readonly checkpointFile: string;
  /** Settings in a file's form, by dotted name. */
  readonly shownSettings: ReadonlyMap<string, unknown>;
  /** Of this program and of its database. */
  readonly version: string;
  readonly schemaVersion: number;
}

/** Under this name the store remembers whether the server was stopped. */
export const SERVICE_STATE = 'service';
const SETTINGS = 'settings';
const SCHEMA_VERSION = 'schema version';

interface Found {
  readonly happenings: readonly Happening[];
  /** What is to be remembered in the same step. */
  readonly changes: readonly LogChange[];
}

/** What a start has to tell, by comparing what is with what is remembered. */
export async function opening(options: OpeningOptions, startedAt: Date): Promise<Found> {
  const parts = [
    await started(options),
    await migrated(options),
    await changed(options),
    await keyed(options),
    await restored(options),
    await setBack(options, startedAt),
  ];
  return { happenings: parts.flatMap(part => part.happenings), changes: parts.flatMap(part => part.changes) };
}

const remember = (name: string, value: string): LogChange => ({ kind: 'remember', name, value });
const NOTHING: Found = { happenings: [], changes: [] };

async function started({ log, version }: OpeningOptions): Promise<Found> {
  const state = await log.remembered(SERVICE_STATE);
  const lastStop = state === undefined ? 'none' : state === 'stopped' ? 'clean' : 'unclean';
  const data = { version, lastStop };
  return {
    happenings: [{ what: 'service started', target: 'service', data }],
    changes: [remember(SERVICE_STATE, 'running')],
  };
}

async function migrated({ log, schemaVersion }: OpeningOptions): Promise<Found> {
  const from = await log.remembered(SCHEMA_VERSION);
  const to = String(schemaVersion);
  if (from === to) return NOTHING;
  const data = { from: Number(from), to: schemaVersion };
  return {
    happenings: from === undefined ? [] : [{ what: 'database migrated', target: 'database', data }],
    changes: [remember(SCHEMA_VERSION, to)],
  };
}

async function changed({ log, shownSettings }: OpeningOptions): Promise<Found> {
  const before = await log.remembered(SETTINGS);
  const after = settingsSnapshot(shownSettings);
  if (before === after) return NOTHING;
  const settings = before === undefined ? [] : changedSettings(before, after);
  return {
    happenings: settings.length > 0 ? [{ what: 'settings changed', target: 'settings', data: { settings } }] : [],
    changes: [remember(SETTINGS, after)],
  };
}

/** A key that follows another is told of loudly: who verifies must know both, and know that it was meant. */
async function keyed({ log, key: { verifierKey } }: OpeningOptions): Promise<Found> {
  const keys = await rememberedKeys(log);
  const former = keys.at(-1);
  if (former === verifierKey) return NOTHING;
  const made: Happening = {
    ...{ what: 'checkpoint key made', target: 'log' },
    ...(former !== undefined && {
      outcome: wrong(
        'the checkpoint key is another one than before',
        'Whoever verifies the log must have both, and ask why the former one is gone',
      ),
    }),
    data: { ...(former !== undefined && { formerKeyId: keyIdOf(former) }), keyId: keyIdOf(verifierKey), verifierKey },
  };
  const known = [...keys.filter(each => each !== verifierKey), verifierKey];
  return { happenings: [made], changes: [remember(CHECKPOINT_KEYS, JSON.stringify(known))] };
}

const RESTORED = wrong(
  'the database does not have what the checkpoint kept apart from it covers: it is an older or another one',
  'Find out who put it back; keep what sinks and exports have of the records that are gone',
);

/** Compares the checkpoint that is kept apart with the database: an older or another one does not have what it covers. */
async function restored({ log, key, checkpointFile }: OpeningOptions): Promise<Found> {
  const note = (await readIfPresent(checkpointFile))?.toString();
  if (note === undefined) return NOTHING;
  const keys = [key.verifierKey, ...(await rememberedKeys(log))];
  const apart = openedByAny(note, keys) ?? (await unsigned(note, log));
  if (apart === undefined) {
    const problem = 'the checkpoint that is kept apart from the database is not signed by a checkpoint key of this log';
    return {
      happenings: [{ what: 'log altered', target: 'log', outcome: wrong(problem, VERIFY), data: {} }],
      changes: [],
    };
  }
  const head = await log.head();
  const { firstSeq } = await log.start();
  const isRemoved = apart.size < firstSeq - 1;
  if (isRemoved || (apart.size <= head.seq && (await hashOf(log, apart.size)) === apart.head)) return NOTHING;
  const data = {
    ...{ checkpointSize: apart.size, checkpointHead: apart.head, databaseSize: head.seq, databaseHead: head.hash },
    // The one that is kept apart is replaced by the next: here it stays, with its signature.
    checkpointKeptApart: note.trimEnd().split('\n'),
  };
  return { happenings: [{ what: 'log restored', target: 'database', outcome: RESTORED, data }], changes: [] };
}

/** A checkpoint that no known key has signed, where no key is known: the database is older than its first start with one. */
async function unsigned(note: string, log: LogReader): Promise<Checkpoint | undefined> {
  if ((await rememberedKeys(log)).length > 0) return undefined;
  try {
    return parseCheckpoint(note);
  } catch (error) {
    if (error instanceof NoteError) return undefined;
    throw error;
  }
}

async function setBack({ log }: OpeningOptions, startedAt: Date): Promise<Found> {
  const { time } = await log.head();
  const backMs = time ? time.getTime() - startedAt.getTime() : 0;
  return backMs > SET_BACK_MS ? { happenings: [clockSetBack(backMs)], changes: [] } : NOTHING;
}

/** Order in the log is seq; who reads times is warned that they go back here. */
export const clockSetBack = (backMs: number): Happening => ({
  ...{ what: 'clock set back', target: 'service' },
  outcome: wrong(
    `the clock was set back by ${Math.round(backMs / 1000)} seconds`,
    'Times of events go back here; their order is their numbers',
    'conflict',
  ),
  data: { seconds: Math.round(backMs / 1000) },
});
