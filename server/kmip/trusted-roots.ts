import {
  CertificateError,
  matchesSubject,
  parseCertificates,
  parseCrls,
  parseSubjectPattern,
  type PathProblem,
  type ReadPeer,
  type RevocationList,
  sha256Fingerprint,
  type SubjectPattern,
  validatePath,
} from '../../certs/index.ts';
import type { Client, ClientCertificate, DirectoryReader, TrustedRoot } from '../store/index.ts';

/** What the trusted roots say of a certificate. */
export type Verdict = LetIn | NotLetIn;
interface LetIn {
  readonly ok: true;
  readonly client: Client;
  /** SHA-256 of the root that let it in. */
  readonly root: string;
  /** The authorities between it and the root, DER. */
  readonly issuers: readonly Uint8Array[];
}
interface NotLetIn {
  readonly ok: false;
  readonly problem: PathProblem;
}

export interface TrustedRootsOptions {
  readonly directory: Pick<DirectoryReader, 'generation' | 'roots'>;
  /** Whether a revocation list past its next update refuses its clients. */
  readonly staleCrl: 'refuse' | 'accept';
}

/** Verdicts that are kept; more than a data centre has clients. Those refused have a place of their own: a flood drives nobody out. */
const LET_IN_MAX = 10_000;
const REFUSED_MAX = 1000;
/** A refusal may end by itself, as when a certificate becomes valid: it is asked for again after this. */
const REFUSAL_KEPT_MS = 1000;

/** The authorities outside whose certificates let clients in. A path is checked once; while nothing changes a message costs no signature. */
export class TrustedRoots {
  readonly #options: TrustedRootsOptions;
  #roots: readonly Root[] = [];
  #generation: number | undefined;
  readonly #letIn = new Map<string, Kept>();
  readonly #refused = new Map<string, { at: number; roots: readonly Root[]; verdict: NotLetIn | undefined }>();

  constructor(options: TrustedRootsOptions) {
    this.#options = options;
  }

  /** `undefined` when there is no root for a subject like this. `seen`: what is kept of the certificate since its first sight. */
  async verdictOn(peer: ReadPeer, seen: ClientCertificate | undefined, now: Date): Promise<Verdict | undefined> {
    const roots = await this.#current();
    if (roots.length === 0) return undefined;
    const kept = this.#letIn.get(peer.fingerprint);
    if (kept?.roots === roots && kept.validFrom <= now && now <= kept.validUntil) {
      return { ok: true, client: kept.by.client, root: kept.by.root.fingerprint, issuers: kept.issuers };
    }
    // A resumed session brings no issuers: those of its full handshake are remembered with the verdict, or since its first sight.
    const issuers = [...peer.issuers, ...(kept?.issuers ?? []), ...(seen?.issuers ?? [])];
    const presented = [peer.fingerprint, ...issuers.map(sha256Fingerprint)].join();
    const refused = this.#refused.get(presented);
    if (refused?.roots === roots && Math.abs(now.getTime() - refused.at) < REFUSAL_KEPT_MS) return refused.verdict;
    const verdict = this.#judge(peer, issuers, seen, now);
    if (!verdict?.ok) keep(this.#refused, presented, { at: now.getTime(), roots, verdict }, REFUSED_MAX);
    return verdict;
  }

  #judge(
    peer: ReadPeer,
    issuers: readonly Uint8Array[],
    seen: ClientCertificate | undefined,
    now: Date,
  ): Verdict | undefined {
    const { staleCrl } = this.#options;
    const roots = this.#roots;
    const certificate = orUndefined(() => parseCertificates(peer.der)[0]);
    let problem: PathProblem | undefined;
    for (const by of inOrder(roots, seen)) {
      if (!certificate || !matchesSubject(by.pattern, certificate)) continue;
      const { root, client } = by;
      const found = validatePath({
        certificate: peer.der,
        issuers: [...issuers, ...root.issuers],
        root: root.der,
        crls: by.crls,
        staleCrl,
        now,
      });
      if (found.ok) {
        const { validFrom, validUntil } = found;
        const between = found.path.slice(1).flatMap(({ der, sha256 }) => (sha256 === root.fingerprint ? [] : [der]));
        keep(this.#letIn, peer.fingerprint, { roots, by, issuers: between, validFrom, validUntil }, LET_IN_MAX);
        return { ok: true, client, root: root.fingerprint, issuers: between };
      }
      // Of several roots, the one that it comes from says more than those that have nothing to do with it.
      if (problem === undefined || problem.rule === 'no path to a trusted root') ({ problem } = found);
    }
    return problem && { ok: false, problem };
  }

  /** The same list as long as nothing in it has changed, by which verdicts know whether they still hold. */
  async #current(): Promise<readonly Root[]> {
    const generation = this.#options.directory.generation();
    if (generation === this.#generation) return this.#roots;
    const found = await this.#options.directory.roots();
    this.#generation = generation;
    const isSame = found.length === this.#roots.length && found.every((one, i) => isEqual(one, this.#roots[i]!));
    if (isSame) found.forEach(({ client }, i) => (this.#roots[i]!.client = client));
    else this.#roots = found.map(read);
    return this.#roots;
  }
}

interface Root {
  /** As it is now: its name may change. */
  client: Client;
  readonly root: TrustedRoot;
  readonly pattern: SubjectPattern;
  /** Read once: a company's list may be long. */
  readonly crls: readonly (Uint8Array | RevocationList)[];
}
interface Kept {
  readonly roots: readonly Root[];
  readonly by: Root;
  readonly issuers: readonly Uint8Array[];
  readonly validFrom: Date;
  readonly validUntil: Date;
}

const read = ({ client, root }: { client: Client; root: TrustedRoot }): Root => ({
  client,
  root,
  pattern: parseSubjectPattern(root.subjectPattern),
  // One that cannot be read is for the validation to refuse, not to be left out.
  crls: root.crls.flatMap((crl): (Uint8Array | RevocationList)[] => orUndefined(() => parseCrls(crl)) ?? [crl]),
});

/** A client that was seen stays itself where two have the same root. */
const inOrder = (roots: readonly Root[], seen: ClientCertificate | undefined): readonly Root[] =>
  seen === undefined
    ? roots
    : [...roots].sort((a, b) => Number(b.client.id === seen.client) - Number(a.client.id === seen.client));

function isEqual(a: { client: Client; root: TrustedRoot }, b: { client: Client; root: TrustedRoot }): boolean {
  const isSame = (x: readonly Uint8Array[], y: readonly Uint8Array[]) =>
    x.length === y.length && x.every((bytes, i) => Buffer.compare(bytes, y[i]!) === 0);
  return (
    a.client.id === b.client.id &&
    a.client.vault === b.client.vault &&
    a.root.fingerprint === b.root.fingerprint &&
    a.root.subjectPattern === b.root.subjectPattern &&
    isSame(a.root.issuers, b.root.issuers) &&
    isSame(a.root.crls, b.root.crls)
  );
}

/** `undefined` where there is nothing that can be read. */
function orUndefined<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof CertificateError) return undefined;
    throw error;
  }
}

/** Puts it last; the first goes when there are too many. */
function keep<T>(kept: Map<string, T>, key: string, value: T, max: number): void {
  kept.delete(key);
  if (kept.size >= max) kept.delete(kept.keys().next().value!);
  kept.set(key, value);
}
