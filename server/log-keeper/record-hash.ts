import type { LogReader } from '../store/index.ts';

/** Hash of the record with this seq, hex; also of the last one that retention removed. Undefined when it is not there. */
export async function hashOf(log: Pick<LogReader, 'hashes' | 'start'>, seq: number): Promise<string | undefined> {
  const { firstSeq, firstPrev } = await log.start();
  if (seq === firstSeq - 1) return firstPrev;
  if (seq < firstSeq) return undefined;
  const [hash] = await log.hashes(seq - 1, 1);
  return hash && Buffer.from(hash).toString('hex');
}
