import { readFileSync } from 'node:fs';

const README = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');

/** vCenter's words for the four ways. */
export type Way =
  | 'vCenter Certificate'
  | 'New Certificate Signing Request (CSR)'
  | 'KMS certificate and private key'
  | 'vCenter Root CA Certificate';

/** The arguments of the `kmipd` command that the README's table has beside this way of vCenter's dialog. */
export function commandFor(way: Way): string[] {
  const row = README.split('\n').find(line => line.trim().startsWith(`| *${way}*`));
  const command = /\| `kmipd ([^`]+)` \|/.exec(row ?? '')?.[1];
  if (command === undefined) throw new Error(`the README has no command for ${way}`);
  return words(command);
}

/** The arguments of a command that the README has somewhere in its text. */
export function commandLike(pattern: RegExp): string[] {
  const command = [...README.matchAll(/`kmipd ([^`]+)`/g)]
    .map(([, text = '']) => text)
    .find(text => pattern.test(text));
  if (command === undefined) throw new Error(`the README has no command like ${pattern}`);
  return words(command);
}

/** As a shell splits it, with single quotes and nothing else. */
const words = (command: string): string[] =>
  [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
