/** Events of one block: those whose seq, divided by this, has the same quotient. */
export const BLOCK_EVENTS = 1024;
/** Time (milliseconds, a double), number of the class and of the initiator (4 bytes each), little-endian. */
const ROW_BYTES = 16;

export interface BlockRow {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly class: number;
  readonly initiator: number;
}

export const blockOf = (seq: number): number => Math.floor(seq / BLOCK_EVENTS);

export function bytesOfRows(rows: readonly BlockRow[]): Buffer {
  const bytes = Buffer.alloc(rows.length * ROW_BYTES);
  rows.forEach((row, index) => {
    bytes.writeDoubleLE(row.time, index * ROW_BYTES);
    bytes.writeUInt32LE(row.class, index * ROW_BYTES + 8);
    bytes.writeUInt32LE(row.initiator, index * ROW_BYTES + 12);
  });
  return bytes;
}

/** Reads the rows of a block where they are. */
export class Block {
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly #view: DataView;

  constructor(firstSeq: number, bytes: Buffer) {
    this.firstSeq = firstSeq;
    this.lastSeq = firstSeq + bytes.length / ROW_BYTES - 1;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  timeOf(seq: number): number {
    return this.#view.getFloat64((seq - this.firstSeq) * ROW_BYTES, true);
  }

  classOf(seq: number): number {
    return this.#view.getUint32((seq - this.firstSeq) * ROW_BYTES + 8, true);
  }

  initiatorOf(seq: number): number {
    return this.#view.getUint32((seq - this.firstSeq) * ROW_BYTES + 12, true);
  }
}
