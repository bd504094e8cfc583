import { hash } from 'node:crypto';

/**
 * The Merkle tree over the hashes of records 1 to `size` (RFC 6962 §2.1), kept as the roots of its complete subtrees only: at most
 * one for each bit of `size`. The record with seq n is leaf n - 1; its leaf data are the 32 bytes of the record's hash.
 */
export class MerkleTree {
  #size: number;
  /** The largest first. */
  readonly #subtrees: Uint8Array[];

  /** A tree that goes on where another was left. Throws RangeError unless `subtrees` are as many, of 32 bytes each, as `size` has bits set. */
  constructor(size = 0, subtrees: readonly Uint8Array[] = []) {
    if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`a tree has no size ${size}`);
    const expected = bitsSet(size);
    if (subtrees.length !== expected || subtrees.some(({ length }) => length !== HASH_BYTES)) {
      throw new RangeError(`a tree of ${size} records has ${expected} subtrees of ${HASH_BYTES} bytes`);
    }
    this.#size = size;
    this.#subtrees = [...subtrees];
  }

  /** Records in it. */
  get size(): number {
    return this.#size;
  }

  /** Appends the next record by its hash, 32 bytes. */
  append(recordHash: Uint8Array): void {
    this.appendSubtree(leafHash(recordHash), 1);
  }

  /**
   * Appends `records` records at once by the root of their tree. Throws RangeError unless `records` is a power of two of which the
   * present size is a multiple: only then these records are a complete subtree.
   */
  appendSubtree(root: Uint8Array, records: number): void {
    if (bitsSet(records) !== 1 || this.#size % records !== 0) {
      throw new RangeError(`no complete subtree of ${records} records begins after ${this.#size}`);
    }
    let merged = root;
    for (let width = records; Math.floor(this.#size / width) % 2 === 1; width *= 2) {
      merged = nodeHash(this.#subtrees.pop() as Uint8Array, merged);
    }
    this.#subtrees.push(merged);
    this.#size += records;
  }

  /** Root hash, 32 bytes; of the empty tree the hash of nothing. */
  root(): Uint8Array {
    const last = this.#subtrees.at(-1);
    if (!last) return hash('sha256', '', 'buffer');
    return this.#subtrees.slice(0, -1).reduceRight<Uint8Array>((right, left) => nodeHash(left, right), last);
  }

  /** Roots of its complete subtrees, the largest first: what a tree goes on from. */
  subtrees(): Uint8Array[] {
    return [...this.#subtrees];
  }
}

/** Bytes of every hash of the tree. */
export const HASH_BYTES = 32;

const leafInput = Buffer.alloc(1 + HASH_BYTES);
/** Hash of a leaf: SHA-256(0x00 || record hash). Throws RangeError unless `recordHash` has 32 bytes. */
export function leafHash(recordHash: Uint8Array): Uint8Array {
  if (recordHash.length !== HASH_BYTES) throw new RangeError(`a record's hash has ${HASH_BYTES} bytes`);
  leafInput.set(recordHash, 1);
  return hash('sha256', leafInput, 'buffer');
}

const nodeInput = Buffer.alloc(1 + 2 * HASH_BYTES, 1);
/** Hash of a node: SHA-256(0x01 || left || right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  nodeInput.set(left, 1);
  nodeInput.set(right, 1 + HASH_BYTES);
  return hash('sha256', nodeInput, 'buffer');
}

/** How many bits of a number are set. Sizes may be beyond 32 bits. */
function bitsSet(number: number): number {
  let bits = 0;
  for (let rest = number; rest > 0; rest = Math.floor(rest / 2)) bits += rest % 2;
  return bits;
}
