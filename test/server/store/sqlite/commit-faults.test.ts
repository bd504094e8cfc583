// Shows property 1 of docs/audit.md: a change and its event are there together or not at all.
import Sqlite from 'better-sqlite3';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { LogChange, Store, UnitOfWork } from '../../../../server/store/index.ts';
import { checkChain, closing } from '../chain.ts';
import { addObject, addVault, commit, newAdministrator, sampleEvent, sampleObject } from '../samples.ts';
import { injectFaults, type Moment } from './faults.ts';
import { openStore } from './workbench.ts';

/** Everything that a unit can leave behind. */
async function contents(store: Store) {
  const { directory, events, log } = store;
  return {
    objects: (await directory.objects({ limit: 1000 })).map(({ uniqueIdentifier, revision }) => [
      uniqueIdentifier,
      revision,
    ]),
    administrators: await directory.administrators(),
    events: (await events.after(0, 1000)).map(({ id, seq }) => [id, seq]),
    head: await log.head(),
    segments: await log.segments(),
    checkpoint: await log.checkpoint(),
    remembered: await log.remembered('a'),
  };
}

/** A unit of every kind of change; the log has three records more than its last segment. */
async function wholeUnit(store: Store, vault: string, changed: string): Promise<UnitOfWork> {
  const unit = store.begin();
  const { number } = (await store.log.segments()).at(-1)!;
  const checkpoint = { size: (await store.log.head()).seq, note: randomUUID(), time: new Date(1), subtrees: [] };
  const changes: LogChange[] = [
    await closing(store),
    { kind: 'add checkpoint', checkpoint },
    { kind: 'segment exported', number, at: new Date(2) },
    { kind: 'remove segment', number, at: new Date(3) },
    { kind: 'remember', name: 'a', value: randomUUID() },
  ];
  unit.record(sampleEvent());
  unit.keepLog(changes[0]!);
  unit.insert(sampleObject(vault, { terms: [{ name: 'Name', value: randomUUID(), unique: true }] }));
  unit.update((await unit.find(vault, changed))!, { state: 4, terms: [{ name: 'b', value: 1 }], material: null });
  unit.record(sampleEvent());
  unit.administer({ kind: 'add administrator', administrator: newAdministrator(randomUUID()) });
  for (const change of changes.slice(1)) unit.keepLog(change);
  unit.record(sampleEvent());
  return unit;
}

async function prepared(t: Test) {
  const faults = injectFaults(t);
  const store = openStore(t, { path: join(t.testdir(), 'kmipd.db'), busyMs: 0 });
  const vault = await addVault(store);
  const changed = await addObject(store, vault, { terms: [{ name: 'a', value: 1 }] });
  const record = (unit: UnitOfWork) => [1, 2, 3].forEach(() => unit.record(sampleEvent()));
  await commit(store, record);
  const segment = await closing(store);
  await commit(store, unit => {
    unit.keepLog(segment);
    record(unit);
  });
  return { faults, store, vault, changed };
}

const errors: Record<string, () => Error> = {
  'no room': () => new Sqlite.SqliteError('database or disk is full', 'SQLITE_FULL'),
  'a disk that fails': () => new Sqlite.SqliteError('disk I/O error', 'SQLITE_IOERR_WRITE'),
  'another process in the way': () => new Sqlite.SqliteError('database is locked', 'SQLITE_BUSY'),
  'a constraint': () => new Sqlite.SqliteError('constraint failed', 'SQLITE_CONSTRAINT_TRIGGER'),
  'a fault of ours': () => new TypeError('not a function'),
};

for (const [what, makeError] of Object.entries(errors)) {
  for (const moment of ['before', 'after'] as const) {
    t.test(`${what}, ${moment} each statement of a commit in turn: nothing of the unit is there`, async t => {
      const { faults, store, vault, changed } = await prepared(t);
      const texts: string[] = [];
      for (let at = 1; ; at++) {
        const before = await contents(store);
        const group = [
          neighbour(store, `${at}-a`),
          await wholeUnit(store, vault, changed),
          neighbour(store, `${at}-b`),
        ];
        faults.arm(at, moment, makeError);
        const [first, whole, second] = await Promise.allSettled(group.map(unit => unit.commit()));
        const failed = faults.failed();
        const isOver = failed === undefined || isAfterCommit(faults.ran(), at);
        faults.arm(0, moment, makeError);
        if (isOver) {
          t.same(
            [first, whole, second].map(result => result?.status),
            Array(3).fill('fulfilled'),
          );
          break;
        }
        texts.push(failed);
        await checkChain(t, store);
        // A COMMIT that has been done is done, whatever is said of it afterwards.
        if (failed === 'COMMIT' && moment === 'after') continue;
        const statuses = [first, whole, second].map(result => result?.status);
        t.ok(statuses.includes('rejected'), `${at}: ${failed} was noticed`);
        if (statuses[1] === 'fulfilled') continue;
        const after = await contents(store);
        const events = [...before.events];
        for (const [id, status] of [
          [`${at}-a`, statuses[0]],
          [`${at}-b`, statuses[2]],
        ] as const) {
          if (status === 'fulfilled') events.push([id, before.head.seq + events.length - before.events.length + 1]);
        }
        t.same({ ...after, head: before.head }, { ...before, events }, `${at}: nothing is there but of the others`);
      }
      covers(t, texts, moment);
    });
  }
}

/** A unit that shares the transaction. */
function neighbour(store: Store, id: string): UnitOfWork {
  const unit = store.begin();
  unit.record(sampleEvent({ id }));
  return unit;
}

/** Whether the statement with this number comes after COMMIT: it is upkeep then, and not of the transaction. */
const isAfterCommit = (ran: readonly string[], at: number) => ran.slice(0, at - 1).includes('COMMIT');

/** The test is no good if it does not meet the statements that matter. */
function covers(t: Test, texts: readonly string[], moment: Moment): void {
  const wanted = [
    'BEGIN IMMEDIATE',
    'SAVEPOINT unit',
    'RELEASE unit',
    'INSERT INTO event ',
    'INSERT INTO managed_object',
  ];
  wanted.push(
    'UPDATE managed_object',
    'INSERT INTO administrator',
    'INSERT INTO segment',
    'UPDATE segment SET removed_at',
  );
  wanted.push(
    'UPDATE segment SET exported_at',
    'INSERT OR REPLACE INTO checkpoint',
    'INSERT INTO remembered',
    'INSERT INTO term',
  );
  if (moment === 'before') wanted.push('COMMIT');
  for (const each of wanted) {
    t.ok(
      texts.some(text => text.startsWith(each)),
      each,
    );
  }
  t.equal(texts.filter(text => text.startsWith('INSERT INTO event ')).length, 5);
}
