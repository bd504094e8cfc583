import type { RunResult } from 'better-sqlite3';
import { ConflictError } from '../store.ts';

/** The row as the interface has it, or undefined where there is none. */
export const mapped = <Row, T>(row: Row | undefined, map: (row: Row) => T): T | undefined =>
  row === undefined ? undefined : map(row);

/** Throws ConflictError when a statement found nothing to change or take away. */
export function mustChange({ changes }: RunResult, what: string): void {
  if (changes === 0) throw new ConflictError(`${what} was removed meanwhile`);
}
