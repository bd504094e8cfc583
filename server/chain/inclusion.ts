import { leafHash, MerkleTree, nodeHash } from './merkle-tree.ts';

export interface InclusionRequest {
  /** The record to prove. */
  readonly seq: number;
  /** Of the tree: records 1 to `size`. */
  readonly size: number;
  /** The records that are not there any more: so many, of which only the subtrees are known. None by default. */
  readonly start?: { readonly size: number; readonly subtrees: readonly Uint8Array[] };
  /** Hashes of the records after `start`, in order, 32 bytes each; what comes after `size` is not read. */
  readonly hashes: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/**
 * The hashes that prove a record to be in a tree, from the leaf to the root: PATH(seq - 1, D[size]) of RFC 6962 §2.1.1, at most
 * log2(size) rounded up. Rejects with RangeError when the record is not in `start + 1 … size`, or hashes are missing.
 */
export async function inclusionProof({ seq, size, start, hashes }: InclusionRequest): Promise<Uint8Array[]> {
  const from = start ?? { size: 0, subtrees: [] };
  if (!(seq > from.size && seq <= size)) throw new RangeError(`record ${seq} is not among ${from.size + 1} to ${size}`);
  const known = placesOf(from.size, from.subtrees);
  const siblings = siblingsOf(seq - 1, size).map(range => ({ ...range, tree: startOf(range, from.size, known) }));
  const inOrder = siblings.toSorted((a, b) => a.begin - b.begin);
  let current = 0;
  let index = from.size;
  for await (const recordHash of hashes) {
    if (index >= size) break;
    while (current < inOrder.length && (inOrder[current]?.end ?? 0) <= index) current++;
    const sibling = inOrder[current];
    if (sibling && index >= sibling.begin) sibling.tree.append(recordHash);
    index++;
  }
  if (index < size) throw new RangeError(`hashes of ${index} of ${size} records are there`);
  return siblings.map(({ tree }) => tree.root());
}

/** Whether these hashes prove that the record `seq` with this hash is in the tree of `size` records with this root. */
export function checkInclusion(claim: {
  readonly seq: number;
  readonly size: number;
  readonly recordHash: Uint8Array;
  readonly hashes: readonly Uint8Array[];
  readonly root: Uint8Array;
}): boolean {
  const { seq, size, recordHash, hashes, root } = claim;
  if (!Number.isSafeInteger(seq) || !Number.isSafeInteger(size) || seq < 1 || seq > size) return false;
  const siblings = siblingsOf(seq - 1, size);
  if (siblings.length !== hashes.length) return false;
  let node = leafHash(recordHash);
  for (const [step, { begin }] of siblings.entries()) {
    const sibling = hashes[step] as Uint8Array;
    node = begin < seq - 1 ? nodeHash(sibling, node) : nodeHash(node, sibling);
  }
  return Buffer.from(node).equals(root);
}

/** Leaves `begin` to `end` - 1, counted from 0. */
interface Range {
  readonly begin: number;
  readonly end: number;
}

/** The subtrees beside the way from a leaf to the root of a tree of `size`, from the leaf on. */
function siblingsOf(leaf: number, size: number): Range[] {
  const siblings: Range[] = [];
  let [begin, end] = [0, size];
  while (end - begin > 1) {
    const middle = begin + largestPowerBelow(end - begin);
    if (leaf < middle) {
      siblings.push({ begin: middle, end });
      end = middle;
    } else {
      siblings.push({ begin, end: middle });
      begin = middle;
    }
  }
  return siblings.reverse();
}

/** k of RFC 6962 §2.1: the largest power of two smaller than n, for n > 1. */
export function largestPowerBelow(n: number): number {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}

/** Where the complete subtrees of a tree of `size` stand. */
function placesOf(size: number, subtrees: readonly Uint8Array[]): (Range & { readonly root: Uint8Array })[] {
  let begin = 0;
  return new MerkleTree(size, subtrees).subtrees().map(root => {
    const rest = size - begin;
    const width = rest === 1 ? 1 : largestPowerBelow(rest + 1);
    begin += width;
    return { begin: begin - width, end: begin, root };
  });
}

/** The tree of a range as far as it was removed: the known subtrees within it. None reaches beyond, as the range is beside the way to a record that is there. */
function startOf({ begin, end }: Range, removed: number, known: ReturnType<typeof placesOf>): MerkleTree {
  const within = known.filter(place => place.begin >= begin && place.end <= end);
  const size = Math.max(0, Math.min(removed, end) - begin);
  return new MerkleTree(
    size,
    within.map(({ root }) => root),
  );
}
