import { authorities, pathLength } from './authorities.ts';
import { building } from './building.ts';
import { clients } from './clients.ts';
import { dates } from './dates.ts';
import { forms } from './forms.ts';
import { keys } from './keys.ts';
import { names } from './names.ts';
import type { PathCase } from './path-case.ts';
import { revocation } from './revocation.ts';
import { signatures } from './signatures.ts';

export type { Chain, PathCase } from './path-case.ts';

/** Good and bad chains by subject: each rule with one that breaks it and a neighbour that just does not. */
export const pathCases: ReadonlyMap<string, readonly PathCase[]> = new Map([
  ['finding a path', building],
  ['signatures (RFC 5280 §6.1.3)', signatures],
  ['keys', keys],
  ['dates (RFC 5280 §4.1.2.5)', dates],
  ['authorities (RFC 5280 §4.2.1.9, §4.2.1.3)', authorities],
  ['path length (RFC 5280 §4.2.1.9)', pathLength],
  ['clients (RFC 5280 §4.2.1.3, §4.2.1.12)', clients],
  ['form and extensions (RFC 5280 §4.1, §4.2)', forms],
  ['name constraints (RFC 5280 §4.2.1.10)', names],
  ['revocation lists (RFC 5280 §6.3)', revocation],
]);
