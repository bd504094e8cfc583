import { type Checkpoint, openCheckpoint, parseCheckpoint } from './checkpoint.ts';
import { MerkleTree } from './merkle-tree.ts';
import { NoteError, type VerifierKey } from './signed-note.ts';
import { altered, type Altered, type Finding, unchecked } from './verdict.ts';

/** A checkpoint, and where it was found. */
export interface GivenCheckpoint {
  /** Text of the signed note. */
  readonly note: string;
  /** Where it is from, in words that go after 'the checkpoint': `of FILE`. */
  readonly from: string;
}

/** What a checkpoint says of the log that is verified. */
interface Claim extends Checkpoint {
  readonly from: string;
  readonly where: Omit<Altered, 'status' | 'problem'>;
  /** Where the tree is compared: at `size`, or before it with the subtrees from there on. */
  readonly at: number;
  readonly beyond: readonly Uint8Array[];
  readonly isSigned: boolean;
  /** Whether somebody gave it for this verification, so that it must be checked. */
  readonly isGiven: boolean;
}

/** The log as far as claims ask about it. */
export interface ClaimedLog {
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Of the records before `firstSeq`. */
  readonly tree: MerkleTree;
  /** Hash of a record with `firstSeq` - 1 <= seq <= `lastSeq`. */
  hash(seq: number): Uint8Array;
}

/** The checkpoints of one verification: collected while its records are read, checked when all are known. */
export class Claims {
  readonly #keys: readonly VerifierKey[];
  readonly #claims: Claim[] = [];
  readonly #findings: Finding[] = [];

  constructor(keys: readonly VerifierKey[]) {
    this.#keys = keys;
  }

  /**
   * Takes one in. `beyond`: of one that covers more records than are there, the subtrees of those after `beyond.at`. A note that is
   * wrong in itself is a finding of `check`.
   */
  add(
    { note, from }: GivenCheckpoint,
    {
      isGiven,
      beyond,
      ...where
    }: { isGiven: boolean; beyond?: { at: number; subtrees: readonly Uint8Array[] } } & Omit<
      Altered,
      'status' | 'problem'
    >,
  ): void {
    try {
      const { checkpoint, isSigned } = this.#open(note);
      const at = beyond?.at ?? checkpoint.size;
      this.#claims.push({ ...checkpoint, from, where, at, beyond: beyond?.subtrees ?? [], isSigned, isGiven });
    } catch (error) {
      if (!(error instanceof NoteError)) throw error;
      this.#findings.push(altered(`the checkpoint ${from}: ${error.message}`, where));
    }
  }

  #open(note: string): { checkpoint: Checkpoint; isSigned: boolean } {
    for (const key of this.#keys) {
      try {
        return { checkpoint: openCheckpoint(note, key), isSigned: true };
      } catch (error) {
        if (!(error instanceof NoteError && error.isOtherKey)) throw error;
      }
    }
    return { checkpoint: parseCheckpoint(note), isSigned: false };
  }

  /**
   * Compares every claim with the log. Throws a Finding. `isTorn`: the log's end is missing without anybody having cut it.
   */
  check(log: ClaimedLog, isTorn: boolean): void {
    const [finding] = this.#findings;
    if (finding) throw finding;
    const inOrder = this.#claims.toSorted((a, b) => a.at - b.at);
    const { tree } = log;
    for (const claim of inOrder) {
      if (claim.at < log.firstSeq - 1) continue;
      if (claim.at > log.lastSeq) {
        if (isTorn) continue;
        throw altered(
          `the tail was cut: the checkpoint ${claim.from} says ${claim.size} records, the log ends at ${log.lastSeq}`,
          claim.where,
        );
      }
      while (tree.size < claim.at) tree.append(log.hash(tree.size + 1));
      compare(claim, tree, log);
    }
  }

  /** What was checked, once `check` found nothing. Throws a Finding when nobody whose key was given signs for the records. */
  summary({ firstSeq, lastSeq }: ClaimedLog) {
    const compared = this.#claims.filter(({ at }) => at >= firstSeq - 1 && at <= lastSeq);
    const signed = compared.filter(({ isSigned }) => isSigned);
    const newest = signed.reduce<Claim | undefined>(
      (best, claim) => (best && best.size >= claim.size ? best : claim),
      undefined,
    );
    const stranger = this.#claims.find(
      ({ isSigned, isGiven, size }) => !isSigned && (isGiven || size > (newest?.size ?? 0)),
    );
    if (this.#keys.length === 0) throw unchecked('no verifier key was given, so no signature could be checked');
    if (stranger) {
      throw unchecked(
        `the checkpoint ${stranger.from}, of ${stranger.size} records, is not signed by a key that was given`,
      );
    }
    if (!newest) throw unchecked('no checkpoint signs for any of these records; give one, or wait until one is signed');
    return {
      checkpoints: signed.length,
      signedSize: newest.size,
      signedAt: newest.time,
      olderCheckpoints: this.#claims.filter(({ at }) => at < firstSeq - 1).length,
    };
  }
}

function compare(claim: Claim, tree: MerkleTree, log: ClaimedLog): void {
  const whole = claim.at === claim.size ? tree : grown(tree, claim);
  const isSame = whole !== undefined && Buffer.from(whole.root()).equals(claim.root);
  const isSameHead = claim.at !== claim.size || Buffer.from(log.hash(claim.size)).toString('hex') === claim.head;
  if (isSame && isSameHead) return;
  const what = claim.at < log.firstSeq ? 'what is known of the removed records' : `records 1 to ${claim.at}`;
  throw altered(
    `${what} are not those that the checkpoint ${claim.from} signs for: the log was replaced, or went on from an older backup`,
    claim.where,
  );
}

/** The tree with the subtrees beyond its end; undefined when they do not lead to the claim's size. */
function grown(tree: MerkleTree, { size, beyond }: Claim): MerkleTree | undefined {
  const whole = new MerkleTree(tree.size, tree.subtrees());
  for (const root of beyond) {
    const width = nextWidth(whole.size, size);
    if (width === 0 || root.length !== 32) return undefined;
    whole.appendSubtree(root, width);
  }
  return whole.size === size ? whole : undefined;
}

/** Records of the largest complete subtree that begins after `size` records and ends by `end`; 0 when there is none. */
export function nextWidth(size: number, end: number): number {
  if (size >= end) return 0;
  let width = 1;
  while (size % (width * 2) === 0 && size + width * 2 <= end) width *= 2;
  return width;
}
