export { loadExpected, registerConformance } from './command.ts';
export type { Comparison, Difference } from './compare.ts';
export type { Identity, Target } from './channel.ts';
export type { Failure } from './play.ts';
export { junit, showReport, showTolerances } from './report.ts';
export {
  type CaseResult,
  type ConformanceOptions,
  type Report,
  runConformance,
  type Status,
  testCaseFiles,
} from './run.ts';
export { everything, type Scope } from './selection.ts';
export { type Exchange, loadTestCase, type TestCase } from './test-case.ts';
export { type Tolerance, tolerances } from './tolerances.ts';
export { type User, usersOf } from './users.ts';
export type { Way } from './ways.ts';
