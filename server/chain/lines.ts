import { isUtf8 } from 'node:buffer';

/** Lines of a text that came together. One that is not UTF-8 is undefined. */
export interface LineBlock {
  readonly lines: readonly (string | undefined)[];
  /** Bytes after the last newline of all; 0 but in the last block. */
  readonly tornBytes: number;
}

/** Longer than any record: events stay under 16 KiB. Bounds the memory that a file without newlines takes. */
export const LINE_BYTES_MAX = 1024 * 1024;

/** The lines of a stream of bytes. Ends with a block whose only line is undefined where a line is longer than `LINE_BYTES_MAX`. */
export async function* lineBlocks(bytes: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): AsyncGenerator<LineBlock> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of bytes) {
    const joined =
      rest.length === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length) : Buffer.concat([rest, chunk]);
    const end = joined.lastIndexOf(NEWLINE) + 1;
    if (end > 0) yield { lines: linesOf(joined.subarray(0, end)), tornBytes: 0 };
    // A copy: the reader may use the chunk again.
    rest = Buffer.from(joined.subarray(end));
    if (rest.length > LINE_BYTES_MAX) return yield { lines: [undefined], tornBytes: 0 };
  }
  yield { lines: [], tornBytes: rest.length };
}

const NEWLINE = 0x0a;

/** Of bytes that end in a newline. */
function linesOf(bytes: Buffer): (string | undefined)[] {
  if (isUtf8(bytes)) return bytes.toString('utf8', 0, bytes.length - 1).split('\n');
  const lines = [];
  for (let begin = 0; begin < bytes.length;) {
    const end = bytes.indexOf(NEWLINE, begin);
    const line = bytes.subarray(begin, end);
    lines.push(isUtf8(line) ? line.toString('utf8') : undefined);
    begin = end + 1;
  }
  return lines;
}
