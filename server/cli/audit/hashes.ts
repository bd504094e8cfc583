import type { LogReader } from '../../store/index.ts';

const PAGE = 4096;

/** Hashes of the records `after` + 1 to `last`, 32 bytes each. */
export async function* hashesOf(
  log: Pick<LogReader, 'hashes'>,
  after: number,
  last: number,
): AsyncGenerator<Uint8Array> {
  for (let seq = after; seq < last;) {
    const page = await log.hashes(seq, Math.min(PAGE, last - seq));
    if (page.length === 0) return;
    yield* page;
    seq += page.length;
  }
}
