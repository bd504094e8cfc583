import { registry, V1_0, V1_1, V1_2, V1_3, V1_4, V2_0, V2_1, type Version } from '../../kmip-codec/index.ts';
import type { TestCase } from './test-case.ts';

/** Cases that need more than this are not applicable. XML names. */
export interface Scope {
  readonly versions: readonly Version[];
  readonly operations: ReadonlySet<string>;
  readonly objectTypes: ReadonlySet<string>;
}

/** The versions of which there are test cases, or could be. */
export const knownVersions: readonly Version[] = [V1_0, V1_1, V1_2, V1_3, V1_4, V2_0, V2_1];

/** Everything: the server that is tested decides what it can. */
export const everything: Scope = {
  versions: knownVersions,
  operations: new Set(Object.keys(registry.Operation.values)),
  objectTypes: new Set(Object.keys(registry.ObjectType.values)),
};

/** Why a case is not played, or undefined if it is. */
interface LeftOut {
  /** 'not applicable': beyond the scope. 'not playable': this runner cannot, whatever the server does. */
  readonly kind: 'not applicable' | 'not playable';
  readonly reason: string;
}

/** `before`: the case that this one follows, among all that were given. */
export function leftOut(testCase: TestCase, scope: Scope, before: TestCase | undefined): LeftOut | undefined {
  if (testCase.exchanges.some(exchange => exchange.isServerToClient)) {
    return { kind: 'not playable', reason: 'the server sends requests to the client' };
  }
  if (!scope.versions.includes(testCase.version)) return { kind: 'not applicable', reason: 'protocol version' };
  const operations = [...testCase.operations].filter(name => !scope.operations.has(name));
  if (operations.length > 0) return { kind: 'not applicable', reason: `operation ${operations.join(', ')}` };
  const objectTypes = [...testCase.objectTypes].filter(name => !scope.objectTypes.has(name));
  if (objectTypes.length > 0) return { kind: 'not applicable', reason: `object type ${objectTypes.join(', ')}` };
  if (!predecessorName(testCase)) return undefined;
  if (!before) return { kind: 'not applicable', reason: 'the case before it, whose objects it uses, was not given' };
  const reason = leftOut(before, scope, undefined)?.reason;
  return reason === undefined
    ? undefined
    : { kind: 'not applicable', reason: `${before.name}, which it follows: ${reason}` };
}

/** Cases that use the objects which the case before them made: [the case, the case before]. */
const FOLLOWERS: readonly [case_: string, before: string][] = [
  ['SASED-M-3', 'SASED-M-2'],
  ['TL-M-3', 'TL-M-2'],
  ['TC-CREG-2', 'TC-CREG-1'],
  ['TC-CREG-3', 'TC-CREG-2'],
];

/** The beginning of the name of the case whose objects this one uses, its version included, or undefined. */
function predecessorName(testCase: TestCase): string | undefined {
  const name = testCase.name.replaceAll('_', '-');
  const row = FOLLOWERS.find(([follower]) => name.startsWith(`${follower}-`));
  if (!row) return undefined;
  const version = /^-(\d+)/.exec(name.slice(row[0].length))?.[1] ?? '';
  return `${row[1]}-${version}`;
}

/** Cases in the order in which they are played: those that use each other's objects in one group. */
export function groupCases(cases: readonly TestCase[]): TestCase[][] {
  const groups = new Map<TestCase, TestCase[]>();
  for (const testCase of cases) {
    const before = findPredecessor(testCase, cases);
    if (!before) groups.set(testCase, groups.get(testCase) ?? [testCase]);
  }
  for (const testCase of cases) {
    const first = chainOf(testCase, cases)[0];
    if (first && first !== testCase) groups.get(first)?.push(testCase);
  }
  return [...groups.values()];
}

export function findPredecessor(testCase: TestCase, cases: readonly TestCase[]): TestCase | undefined {
  const name = predecessorName(testCase);
  if (name === undefined) return undefined;
  return cases.find(each => new RegExp(`^${name}(-|$)`).test(each.name.replaceAll('_', '-')));
}

function chainOf(testCase: TestCase, cases: readonly TestCase[]): TestCase[] {
  const before = findPredecessor(testCase, cases);
  return before ? [...chainOf(before, cases), testCase] : [testCase];
}
