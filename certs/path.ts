import { type Certificate, readCertificate } from './certificate.ts';
import { CertificateError } from './certificate-error.ts';
import { readCrl, type RevocationList } from './crl.ts';
import { PathSearch } from './path-building.ts';
import { type Path, PathCertificate, problemAt } from './path-certificate.ts';
import { brokenAlone, brokenRule, type Purpose } from './path-checks.ts';
import type { PathProblem } from './path-problem.ts';
import { checkRevocation } from './revocation.ts';
import type { Validity } from './validity.ts';

export interface ValidatePath {
  /** What the peer proved to own, DER. */
  certificate: Uint8Array;
  /** Presented and given authorities, DER, in any order; there may be junk among them. */
  issuers: readonly Uint8Array[];
  /** DER. */
  root: Uint8Array;
  /** Lists in DER, or read before by parseCrls, which saves reading them again. */
  crls: readonly (Uint8Array | RevocationList)[];
  /** Whether a list that is past its next update, or not yet of its time, refuses the certificates of its issuer. */
  staleCrl: 'refuse' | 'accept';
  now: Date;
  /** What the certificate is to be good for: that of a TLS client unless said; `any` asks for no purpose. */
  purpose?: Purpose;
}

export type ValidatedPath =
  /** From the certificate to the root. From `validFrom` to `validUntil`, both included, the answer stays the same. */
  { ok: true; path: Certificate[]; validFrom: Date; validUntil: Date } | { ok: false; problem: PathProblem };

/** Authorities that are looked at, the first of them; a peer that presents more is none that wants to be understood. */
const ISSUERS_MAX = 100;
/** Complete paths that are judged; more than one there is only where authorities are signed by several others. */
const PATHS_MAX = 10;

/**
 * Whether a TLS client's certificate comes from this root: path building and validation by RFC 5280 §6. Signatures by RSA, RSA-PSS
 * and ECDSA with SHA-2 and by Ed25519; keys RSA 2048 to 8192, ECDSA P-256, P-384, P-521, Ed25519. Never throws at what a peer
 * presents, and ends soon whatever that is.
 *
 * The root is what the administrator gave, and need not have signed itself; its own signature is not judged. It must be able to be
 * an authority and within its dates, and its limits hold. A root of version 1 (or 2), in which nothing could say that it is an
 * authority, is accepted when it names itself as its issuer: the administrator said it. An intermediate one never is. The root
 * itself is no client.
 */
export function validatePath(given: ValidatePath): ValidatedPath {
  const { certificate, issuers, root, crls } = given;
  const leaf = read(certificate, 'the certificate');
  if ('rule' in leaf) return { ok: false, problem: leaf };
  const anchor = read(root, 'the trusted root');
  if ('rule' in anchor) return { ok: false, problem: anchor };
  const lists = readLists(crls);
  if ('rule' in lists) return { ok: false, problem: lists };

  const search = new PathSearch(leaf, readable(issuers, [certificate, root]), anchor);
  let problem: PathProblem | undefined;
  let judged = 0;
  for (const path of search.paths()) {
    const judgement = judge(path, lists, given);
    if (judgement.ok) return judgement;
    problem ??= judgement.problem;
    if (++judged === PATHS_MAX) break;
  }
  return { ok: false, problem: problem ?? search.problem };
}

/**
 * What keeps this certificate, DER, from being a trusted root now; undefined when nothing does. To be asked when it is given, so that
 * the administrator learns it before clients are refused.
 */
export function rootProblem(root: Uint8Array, now: Date): PathProblem | undefined {
  const anchor = read(root, 'the trusted root');
  if ('rule' in anchor) return anchor;
  const found = brokenAlone(anchor, 'root', now);
  return found && problemAt([anchor], 0, ...found);
}

function judge(
  path: Path,
  lists: readonly RevocationList[],
  { staleCrl, now, purpose = 'client' }: ValidatePath,
): ValidatedPath {
  const broken = brokenRule(path, now, purpose);
  if (broken) return { ok: false, problem: broken };
  const { problem, asked } = checkRevocation(path, lists, staleCrl, now);
  if (problem) return { ok: false, problem };
  const certificates: Certificate[] = [];
  for (const [position, { fields }] of path.entries()) {
    try {
      certificates.push(readCertificate(fields.der));
    } catch (error) {
      if (!(error instanceof CertificateError)) throw error;
      return { ok: false, problem: problemAt(path, position, 'malformed certificate', error.message) };
    }
  }
  const { notBefore, notAfter } = unchanged(certificates, asked, now);
  return { ok: true, path: certificates, validFrom: notBefore, validUntil: notAfter };
}

/** From the last date at which the answer may have been another to the next at which it may be. */
function unchanged(path: readonly Validity[], lists: readonly RevocationList[], now: Date): Validity {
  let from = Math.max(...path.map(({ notBefore }) => notBefore.getTime()));
  let until = Math.min(...path.map(({ notAfter }) => notAfter.getTime()));
  // A list counts from its thisUpdate on and up to its nextUpdate: its last millisecond is the one before, and this one.
  const ends = lists.flatMap(({ thisUpdate, nextUpdate }) => [
    thisUpdate.getTime() - 1,
    ...(nextUpdate ? [nextUpdate.getTime()] : []),
  ]);
  for (const end of ends) {
    if (end < now.getTime()) from = Math.max(from, end + 1);
    else until = Math.min(until, end);
  }
  return { notBefore: new Date(from), notAfter: new Date(until) };
}

function read(der: Uint8Array, what: string): PathCertificate | PathProblem {
  try {
    return new PathCertificate(der);
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    return { rule: 'malformed certificate', subject: '', detail: `${what}: ${error.message}` };
  }
}

/** What can be read of them, each once. Junk is no problem: it is part of no path. */
function readable(issuers: readonly Uint8Array[], others: readonly Uint8Array[]): PathCertificate[] {
  const seen = new Set(others.map(key));
  const found: PathCertificate[] = [];
  for (const der of issuers.slice(0, ISSUERS_MAX)) {
    if (seen.size === seen.add(key(der)).size) continue;
    const issuer = read(der, 'an issuer');
    if (!('rule' in issuer)) found.push(issuer);
  }
  return found;
}

const key = (der: Uint8Array) => Buffer.from(der.buffer, der.byteOffset, der.byteLength).toString('latin1');

// The administrator gave them, and may count on them: one that cannot be read is not passed over.
function readLists(crls: readonly (Uint8Array | RevocationList)[]): RevocationList[] | PathProblem {
  try {
    return crls.map(crl => (crl instanceof Uint8Array ? readCrl(crl) : crl));
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    return { rule: 'revocation list not usable', subject: '', detail: `a revocation list: ${error.message}` };
  }
}
