import { isCanonicalJson } from './canonical.ts';
import { checkpointNoteIn } from './checkpoint.ts';
import { Claims, type GivenCheckpoint } from './claims.ts';
import { HASH_BYTES, MerkleTree } from './merkle-tree.ts';
import { type AuditRecord, FIRST_PREV, isKnownVersion, recordHash } from './record.ts';
import type { VerifierKey } from './signed-note.ts';
import { altered, Finding, unchecked, type Verdict } from './verdict.ts';

/** Where a log, or what is left of it, begins. */
export interface LogStart {
  readonly firstSeq: number;
  /** `prev` of the first record. */
  readonly firstPrev: string;
  /** Roots of the complete subtrees of the records before it. */
  readonly subtrees: readonly Uint8Array[];
}

export interface VerifierOptions {
  /** Of whom checkpoints are believed. */
  readonly keys: readonly VerifierKey[];
  /** Checkpoints from outside of the log. */
  readonly checkpoints?: readonly GivenCheckpoint[];
}

/** Where in an export something stands. */
export interface Place {
  readonly file?: string;
  readonly line?: number;
}

/**
 * Verifies a log whose records come in order. Keeps 32 bytes of each. Checks the chain record by record, and at the end the
 * checkpoints: those given, and those that the log's own events tell of.
 */
export class LogVerifier {
  readonly #start: LogStart;
  readonly #claims: Claims;
  readonly #hashes: Buffer[] = [];
  readonly #joints: Joint[] = [];
  #seq: number;
  #prev: string;

  constructor(start: LogStart, { keys, checkpoints = [] }: VerifierOptions) {
    this.#start = start;
    this.#claims = new Claims(keys);
    for (const checkpoint of checkpoints) this.#claims.add(checkpoint, { isGiven: true });
    this.#seq = start.firstSeq - 1;
    this.#prev = start.firstPrev;
  }

  /** seq and hash of the last record so far. */
  get head(): { readonly seq: number; readonly hash: string } {
    return { seq: this.#seq, hash: this.#prev };
  }

  /** Takes the next record. Throws a Finding when it cannot be the next. */
  take(record: AuditRecord, place: Place = {}): void {
    this.#checkPlace(record, place);
    const where = { seq: record.seq, ...place };
    if (record.prev !== this.#prev) {
      throw altered(
        `its prev is not the hash of record ${this.#seq}: one of the two is not the one that stood here`,
        where,
      );
    }
    if (recordHash(record) !== record.hash) throw altered('its hash is not that of its content', where);
    if (!isCanonicalJson(record.json)) throw altered('its event is not in RFC 8785 form', where);
    this.#keep(record.seq, record.hash);
    const note = checkpointNoteIn(record.json);
    if (note !== undefined) this.#claims.add({ note, from: `in record ${record.seq}` }, { isGiven: false, ...where });
  }

  /** Takes a checkpoint that stands behind the records. `subtrees`: of one that covers more, those of the records after the last. */
  takeCheckpoint(checkpoint: GivenCheckpoint, subtrees: readonly Uint8Array[], place: Place = {}): void {
    const beyond = subtrees.length > 0 && { beyond: { at: this.#seq, subtrees } };
    this.#claims.add(checkpoint, { isGiven: true, ...beyond, ...place });
  }

  /** Takes what somebody else says of the records so far: the subtrees with which another export goes on. */
  takeSubtrees(subtrees: readonly Uint8Array[], place: Place = {}): void {
    this.#joints.push({ at: this.#seq, subtrees, place });
  }

  /** What is shown when the last record was taken. `torn`: how the last line is incomplete, of a file that was being written. */
  finish(torn?: string): Verdict {
    try {
      const { firstSeq } = this.#start;
      const tree = this.#startTree();
      this.#checkJoints();
      const log = { firstSeq, lastSeq: this.#seq, tree, hash: (seq: number) => this.#hashOf(seq) };
      const records = this.#seq - firstSeq + 1;
      this.#claims.check(log, torn !== undefined);
      if (torn !== undefined) throw unchecked(`${torn}; the ${records} records before it are intact`);
      return { status: 'intact', records, firstSeq, lastSeq: this.#seq, ...this.#claims.summary(log) };
    } catch (error) {
      return verdictOf(error);
    }
  }

  #checkPlace({ v, seq }: AuditRecord, place: Place): void {
    const expected = this.#seq + 1;
    const where = { seq: expected, ...place };
    if (!isKnownVersion(v)) throw unchecked(`record ${seq} has version ${v}, which this program does not know`);
    if (seq > expected) throw altered(`it is missing or moved: record ${seq} stands in its place`, where);
    if (seq < expected) throw altered(`record ${seq} stands in its place, a second time or moved`, where);
  }

  #startTree(): MerkleTree {
    const { firstSeq, firstPrev, subtrees } = this.#start;
    if (firstSeq === 1 && firstPrev !== FIRST_PREV)
      throw altered('the log begins after a record that never was', { seq: 1 });
    try {
      return new MerkleTree(firstSeq - 1, subtrees);
    } catch {
      throw altered(`what is known of the ${firstSeq - 1} records before the first is not the form of a tree`);
    }
  }

  #checkJoints(): void {
    const tree = this.#startTree();
    for (const { at, subtrees, place } of this.#joints) {
      while (tree.size < at) tree.append(this.#hashOf(tree.size + 1));
      if (Buffer.concat(tree.subtrees()).equals(Buffer.concat(subtrees))) continue;
      throw altered(`its subtrees are not those of the ${at} records before it`, place);
    }
  }

  #keep(seq: number, hash: string): void {
    const index = seq - this.#start.firstSeq;
    if (index % CHUNK === 0) this.#hashes.push(Buffer.alloc(CHUNK * HASH_BYTES));
    (this.#hashes.at(-1) as Buffer).write(hash, (index % CHUNK) * HASH_BYTES, 'hex');
    this.#seq = seq;
    this.#prev = hash;
  }

  #hashOf(seq: number): Uint8Array {
    const index = seq - this.#start.firstSeq;
    if (index < 0) return Buffer.from(this.#start.firstPrev, 'hex');
    const at = (index % CHUNK) * HASH_BYTES;
    return (this.#hashes[Math.floor(index / CHUNK)] as Buffer).subarray(at, at + HASH_BYTES);
  }
}

/** Where another export goes on. */
interface Joint {
  readonly at: number;
  readonly subtrees: readonly Uint8Array[];
  readonly place: Place;
}

/** Records whose hashes are kept in one block of memory. */
const CHUNK = 4096;

/** The verdict of a Finding; rethrows anything else. */
export function verdictOf(error: unknown): Verdict {
  if (error instanceof Finding) return error.verdict;
  throw error;
}
