import { holdsAddress } from '../audit/index.ts';
import { CommandError } from './exit-codes.ts';

/** As long as a certificate's common name may be. */
const LABEL_CHARACTERS_MAX = 64;

/**
 * A name for a vault, client or administrator, as an administrator may give it. It stands in events and in file names, so it is neither
 * an address nor a path.
 */
export function checkedLabel(what: 'vault' | 'client' | 'administrator', name: string): string {
  const refuse = (why: string) =>
    new CommandError('usage', `${what} name ${JSON.stringify(name)} ${why}; use letters, digits and . _ @ -`);
  if (name.length > LABEL_CHARACTERS_MAX) throw refuse(`has more than ${LABEL_CHARACTERS_MAX} characters`);
  if (!/^[\p{L}\p{N}][\p{L}\p{N}\p{M} ._@-]*$/u.test(name)) throw refuse('has other characters than a name may have');
  if (holdsAddress(name)) throw refuse('holds an address, and events name no address');
  return name;
}
