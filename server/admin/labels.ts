import { holdsAddress } from '../audit/index.ts';
import { AdminError } from './admin-error.ts';

/** As long as a certificate's common name may be. */
export const LABEL_CHARACTERS_MAX = 64;

export type Labelled = 'vault' | 'client' | 'administrator';

/**
 * What is wrong with a name for a vault, client or administrator; undefined when nothing is. It stands in events and in file
 * names, so it is neither an address nor a path.
 */
export function labelProblem(name: string): string | undefined {
  if (name.length > LABEL_CHARACTERS_MAX) return `has more than ${LABEL_CHARACTERS_MAX} characters`;
  if (!/^[\p{L}\p{N}][\p{L}\p{N}\p{M} ._@-]*$/u.test(name)) return 'has other characters than a name may have';
  if (holdsAddress(name)) return 'holds an address, and events name no address';
  return undefined;
}

/** The name, if it may be one. Throws AdminError. */
export function checkedLabel(what: Labelled, name: string): string {
  const problem = labelProblem(name);
  if (problem === undefined) return name;
  const remedy = 'use letters, digits and . _ @ -';
  throw new AdminError('bad request', `${what} name ${JSON.stringify(name)} ${problem}; ${remedy}`, {
    recorded: `the ${what}'s name ${problem}; ${remedy}`,
  });
}
