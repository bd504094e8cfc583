import { type Labelled, labelProblem } from '../admin/index.ts';
import { CommandError } from './exit-codes.ts';

/** A name for a vault, client or administrator, before files are called by it. Throws CommandError. */
export function checkedLabel(what: Labelled, name: string): string {
  const problem = labelProblem(name);
  if (problem === undefined) return name;
  throw new CommandError('usage', `${what} name ${JSON.stringify(name)} ${problem}; use letters, digits and . _ @ -`);
}
