import { type Path, type PathCertificate, problemAt } from './path-certificate.ts';
import type { PathProblem, PathRule } from './path-problem.ts';
import { isSignedWith, keyWeakness } from './signature.ts';

/** From end certificate to root, both included; a company's has three or four. */
const PATH_CERTIFICATES_MAX = 10;
/** Signatures that are checked before a search gives up: the peer chooses what it presents, and each may take a millisecond. */
const SIGNATURES_MAX = 16;
/** Steps from a certificate to an issuer; cross-signed authorities can be gone through in very many ways. */
const STEPS_MAX = 500;

/**
 * Searches ways from a certificate to a root by names and signatures, which all hold; other rules are not asked here. When there is
 * none, `problem` says how far it has come.
 */
export class PathSearch {
  readonly #leaf: PathCertificate;
  readonly #root: PathCertificate;
  readonly #issuers: readonly PathCertificate[];
  readonly #edges = new Map<PathCertificate, Map<PathCertificate, Edge>>();
  #signaturesLeft = SIGNATURES_MAX;
  #stepsLeft = STEPS_MAX;
  #gaveUpAfter: string | undefined;
  #problem: PathProblem | undefined;
  #longest: Path;

  constructor(leaf: PathCertificate, issuers: readonly PathCertificate[], root: PathCertificate) {
    this.#leaf = leaf;
    this.#root = root;
    this.#issuers = issuers;
    this.#longest = [leaf];
  }

  /** Likely ones first. Ends soon, whatever is among the issuers. */
  paths(): Generator<Path> {
    return this.#onFrom([this.#leaf]);
  }

  /** Why there is no way to the root. */
  get problem(): PathProblem {
    const path = this.#longest;
    const none = (detail: string) => problemAt(path, path.length - 1, 'no path to a trusted root', detail, false);
    if (this.#gaveUpAfter) return none(`the search was given up after ${this.#gaveUpAfter}, expected fewer`);
    if (this.#problem) return this.#problem;
    if (path.length === PATH_CERTIFICATES_MAX) {
      return none(`still not the root, expected it among ${PATH_CERTIFICATES_MAX} certificates`);
    }
    return path.at(-1)!.isSelfIssued
      ? none('issued by itself, expected one that comes from the trusted root')
      : none(
          `issued by an authority that is missing, expected the trusted root or one of the ${this.#issuers.length} that were presented or given`,
        );
  }

  *#onFrom(path: Path): Generator<Path> {
    if (path.length > this.#longest.length) this.#longest = path;
    if (path.length === PATH_CERTIFICATES_MAX) return;
    const child = path.at(-1)!;
    for (const issuer of this.#candidates(child)) {
      if (this.#isOver()) return;
      this.#stepsLeft--;
      if (path.some(passed => passed.isSameAuthorityAs(issuer))) continue;
      const edge = this.#edge(child, issuer);
      if (edge !== 'good') this.#note(path, issuer, edge);
      else if (issuer === this.#root) yield [...path, issuer];
      else yield* this.#onFrom([...path, issuer]);
    }
  }

  /** By name; the root, then those whose key identifier is the one that is asked for, at last those that have another. */
  #candidates(child: PathCertificate): PathCertificate[] {
    const wanted = child.fields.extensions.authorityKeyIdentifier;
    const found = this.#issuers.filter(({ subject }) => subject === child.issuer);
    const rank = (issuer: PathCertificate) => ['same', 'unsaid', 'other'].indexOf(keyIdentifiers(wanted, issuer));
    found.sort((a, b) => rank(a) - rank(b));
    return this.#root.subject === child.issuer ? [this.#root, ...found] : found;
  }

  #edge(child: PathCertificate, issuer: PathCertificate): Edge {
    const known = this.#edges.get(child) ?? new Map<PathCertificate, Edge>();
    this.#edges.set(child, known);
    const edge = known.get(issuer) ?? this.#judge(child, issuer);
    known.set(issuer, edge);
    return edge;
  }

  // What is weak is refused before a signature is checked, because no answer would make it better.
  #judge(child: PathCertificate, issuer: PathCertificate): Edge {
    const { algorithm } = child.fields;
    if (algorithm.isWeak) {
      return {
        of: 'child',
        rule: 'weak signature algorithm',
        detail: `signed with ${algorithm.name}, expected SHA-256 or better`,
      };
    }
    if (algorithm.family === 'other') {
      return {
        of: 'child',
        rule: 'unknown signature algorithm',
        detail: `signed with ${algorithm.name}, expected RSA, RSA-PSS, ECDSA or Ed25519`,
      };
    }
    const weakness = keyWeakness(issuer.key);
    if (weakness !== undefined) return { of: 'issuer', rule: 'weak key', detail: weakness };
    this.#signaturesLeft--;
    if (isSignedWith(issuer.key!, child.fields)) return 'good';
    return keyIdentifiers(child.fields.extensions.authorityKeyIdentifier, issuer) === 'other'
      ? otherKey
      : { of: 'child', rule: 'bad signature', detail: 'not signed by its issuer, expected a signature that verifies' };
  }

  /** Keeps the one that says most; of equals the first. */
  #note(path: Path, issuer: PathCertificate, { of, rule, detail }: Broken): void {
    if (this.#problem && TELLING.indexOf(this.#problem.rule) <= TELLING.indexOf(rule)) return;
    const longer = [...path, issuer];
    this.#problem = problemAt(longer, path.length - (of === 'child' ? 1 : 0), rule, detail, issuer === this.#root);
  }

  #isOver(): boolean {
    if (this.#stepsLeft === 0) this.#gaveUpAfter = `${STEPS_MAX} steps`;
    if (this.#signaturesLeft === 0) this.#gaveUpAfter = `${SIGNATURES_MAX} signatures`;
    return this.#gaveUpAfter !== undefined;
  }
}

/** Whether one certificate is signed by another; if not, which of them is to blame. */
type Edge = 'good' | Broken;
interface Broken {
  of: 'child' | 'issuer';
  rule: PathRule;
  detail: string;
}

const TELLING: readonly PathRule[] = [
  'weak signature algorithm',
  'unknown signature algorithm',
  'weak key',
  'bad signature',
  'no path to a trusted root',
];

/** A new authority often has the name of the one before it: no forgery. */
const otherKey: Broken = {
  of: 'child',
  rule: 'no path to a trusted root',
  detail:
    'signed with another key than that of the authority of this name, expected one that comes from the trusted root',
};

function keyIdentifiers(wanted: Uint8Array | undefined, issuer: PathCertificate): 'same' | 'unsaid' | 'other' {
  const { subjectKeyIdentifier } = issuer.fields.extensions;
  if (wanted === undefined || subjectKeyIdentifier === undefined) return 'unsaid';
  return Buffer.compare(wanted, subjectKeyIdentifier) === 0 ? 'same' : 'other';
}
