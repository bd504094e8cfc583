import { visible } from '../audit/index.ts';
import type { Output, World } from './world.ts';

/** Rows as columns under their titles, each as wide as it must be. `none` stands for no rows; `colours` has one for each row. */
export function printTable(
  out: Output,
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  none: string,
  { paint, colours }: { paint: Paint; colours: readonly (Colour | undefined)[] } = { paint: text => text, colours: [] },
): void {
  if (rows.length === 0) return out.write(`${none}\n`);
  const lines = [titles, ...rows.map(row => row.map(visible))];
  const widths = titles.map((_, column) => Math.max(...lines.map(line => line[column]?.length ?? 0)));
  for (const [index, line] of lines.entries()) {
    const text = line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
    const colour = colours[index - 1];
    out.write(`${colour ? paint(text, colour) : text}\n`);
  }
}

/** A name and its value; one that is a list takes a line for each. */
export type Fact = readonly [name: string, value: string | readonly string[], colour?: Colour | undefined];

/** Names and values, one a line. */
export function printFacts(out: Output, facts: readonly Fact[], paint: Paint = text => text): void {
  const width = Math.max(...facts.map(([name]) => name.length));
  for (const [name, value, colour] of facts) {
    const values = typeof value === 'string' ? [value] : value;
    for (const [index, each] of values.entries()) {
      const text = visible(each);
      out.write(`  ${(index === 0 ? name : '').padEnd(width)}  ${colour ? paint(text, colour) : text}\n`);
    }
  }
}

export function printJson(out: Output, value: unknown): void {
  out.write(`${JSON.stringify(value, undefined, 2)}\n`);
}

/** `1 certificate`, `2 certificates`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** Without fractions of a second: `2026-11-22 07:31:04Z`. */
export const shownTime = (time: Date | string): string =>
  new Date(time)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z');

export type Colour = 'red' | 'yellow' | 'green' | 'grey' | 'bold';
const CODES: Readonly<Record<Colour, number>> = { red: 31, yellow: 33, green: 32, grey: 90, bold: 1 };

export type Paint = (text: string, ...colours: Colour[]) => string;

/** Paints text for a person at a terminal; leaves it as it is for programs, and when NO_COLOR is set. */
export function painter({ stdout, env }: Pick<World, 'stdout' | 'env'>): Paint {
  if (!stdout.isTerminal || (env['NO_COLOR'] ?? '') !== '') return text => text;
  return (text, ...colours) => colours.reduce((inner, colour) => `\u001b[${CODES[colour]}m${inner}\u001b[0m`, text);
}
