// Writes the tables of docs/conformance.md from a report: scripts/conformance.sh DIR --json > FILE, then
//   node scripts/conformance-doc.mjs FILE
import { readFileSync, writeFileSync } from 'node:fs';

const BEGIN = '<!-- tables: written by scripts/conformance-doc.mjs -->';
const END = '<!-- end of tables -->';
const file = new URL('../docs/conformance.md', import.meta.url);
const text = readFileSync(process.argv[2], 'utf8');
const report = JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1));

const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n');
const OUTCOMES = ['passed', 'failed', 'known', 'not applicable', 'not playable'];
const versions = new Map();
for (const one of report.results) {
  const counts = versions.get(one.version) ?? Object.fromEntries(OUTCOMES.map(outcome => [outcome, 0]));
  counts[one.status]++;
  versions.set(one.version, counts);
}
const byVersion = [...versions].sort(([a], [b]) => a.localeCompare(b));
const reasons = new Map();
for (const one of report.results.filter(({ status }) => status === 'known')) {
  const { reason } = one;
  reasons.set(reason, [...(reasons.get(reason) ?? []), `${one.name}`]);
}
const tables = [
  table(
    ['KMIP', ...OUTCOMES],
    byVersion.map(([version, counts]) => [version, ...OUTCOMES.map(o => counts[o])]),
  ),
  '',
  'Known not to pass:',
  '',
  table(
    ['case', 'why'],
    [...reasons].flatMap(([reason, names]) => names.map(name => [name, reason])),
  ),
].join('\n');
const doc = readFileSync(file, 'utf8');
const [before, rest] = doc.split(BEGIN);
writeFileSync(file, `${before}${BEGIN}\n${tables}\n${END}${rest.split(END)[1]}`);
