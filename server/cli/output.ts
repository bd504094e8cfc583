import { visible } from '../audit/index.ts';
import type { Output, World } from './world.ts';

/** Rows as columns under their titles, each as wide as it must be. `none` stands for no rows. */
export function printTable(
  out: Output,
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  none: string,
): void {
  if (rows.length === 0) return out.write(`${none}\n`);
  const lines = [titles, ...rows.map(row => row.map(visible))];
  const widths = titles.map((_, column) => Math.max(...lines.map(line => line[column]?.length ?? 0)));
  for (const line of lines) {
    out.write(
      `${line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()}\n`,
    );
  }
}

/** Names and values, one a line; a value that is a list takes a line for each. */
export function printFacts(out: Output, facts: readonly (readonly [string, string | readonly string[]])[]): void {
  const width = Math.max(...facts.map(([name]) => name.length));
  for (const [name, value] of facts) {
    const values = typeof value === 'string' ? [value] : value;
    for (const [index, each] of values.entries()) {
      out.write(`  ${(index === 0 ? name : '').padEnd(width)}  ${visible(each)}\n`);
    }
  }
}

export function printJson(out: Output, value: unknown): void {
  out.write(`${JSON.stringify(value, undefined, 2)}\n`);
}

/** Without fractions of a second: `2026-11-22 07:31:04Z`. */
export const shownTime = (time: Date): string =>
  time
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z');

export type Colour = 'red' | 'yellow' | 'green' | 'grey' | 'bold';
const CODES: Readonly<Record<Colour, number>> = { red: 31, yellow: 33, green: 32, grey: 90, bold: 1 };

/** Paints text for a person at a terminal; leaves it as it is for programs, and when NO_COLOR is set. */
export function painter({
  stdout,
  env,
}: Pick<World, 'stdout' | 'env'>): (text: string, ...colours: Colour[]) => string {
  if (!stdout.isTerminal || (env['NO_COLOR'] ?? '') !== '') return text => text;
  return (text, ...colours) => colours.reduce((inner, colour) => `\u001b[${CODES[colour]}m${inner}\u001b[0m`, text);
}
