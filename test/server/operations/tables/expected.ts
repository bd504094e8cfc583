import { Operation, supportedVersions, V2_0, type Version } from '../../../../kmip-codec/index.ts';
import { operations, reasonFor, type ResultReasonName } from '../../../../server/operations/index.ts';
import type { World } from '../world.ts';
import type { StateName } from './objects.ts';
import { trials, type Outcome, type Trial } from './trials.ts';

/** Those whose operation the server has. */
export const trialsHere: readonly (readonly [name: string, trial: Trial])[] = Object.entries(trials).filter(
  ([, { operation }]) => operations.has(operation),
);

export const versionsOf = (operation: number): readonly Version[] =>
  supportedVersions.filter(version => Operation.names.isKnownIn(operation, version));

/** The outcome as a client of this version is told it. */
export function toldIn(version: Version, outcome: Outcome): string {
  const [since2, before2 = since2] = outcome.split(' | ');
  const reason = (version < V2_0 ? before2 : since2)!;
  return reason === 'Success' ? reason : reasonFor({ reason: reason as ResultReasonName, options: {} }, version).name;
}

export const expectedIn = (state: StateName, { states }: Trial): Outcome =>
  find(states, state) ?? (state === 'archived' ? 'Object Archived' : 'Success');
export const expectedOf = (objectType: number, { types, otherTypes }: Trial): Outcome =>
  find(types, objectType) ?? otherTypes;

function find<T>(rows: Readonly<Record<Outcome, readonly T[]>>, wanted: T): Outcome | undefined {
  return Object.entries(rows).find(([, named]) => named.includes(wanted))?.[0];
}

/** What the operation answers for this object. */
export async function ask(
  world: World,
  { operation, request }: Trial,
  id: string,
  objectType: number,
): Promise<string> {
  return world.outcome(operation, await request(id, world, objectType));
}
