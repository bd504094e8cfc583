import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { exportCheckpointLine, exportFileName, exportHeaderLine, recordLine, subtreesBetween } from '../chain/index.ts';
import { isSystemError, syncFolder } from '../data-folder/index.ts';
import type { Segment, Store, Subtrees } from '../store/index.ts';
import { othersTurn } from './turns.ts';

export interface SegmentExport {
  readonly store: Pick<Store, 'events' | 'log'>;
  /** Folder; made if there is none. */
  readonly folder: string;
  /** Name of the log. */
  readonly origin: string;
  readonly segment: Segment;
  /** Of the records before it. */
  readonly subtrees: Subtrees;
  /** Whether to give up: nothing is left then but a temporary file. */
  readonly isStopping: () => boolean;
}

const PAGE = 200;
const PRIVATE = 0o600;

/**
 * Writes a segment, and the oldest checkpoint that covers it, as a file that can be verified by itself; false when it was given up.
 * When it is done the file is durable. One of the same name and content stays; throws where its content is another.
 */
export async function exportSegment(options: SegmentExport): Promise<boolean> {
  const { folder, segment, isStopping } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const name = exportFileName(segment.firstSeq, segment.lastSeq);
  const [path, temporary] = [join(folder, name), join(folder, `.${name}.tmp`)];
  await rm(temporary, { force: true });
  const hash = createHash('sha256');
  const file = await open(temporary, 'wx', PRIVATE);
  try {
    for await (const text of exported(options)) {
      if (isStopping()) return false;
      hash.update(text);
      await file.writeFile(text);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  const present = await digestOf(path);
  if (present === undefined) await rename(temporary, path);
  else if (present === hash.digest('hex')) await rm(temporary);
  else throw new Error(`${path} is there with another content; move it elsewhere`);
  await syncFolder(folder);
  return true;
}

async function* exported({ store, origin, segment, subtrees }: SegmentExport): AsyncGenerator<string> {
  const { firstSeq, firstPrev, lastSeq } = segment;
  yield `${exportHeaderLine({ origin, firstSeq, firstPrev, subtrees })}\n`;
  for (let after = firstSeq - 1; after < lastSeq;) {
    const records = await store.events.after(after, Math.min(PAGE, lastSeq - after));
    if (records[0]?.seq !== after + 1) throw new Error(`record ${after + 1} is missing in the log`);
    yield records.map(record => `${recordLine(record)}\n`).join('');
    after = records.at(-1)!.seq;
    await othersTurn();
  }
  const checkpoint = await store.log.checkpointCovering(lastSeq);
  if (!checkpoint) return;
  const { size, note } = checkpoint;
  const beyond = await subtreesBetween(lastSeq, size, hashesBetween(store.log, lastSeq, size));
  yield `${exportCheckpointLine(note, beyond)}\n`;
}

async function* hashesBetween(
  log: SegmentExport['store']['log'],
  after: number,
  size: number,
): AsyncGenerator<Uint8Array> {
  for (let seq = after; seq < size;) {
    const hashes = await log.hashes(seq, Math.min(PAGE, size - seq));
    if (hashes.length === 0) return;
    yield* hashes;
    seq += hashes.length;
    await othersTurn();
  }
}

/** SHA-256 of a file's content, hex; undefined when there is no such file. */
async function digestOf(path: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
  return hash.digest('hex');
}
