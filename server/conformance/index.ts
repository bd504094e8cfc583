export { loadExpected, registerConformance } from './command.ts';
export { compareResponse, type Comparison, type Difference } from './compare.ts';
export { type Identity, NoAnswer, type Target } from './connection.ts';
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
export { type Exchange, loadTestCase, parseTestCase, type TestCase } from './test-case.ts';
export { type Tolerance, tolerances } from './tolerances.ts';
