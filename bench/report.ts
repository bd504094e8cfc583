import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import type { ManyKeys } from './many-keys.ts';
import type { AuditRow } from './audit.ts';
import type { CodecRow } from './codec.ts';
import type { Figures } from './measure.ts';
import type { Refusals } from './refusals.ts';
import type { TrustRow } from './trust.ts';

export interface Row {
  readonly scenario: string;
  readonly parallel: number;
  readonly kmipd: Figures;
  readonly ceiling: Figures;
  readonly pykmip?: Figures;
}

const HEAD = [
  'scenario',
  'connections',
  'kmipd /s',
  'p50 ms',
  'p99 ms',
  'ceiling /s',
  'of the ceiling',
  'PyKMIP /s',
  'times PyKMIP',
];

const cells = ({ scenario, parallel, kmipd, ceiling, pykmip }: Row): string[] => [
  scenario,
  String(parallel),
  kmipd.rate.toFixed(0),
  kmipd.p50.toFixed(2),
  kmipd.p99.toFixed(2),
  ceiling.rate.toFixed(0),
  (kmipd.rate / ceiling.rate).toFixed(2),
  pykmip ? pykmip.rate.toFixed(1) : '-',
  pykmip ? (kmipd.rate / pykmip.rate).toFixed(1) : '-',
];

export function showTable(rows: readonly Row[], withHead: boolean): string {
  const widths = [36, 11, 9, 7, 7, 10, 14, 9, 12];
  const line = (texts: readonly string[]) =>
    texts.map((text, i) => (i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!))).join('  ');
  return [...(withHead ? [line(HEAD)] : []), ...rows.map(row => line(cells(row)))].join('\n');
}

export const showManyKeys = (m: ManyKeys): string =>
  `${m.keys} keys: made in ${m.fillSeconds.toFixed(1)} s over the wire; memory ${m.memoryFilledMb} MB after that, ${m.memoryServingMb} MB after a restart and ` +
  `lookups; Locate by Name p50 ${m.byName.p50.toFixed(2)} ms, p99 ${m.byName.p99.toFixed(2)} ms; by custom attribute p50 ${m.byCustom.p50.toFixed(2)} ms, p99 ${m.byCustom.p99.toFixed(2)} ms`;

export const showRefusals = ({ alone, during, refused, other, seconds }: Refusals): string =>
  `${refused} refused connections of one client in ${seconds.toFixed(1)} s${other > 0 ? ` (and ${other} that ended otherwise)` : ''}: ` +
  `quiet clients (the median of three rounds) p50 ${alone.p50.toFixed(2)} ms, p99 ${alone.p99.toFixed(2)} ms alone; p50 ${during.p50.toFixed(2)} ms, ` +
  `p99 ${during.p99.toFixed(2)} ms meanwhile, ${(during.p99 / alone.p99).toFixed(2)} times`;

export const showTrust = (rows: readonly TrustRow[]): string =>
  rows
    .map(
      ({ scenario, pinned, underRoot }) =>
        `${scenario}: pinned ${pinned.toFixed(0)} /s, under a trusted root ${underRoot.toFixed(0)} /s, ` +
        `${(underRoot / pinned).toFixed(2)} of it`,
    )
    .join('\n');

/** Microseconds, ours beside the hand-written ones of the same run. */
export const showCodec = (rows: readonly CodecRow[]): string =>
  rows
    .map(
      ({ way, kmipd, byHand }) =>
        `${way} an answer to Get: ${kmipd.toFixed(2)} µs, written by hand ${byHand.toFixed(2)} µs, ${(kmipd / byHand).toFixed(1)} times`,
    )
    .join('\n');

const AUDIT_HEAD = [
  'scenario',
  'connections',
  'audited /s',
  'unaudited /s',
  'of the throughput',
  'p50 ms',
  'more at p50',
  'p99 ms',
  'more at p99',
];

/** What recording costs, as a table in Markdown. */
export function showAudit(rows: readonly AuditRow[]): string {
  const cells = rows.map(({ scenario, parallel, audited, unaudited }) => [
    scenario,
    String(parallel),
    ...[audited.rate.toFixed(0), unaudited.rate.toFixed(0), (audited.rate / unaudited.rate).toFixed(2)],
    ...[audited.p50.toFixed(2), (audited.p50 - unaudited.p50).toFixed(2)],
    ...[audited.p99.toFixed(2), (audited.p99 - unaudited.p99).toFixed(2)],
  ]);
  return [AUDIT_HEAD, AUDIT_HEAD.map((_, i) => (i === 0 ? '---' : '---:')), ...cells]
    .map(row => `| ${row.join(' | ')} |`)
    .join('\n');
}

const BEGIN = '<!-- figures: written by make bench -->';
const END = '<!-- end of figures -->';

export interface Report {
  readonly rows: readonly Row[];
  readonly many: ManyKeys | undefined;
  readonly refusals: Refusals;
  readonly trust: readonly TrustRow[];
  readonly audit: readonly AuditRow[];
  readonly codec: readonly CodecRow[];
  /** A figure. */
  readonly seconds: number;
}

/** Puts the figures between the two marks of a document. */
export function writeReport(file: string, { rows, many, refusals, trust, audit, codec, seconds }: Report): void {
  const table = [HEAD, HEAD.map((_, i) => (i === 0 ? '---' : '---:')), ...rows.map(cells)]
    .map(row => `| ${row.join(' | ')} |`)
    .join('\n');
  const machine = `${cpus().length} cores (${cpus()[0]?.model.trim()}), Node ${process.version}, ${seconds} s a figure, ${new Date().toISOString().slice(0, 10)}`;
  const ways = showTrust(trust).replaceAll('\n', '\n\n');
  const codecs = showCodec(codec).replaceAll('\n', '\n\n');
  const paragraphs = [...(many ? [showManyKeys(many)] : []), showRefusals(refusals), ways, codecs, showAudit(audit)];
  const text = readFileSync(file, 'utf8');
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined)
    throw new Error(`${file} lacks the marks between which the figures stand`);
  writeFileSync(
    file,
    `${before}${BEGIN}\n${machine}\n\n${table}\n${paragraphs.map(text => `\n${text}\n`).join('')}${END}${after}`,
  );
}
