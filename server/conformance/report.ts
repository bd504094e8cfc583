import type { CaseResult, Report, Status } from './run.ts';
import { tolerances } from './tolerances.ts';

/** The report for a person: known, failed, then a table by version and family; the last line is `N passed, N failed`. */
export function showReport(report: Report, colours: boolean): string {
  const lines: string[] = [];
  const paint = (code: number, text: string) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);
  const of = (status: Status) => report.results.filter(result => result.status === status);
  const list = (title: string, results: readonly CaseResult[], show: (result: CaseResult) => string[]) => {
    if (results.length === 0) return;
    lines.push(`${title} (${results.length}):`, ...results.flatMap(show), '');
  };
  const beyond = of('not applicable');
  if (beyond.length > 0) {
    lines.push(`Not applicable (${beyond.length}):`);
    for (const [reason, names] of byReason(beyond)) lines.push(`  ${reason}: ${names.join(', ')}`);
    lines.push('');
  }
  list('Not playable', of('not playable'), result => [`  ${result.name}: ${result.reason}`]);
  list('Known not to pass', of('known'), result => [
    `  ${paint(33, result.name)}: ${result.reason}`,
    ...showFailure(result),
  ]);
  list('Failed', of('failed'), result => [
    `  ${paint(31, result.name)}${result.reason === undefined ? '' : `: ${result.reason}`}`,
    ...showFailure(result),
  ]);
  lines.push(...showTable(report.results), '');
  lines.push(paint(report.failed > 0 ? 31 : 32, `${report.passed} passed, ${report.failed} failed`));
  return `${lines.join('\n')}\n`;
}

/** The table of tolerances that were needed, with their sources and how many cases needed each. */
export function showTolerances(report: Report): string {
  const rows = tolerances.map(({ id, source }) => {
    const cases = report.results.filter(result => result.tolerances.includes(id)).length;
    return `  ${String(cases).padStart(4)}  ${id.padEnd(30)} ${source}`;
  });
  return ['Tolerances, and how many of the cases needed each:', ...rows, ''].join('\n');
}

/** JUnit's XML, as continuous integration reads it. */
export function junit(report: Report): string {
  const skipped = report.results.filter(result => result.status !== 'passed' && result.status !== 'failed');
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="KMIP conformance of ${escape(report.server)}" tests="${report.results.length}"` +
      ` failures="${report.failed}" skipped="${skipped.length}">`,
  ];
  for (const result of report.results) {
    const seconds = (result.durationMs / 1000).toFixed(3);
    const open = `  <testcase classname="${escape(`${result.version}.${result.family}`)}" name="${escape(result.name)}" time="${seconds}"`;
    if (result.status === 'passed') lines.push(`${open}/>`);
    else if (result.status === 'failed') {
      const message = [result.reason, ...showFailure(result).map(line => line.trim())].filter(Boolean).join('\n');
      lines.push(`${open}><failure>${escape(message)}</failure></testcase>`);
    } else {
      lines.push(`${open}><skipped message="${escape(`${result.status}: ${result.reason}`)}"/></testcase>`);
    }
  }
  return `${[...lines, '</testsuite>'].join('\n')}\n`;
}

function showFailure({ failure, exchanges }: CaseResult): string[] {
  if (!failure) return [];
  return [
    `    exchange ${failure.exchange} of 0 to ${exchanges - 1}: ${failure.path}`,
    `      expected ${failure.expected}`,
    `      got      ${failure.got}`,
    ...(failure.serverSays ? [`      Result Message: ${failure.serverSays}`] : []),
  ];
}

function byReason(results: readonly CaseResult[]): Map<string, string[]> {
  const reasons = new Map<string, string[]>();
  for (const { name, reason = '' } of results) reasons.set(reason, [...(reasons.get(reason) ?? []), name]);
  return new Map([...reasons].sort(([a], [b]) => a.localeCompare(b)));
}

const COLUMNS: readonly Status[] = ['passed', 'failed', 'known', 'not applicable', 'not playable'];

function showTable(results: readonly CaseResult[]): string[] {
  const groups = new Map<string, CaseResult[]>();
  for (const result of results) {
    const key = `${result.version.padEnd(9)}${result.family.padEnd(14)}`;
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  const row = (title: string, cells: readonly (string | number)[]) =>
    title.padEnd(23) + cells.map((cell, index) => String(cell).padStart((COLUMNS[index]?.length ?? 0) + 2)).join('');
  const counts = (all: readonly CaseResult[]) =>
    COLUMNS.map(status => all.filter(result => result.status === status).length);
  return [
    row(`${'version'.padEnd(9)}family`, COLUMNS),
    ...[...groups].sort(([a], [b]) => a.localeCompare(b)).map(([key, all]) => row(key, counts(all))),
    row('all', counts(results)),
  ];
}

/** Text for XML, without the characters that it cannot carry. */
const escape = (text: string): string =>
  text
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
