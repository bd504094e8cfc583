import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { showVersion } from '../../kmip-codec/index.ts';
import { fillGroups, groupsAssumed } from './assumed-groups.ts';
import { cleanUp } from './clean-up.ts';
import type { Identity, Target } from './channel.ts';
import { type Failure, type Outcome, type Play, playCase, type Traces } from './play.ts';
import { everything, findPredecessor, groupCases, leftOut, type Scope } from './selection.ts';
import { loadTestCase, type TestCase } from './test-case.ts';
import { type Way, wayOf } from './ways.ts';

export interface ConformanceOptions {
  readonly target: Target;
  /**
   * Who plays a case: the identity of its client 'A', 'B', ...; `user` is the name in the Credential of a request. `group` is the name of the first of the cases that use each
   * other's objects. One that differs by group keeps the cases apart, on a server that shows a client only its own objects.
   */
  readonly identityOf: (group: string, client: string, user: string | undefined) => Identity;
  /** Called before the first case of a group that is played: to make it a place of its own on the server. */
  readonly prepareGroup?: (group: string, cases: readonly TestCase[]) => Promise<void>;
  /** Files of test cases, and folders that are searched for them. */
  readonly paths: readonly string[];
  /** What to play; everything unless given. */
  readonly scope?: Scope;
  /** How messages travel, but for the cases that are about one way of their own. */
  readonly way?: Way;
  /** Cases known not to pass, by name, with the reason. */
  readonly expected?: ReadonlyMap<string, string>;
  /** Whether the Object Groups which a case takes to have fresh objects get some beforehand; on unless given. */
  readonly fillsGroups?: boolean;
  /** Whether objects are taken away after each group; off where every group has an identity of its own. */
  readonly cleansUp?: boolean;
  readonly now: () => Date;
  /** How far from the present a time near now may be. */
  readonly skewSeconds?: number;
  /** How long a request is repeated where a case says so; times that a case waits for come within half of it. */
  readonly repeatMs?: number;
  readonly repeatPauseMs?: number;
  readonly onCase?: (result: CaseResult, done: number, all: number) => void;
}

/**
 * passed; failed: not as expected, or passed although it is known not to; known: did not pass, and is known not to;
 * not applicable: beyond the scope; not playable: this runner cannot.
 */
export type Status = 'passed' | 'failed' | 'known' | 'not applicable' | 'not playable';

export interface CaseResult {
  readonly name: string;
  readonly family: string;
  readonly version: string;
  /** XML names of what the case uses. */
  readonly operations: readonly string[];
  readonly objectTypes: readonly string[];
  readonly status: Status;
  /** Why it was left out, is known not to pass, or is failed although each response was as expected. */
  readonly reason: string | undefined;
  readonly failure: Failure | undefined;
  readonly exchanges: number;
  readonly exchangesPlayed: number;
  readonly tolerances: readonly string[];
  readonly durationMs: number;
}

export interface Report {
  readonly server: string;
  readonly results: readonly CaseResult[];
  readonly passed: number;
  readonly failed: number;
}

/**
 * Plays test cases against a server, one after the other. Throws Error for a path that holds none and CodecError for a file
 * that is no test case; what the server does wrong is in the report.
 */
export async function runConformance(options: ConformanceOptions): Promise<Report> {
  const scope = options.scope ?? everything;
  const cases = options.paths.flatMap(testCaseFiles).map(loadTestCase);
  const results: CaseResult[] = [];
  for (const group of groupCases(cases)) {
    const traces: Traces = { objects: new Map() };
    const [first] = group;
    if (!first) continue;
    let isPrepared = false;
    for (const testCase of group) {
      const left = leftOut(testCase, scope, findPredecessor(testCase, cases));
      if (!left && !isPrepared) {
        await options.prepareGroup?.(first.name, group);
        await fillGroups((options.fillsGroups ?? true) ? group.flatMap(groupsAssumed) : [], {
          target: options.target,
          identityOf: () => options.identityOf(first.name, 'A', undefined),
          version: first.version,
          way: options.way ?? 'ttlv',
        });
        isPrepared = true;
      }
      const result = left
        ? resultOf(testCase, left.kind, left.reason)
        : await playAndJudge(testCase, playOf(options, testCase, cases, first.name), traces, options);
      results.push(result);
      options.onCase?.(result, results.length, cases.length);
    }
    if ((options.cleansUp ?? true) && traces.objects.size > 0) {
      const identity = options.identityOf(first.name, 'A', undefined);
      await cleanUp(
        traces.objects.keys(),
        options.target,
        identity,
        first.version,
        wayOf(first.family, options.way ?? 'ttlv'),
      );
    }
  }
  const count = (status: Status) => results.filter(result => result.status === status).length;
  const { host, port } = options.target;
  return { server: `${host}:${port}`, results, passed: count('passed'), failed: count('failed') };
}

/** The files of a path, in an order that does not depend on the file system. */
export function testCaseFiles(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  const files = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter(file => /\.xml$/i.test(file));
  if (files.length === 0) throw new Error(`${path}: no test cases (*.xml) in this folder`);
  return files.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).map(file => join(path, file));
}

/** Twice as long as the longest time that a case of OASIS waits for. */
export const REPEAT_MS = 240_000;

const playOf = (options: ConformanceOptions, testCase: TestCase, cases: readonly TestCase[], group: string): Play => ({
  target: options.target,
  way: wayOf(testCase.family, options.way ?? 'ttlv'),
  identityOf: (client, user) => options.identityOf(group, client, user),
  required: requiredBy(
    cases.filter(
      each =>
        each.family === testCase.family &&
        each.version === testCase.version &&
        !leftOut(each, options.scope ?? everything, findPredecessor(each, cases)),
    ),
  ),
  now: options.now,
  skewSeconds: options.skewSeconds ?? 60,
  repeatMs: options.repeatMs ?? REPEAT_MS,
  repeatPauseMs: options.repeatPauseMs ?? 250,
});

/** What cases use, a server that passes them has, and says so when asked. */
const requiredBy = (cases: readonly TestCase[]) =>
  new Set(cases.flatMap(each => [...each.operations, ...each.objectTypes]));

async function playAndJudge(
  testCase: TestCase,
  play: Play,
  traces: Traces,
  options: ConformanceOptions,
): Promise<CaseResult> {
  const started = options.now().getTime();
  const outcome = await playCase(testCase, play, traces);
  const durationMs = options.now().getTime() - started;
  const reason = options.expected?.get(testCase.name);
  if (outcome.failure)
    return resultOf(testCase, reason === undefined ? 'failed' : 'known', reason, outcome, durationMs);
  if (reason === undefined) return resultOf(testCase, 'passed', undefined, outcome, durationMs);
  return resultOf(testCase, 'failed', `passes, but is listed as known not to: ${reason}`, outcome, durationMs);
}

const resultOf = (
  testCase: TestCase,
  status: Status,
  reason: string | undefined,
  outcome?: Outcome,
  durationMs = 0,
): CaseResult => ({
  name: testCase.name,
  family: testCase.family,
  version: showVersion(testCase.version),
  operations: [...testCase.operations].sort(),
  objectTypes: [...testCase.objectTypes].sort(),
  status,
  reason,
  failure: outcome?.failure,
  exchanges: testCase.exchanges.length,
  exchangesPlayed: outcome?.exchangesPlayed ?? 0,
  tolerances: [...(outcome?.tolerances ?? [])].sort(),
  durationMs,
});
