import type { RevocationList } from './crl.ts';
import { type Path, problemAt } from './path-certificate.ts';
import type { PathProblem } from './path-problem.ts';

/** What the lists say of a path. */
export interface RevocationCheck {
  problem: PathProblem | undefined;
  /** The lists that were asked, whether or not they are of their time. */
  asked: readonly RevocationList[];
}

/**
 * Looks for every certificate below the root in the lists of its issuer (RFC 5280 §6.3.3). Where an issuer has no list nothing is
 * looked for; a list counts only when the issuer's certificate in this path has signed it.
 */
export function checkRevocation(
  path: Path,
  lists: readonly RevocationList[],
  staleCrl: 'refuse' | 'accept',
  now: Date,
): RevocationCheck {
  const asked: RevocationList[] = [];
  for (let position = path.length - 2; position >= 0; position--) {
    const ofIssuer = listsFor(path, position, lists);
    asked.push(...ofIssuer);
    const problem = problemIn(path, position, ofIssuer, staleCrl, now);
    if (problem) return { problem, asked };
  }
  return { problem: undefined, asked };
}

function listsFor(path: Path, position: number, lists: readonly RevocationList[]): RevocationList[] {
  const issuer = path[position + 1]!.fields;
  const scope = path[position]!.fields.extensions.isCa ? 'authorities' : 'end certificates';
  return lists.filter(list => (list.scope === 'all' || list.scope === scope) && list.isSignedBy(issuer));
}

function problemIn(
  path: Path,
  position: number,
  lists: readonly RevocationList[],
  staleCrl: 'refuse' | 'accept',
  now: Date,
): PathProblem | undefined {
  const usable = lists.filter(({ unusable }) => unusable === undefined);
  const unusable = lists.find(list => list.unusable !== undefined)?.unusable;
  if (usable.length === 0 && unusable !== undefined) {
    const detail = `the only revocation list of its issuer has ${unusable}, expected a complete one`;
    return problemAt(path, position, 'revocation list not usable', detail);
  }
  const { serialNumber } = path[position]!.fields;
  const latest = latestOfEachPart(usable, now);
  const since = latest.map(({ revoked }) => revoked.get(serialNumber)).find(date => date !== undefined);
  if (since) {
    const detail = `revoked at ${since.toISOString()}, expected one that is not on its issuer's revocation list`;
    return problemAt(path, position, 'revoked', detail);
  }
  const stale = staleCrl === 'refuse' ? latest.find(list => !isOfItsTime(list, now)) : undefined;
  return stale && problemAt(path, position, 'revocation list out of date', describeTime(stale, now));
}

/** Of several lists the latest of those that are of their time; if none is, the latest. */
function latestOfEachPart(lists: readonly RevocationList[], now: Date): RevocationList[] {
  const latest = new Map<string, RevocationList>();
  for (const list of lists) {
    const other = latest.get(list.part);
    if (!other || isBetter(list, other, now)) latest.set(list.part, list);
  }
  return [...latest.values()];
}

function isBetter(list: RevocationList, other: RevocationList, now: Date): boolean {
  const difference = Number(isOfItsTime(list, now)) - Number(isOfItsTime(other, now));
  if (difference !== 0) return difference > 0;
  const later = list.thisUpdate.getTime() - other.thisUpdate.getTime();
  return later === 0 ? (list.number ?? 0n) > (other.number ?? 0n) : later > 0;
}

const isOfItsTime = ({ thisUpdate, nextUpdate }: RevocationList, now: Date) =>
  thisUpdate <= now && (nextUpdate === undefined || now <= nextUpdate);

const describeTime = ({ thisUpdate, nextUpdate }: RevocationList, now: Date) =>
  now < thisUpdate
    ? `the revocation list of its issuer is of ${thisUpdate.toISOString()}, expected one of before now`
    : `the revocation list of its issuer was to be replaced by ${nextUpdate?.toISOString()}, expected the next one`;
