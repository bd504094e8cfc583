import type { MerkleTree } from '../chain/index.ts';
import type { LogReader, Segment } from '../store/index.ts';

export type ClosedSegment = Omit<Segment, 'exportedAt' | 'removedAt'>;

/** The segment that is open: where it begins. */
export interface OpenSegment {
  readonly number: number;
  readonly firstSeq: number;
  readonly firstPrev: string;
}

export async function openSegment(log: Pick<LogReader, 'segments' | 'start'>): Promise<OpenSegment> {
  const last = (await log.segments()).at(-1);
  if (last) return { number: last.number + 1, firstSeq: last.lastSeq + 1, firstPrev: last.lastHash };
  const { firstSeq, firstPrev } = await log.start();
  return { number: 1, firstSeq, firstPrev };
}

/** Ends segments while the tree of the log grows over them. */
export class ClosingSegments {
  readonly closed: Omit<ClosedSegment, 'bytes' | 'closedAt'>[] = [];
  #open: OpenSegment;
  readonly #events: number;

  /** `events`: after how many a segment is closed. */
  constructor(open: OpenSegment, events: number) {
    this.#open = open;
    this.#events = events;
  }

  get open(): OpenSegment {
    return this.#open;
  }

  /** To be called for each record: the tree ends with it, `hash` is its own. */
  grown(tree: MerkleTree, hash: string): void {
    if (tree.size >= this.#open.firstSeq - 1 + this.#events) this.close(tree, hash);
  }

  /** Ends the open segment with the record that the tree ends with. Nothing when it has none. */
  close(tree: MerkleTree, hash: string): void {
    const { number, firstSeq, firstPrev } = this.#open;
    if (tree.size < firstSeq) return;
    const end = { lastSeq: tree.size, lastHash: hash, subtrees: tree.subtrees() };
    this.closed.push({ number, firstSeq, firstPrev, ...end });
    this.#open = { number: number + 1, firstSeq: tree.size + 1, firstPrev: hash };
  }
}
