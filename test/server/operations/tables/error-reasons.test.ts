import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';
import { CodecError, Operation, showVersion, V2_0, type Version } from '../../../../kmip-codec/index.ts';
import { operations } from '../../../../server/operations/index.ts';
import * as rules from '../operation-rules.ts';
import { openWorld, type World } from '../world.ts';
import { ways, type Way } from './error-ways.ts';
import { expectedIn, toldIn, trialsHere, versionsOf } from './expected.ts';
import { STATES } from './objects.ts';
import { anyOperation, unreachable } from './unreachable.ts';

const { errorReasons } = rules;
/** By name. */
const here = new Map([...operations.keys()].map(code => [Operation.names.show(code), code]));

/** The ways of an operation that can be gone in this version. */
function waysIn(operation: string, version: Version): { outcome: string; go: Way['go'] }[] {
  const rows = Object.entries(ways[operation] ?? {}).map(([outcome, way]) => ({
    outcome,
    ...(typeof way === 'function' ? { go: way } : way),
  }));
  return rows.filter((way: Way) => (way.since ?? 0) <= version && version <= (way.until ?? Infinity));
}

async function outcomeOf(go: Way['go'], world: World): Promise<string> {
  try {
    return await go(world);
  } catch (error) {
    // The pipeline answers so.
    if (error instanceof CodecError) return 'Invalid Message';
    throw error;
  }
}

for (const [operation, code] of here)
  t.test(`${operation}: Result Reasons that a client is told (1.4 §11, 2.1 §11.49)`, async t => {
    const world = await openWorld(t);
    for (const version of versionsOf(code)) {
      world.version = version;
      for (const { outcome, go } of waysIn(operation, version))
        t.equal(await outcomeOf(go, world), toldIn(version, outcome), `${outcome} in ${showVersion(version)}`);
    }
  });

/** The Result Reasons that these tables reach for an operation, in one version. */
function reached(operation: string, version: Version): Set<string> {
  const outcomes = new Set(waysIn(operation, version).map(({ outcome }) => outcome));
  for (const [name, trial] of trialsHere) {
    if (name.split(',')[0] !== operation) continue;
    outcomes.add(trial.missing);
    for (const state of STATES) outcomes.add(expectedIn(state, trial));
    for (const outcome of [...Object.keys(trial.types), trial.otherTypes]) outcomes.add(outcome);
  }
  return new Set([...outcomes].map(outcome => toldIn(version, outcome)));
}

t.test('every Result Reason of the error tables is reached, or it is said why no client is told it', async t => {
  for (const [operation, code] of here)
    for (const era of ['1.x', '2.x'] as const) {
      const versions = versionsOf(code).filter(version => version < V2_0 === (era === '1.x'));
      const told = new Set(versions.flatMap(version => [...reached(operation, version)]));
      const reasons = versions.length === 0 ? [] : (errorReasons[operation]?.[era] ?? []);
      for (const reason of reasons) {
        const why = unreachable[operation]?.[`${reason} (${era})`] ?? unreachable[operation]?.[reason];
        const isSaid = why !== undefined || anyOperation[reason] !== undefined;
        t.ok(
          told.has(reason) || isSaid,
          `${operation} in ${era}: ${reason} needs a way in error-ways.ts, or a row of unreachable.ts`,
        );
        t.notOk(
          told.has(reason) && why !== undefined,
          `${operation} in ${era}: ${reason} is reached, unreachable.ts says it is not`,
        );
      }
    }
});

t.test('what cannot be reached is in the error tables', async t => {
  for (const [operation, reasons] of Object.entries(unreachable))
    for (const row of Object.keys(reasons)) {
      const [, reason = row, era] = /^(.*) \((.*)\)$/.exec(row) ?? [];
      const named = (one: '1.x' | '2.x') =>
        (era === undefined || era === one) && errorReasons[operation]?.[one].includes(reason);
      t.ok(named('1.x') || named('2.x'), `${operation}: ${row}`);
    }
});

t.test('the rules are those of the specification', async t => {
  const reference = process.env['KMIP_REFERENCE'];
  if (reference === undefined) return t.comment('left out: KMIP_REFERENCE names no folder with operations.json');
  const file = join(t.testdir(), 'rules.ts');
  execFileSync(process.execPath, ['scripts/generate-operation-rules.mjs', reference, file]);
  t.strictSame(rules, await import(file));
});
