export { loadExpected, registerConformance } from './command.ts';
export type { Comparison, Difference } from './compare.ts';
export type { Identity, Target } from './connection.ts';
export type { Failure } from './play.ts';
export { junit, showReport, showTolerances } from './report.ts';
export {
  type CaseResult,
  type ConformanceOptions,
  defaultScope,
  type Report,
  runConformance,
  type Status,
  testCaseFiles,
} from './run.ts';
export type { Scope } from './selection.ts';
export { type Exchange, loadTestCase, type TestCase } from './test-case.ts';
export { type Tolerance, tolerances } from './tolerances.ts';
