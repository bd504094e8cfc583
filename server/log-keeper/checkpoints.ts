import { MerkleTree, signCheckpoint } from '../chain/index.ts';
import { writeDurably } from '../data-folder/index.ts';
import type { Settings } from '../settings/index.ts';
import type { KeptCheckpoint, LogChange, Store, Subtrees } from '../store/index.ts';
import { type CheckpointKey, openedByAny, rememberedKeys } from './checkpoint-key.ts';
import { type ClosedSegment, ClosingSegments, openSegment } from './closing-segments.ts';
import { hashOf } from './record-hash.ts';
import { type Happening, type Recorder, VERIFY, wrong } from './recorder.ts';
import { othersTurn } from './turns.ts';

export interface CheckpointOptions {
  readonly store: Pick<Store, 'log' | 'events'>;
  readonly settings: Pick<Settings['audit'], 'checkpoint' | 'segment'>;
  readonly key: CheckpointKey;
  /** Where the newest checkpoint is kept, apart from the database. */
  readonly checkpointFile: string;
  readonly record: Recorder;
  readonly now: () => Date;
  /** Milliseconds of a clock that only goes forward. */
  readonly ticks: () => number;
}

const PAGE = 1000;
const DAY_MS = 86_400_000;
const PRIVATE = 0o600;

/** Signs checkpoints of the log, and closes its segments on the way. One call at a time. */
export class Checkpoints {
  readonly #options: CheckpointOptions;
  #last: { readonly size: number; readonly time: Date } | undefined;
  #signedAt: number;

  constructor(options: CheckpointOptions) {
    this.#options = options;
    this.#signedAt = options.ticks();
  }

  async load(): Promise<void> {
    const { log } = this.#options.store;
    this.#last = await log.checkpoint((await log.head()).seq);
  }

  /** Records that the newest covers; 0 before the first. */
  get size(): number {
    return this.#last?.size ?? 0;
  }

  /** When the newest was signed; undefined before the first. */
  get time(): Date | undefined {
    return this.#last?.time;
  }

  /** Signs one if it is time: after so many events, or so many seconds after the last if there are any. Rejects as a commit does. */
  async signIfDue(): Promise<void> {
    const { settings, ticks } = this.#options;
    const uncovered = await this.#uncovered();
    const isLate = ticks() - this.#signedAt >= settings.checkpoint.seconds * 1000;
    if (uncovered >= settings.checkpoint.events || (uncovered > 0 && isLate)) await this.sign();
  }

  /** Events beyond the newest checkpoint. The event that tells of it does not count, so that a server without work signs nothing. */
  async #uncovered(): Promise<number> {
    const lastSeq = await this.#options.store.events.lastSeq();
    return lastSeq - this.size - (this.#last ? 1 : 0);
  }

  /** Signs one over all records. Rejects as a commit does; nothing is signed then. */
  async sign(): Promise<void> {
    const { store, settings, key, checkpointFile, record, now, ticks } = this.#options;
    const { tree, hash: first } = await this.#base((await store.log.head()).seq);
    const { seq: size } = await store.log.head(); // with what was just told
    if (size <= tree.size) return;
    let hash = first;
    const segments = new ClosingSegments(await openSegment(store.log), settings.segment.events);
    segments.grown(tree, hash);
    while (tree.size < size) {
      const hashes = await store.log.hashes(tree.size, Math.min(PAGE, size - tree.size));
      for (const each of hashes) {
        tree.append(each);
        hash = Buffer.from(each).toString('hex');
        segments.grown(tree, hash);
      }
      // Hashes do not say whose they are: the last of a page is that of its record, or one before it is missing.
      if (hashes.length === 0 || (await store.events.withSeq(tree.size))?.hash !== hash) return this.#refuse();
      await othersTurn();
    }
    if (await this.#isOld(segments.open.firstSeq)) segments.close(tree, hash);

    const time = now();
    const note = signCheckpoint({ origin: key.name, size, root: tree.root(), head: hash, time }, key.privateKey);
    const checkpoint = { size, note, time, subtrees: tree.subtrees() };
    const closings = await Promise.all(segments.closed.map(segment => this.#closing(segment)));
    await record([signed(checkpoint)], [{ kind: 'add checkpoint', checkpoint }, ...closings]);
    this.#last = checkpoint;
    this.#signedAt = ticks();
    await writeDurably(checkpointFile, note, { mode: PRIVATE });
  }

  /** A checkpoint would state what is not true; so there is none any more, and the log says why, once. */
  async #refuse(): Promise<void> {
    await this.#tell(this.size, 'a record is missing among those that no checkpoint covers yet');
  }

  /** Where the tree goes on: at the newest checkpoint that the log reaches, if it fits, else at the log's beginning. */
  async #base(head: number): Promise<{ tree: MerkleTree; hash: string }> {
    const { log } = this.#options.store;
    const newest = await log.checkpoint();
    if (newest && newest.size > head)
      await this.#tell(newest.size, 'the newest checkpoint covers more records than there are');
    const last = await log.checkpoint(head);
    const problem = last && (await this.#misfit(last));
    if (last && problem === undefined) {
      return { tree: new MerkleTree(last.size, last.subtrees), hash: (await hashOf(log, last.size)) ?? '' };
    }
    if (last && problem !== undefined) await this.#tell(last.size, problem);
    const { firstSeq, firstPrev, subtrees } = await log.start();
    return { tree: new MerkleTree(firstSeq - 1, subtrees), hash: firstPrev };
  }

  /** In which way a checkpoint does not fit the log; undefined when it does. */
  async #misfit({ size, note, subtrees }: KeptCheckpoint): Promise<string | undefined> {
    const { store, key } = this.#options;
    const keys = [key.verifierKey, ...(await rememberedKeys(store.log))];
    const signed = openedByAny(note, keys);
    if (!signed) return 'the newest checkpoint is not signed by a checkpoint key of this log';
    if (signed.size !== size) return 'the newest checkpoint covers another number of records than its note says';
    if (!rootOf(size, subtrees)?.equals(signed.root)) {
      return 'the newest checkpoint has another tree than its note says';
    }
    const hash = await hashOf(store.log, size);
    if (hash === undefined) return 'the record that the newest checkpoint ends with is missing';
    return hash === signed.head ? undefined : 'the record that the newest checkpoint ends with is another one';
  }

  /** Records that a checkpoint does not fit, once. */
  async #tell(size: number, problem: string): Promise<void> {
    const name = `unfit checkpoint ${size}`;
    if ((await this.#options.store.log.remembered(name)) === problem) return;
    await this.#options.record(
      [{ what: 'log altered', target: 'log', outcome: wrong(problem, VERIFY), data: { checkpointSize: size } }],
      [{ kind: 'remember', name, value: problem }],
    );
  }

  /** Closes the open segment if it is old enough, with what the newest checkpoint covers. Rejects as a commit does. */
  async closeIfOld(): Promise<void> {
    const { store, record } = this.#options;
    const last = await store.log.checkpoint(this.size);
    if (!last) return;
    const open = await openSegment(store.log);
    if (open.firstSeq > last.size || !(await this.#isOld(open.firstSeq))) return;
    const hash = await hashOf(store.log, last.size);
    if (hash === undefined) return;
    const segments = new ClosingSegments(open, Infinity);
    segments.close(new MerkleTree(last.size, last.subtrees), hash);
    await record([], await Promise.all(segments.closed.map(segment => this.#closing(segment))));
  }

  async #isOld(firstSeq: number): Promise<boolean> {
    const { store, settings, now } = this.#options;
    const first = await store.events.withSeq(firstSeq);
    return first !== undefined && now().getTime() - first.time.getTime() >= settings.segment.days * DAY_MS;
  }

  async #closing(segment: Omit<ClosedSegment, 'bytes' | 'closedAt'>): Promise<LogChange> {
    const { store, now } = this.#options;
    const bytes = await store.log.bytes(segment.firstSeq, segment.lastSeq);
    return { kind: 'close segment', segment: { ...segment, bytes, closedAt: now() } };
  }
}

function rootOf(size: number, subtrees: Subtrees): Buffer | undefined {
  try {
    return Buffer.from(new MerkleTree(size, subtrees).root());
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The note goes to every sink in an event, line by line: somebody else then knows it too. */
const signed = ({ size, note }: KeptCheckpoint): Happening => ({
  what: 'checkpoint signed',
  target: 'log',
  data: { size, checkpoint: note.trimEnd().split('\n') },
});
