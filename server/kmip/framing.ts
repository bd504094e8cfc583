import { ItemType, Tag, tagName } from '../../kmip-codec/index.ts';

const HEADER_BYTES = 8;
/** Pieces are put together when there are so many, for a buffer of one byte takes a hundred. */
const CHUNKS_MAX = 256;

/** The stream is out of step, or a message is longer than allowed: it cannot be read any further. */
export class FramingError extends Error {
  override readonly name = 'FramingError';
  readonly isTooLong: boolean;
  constructor(message: string, isTooLong = false) {
    super(message);
    this.isTooLong = isTooLong;
  }
}

/**
 * Cuts a stream of bytes into Request Messages. Nothing is set aside for a message before its bytes have come, so a length
 * that lies costs nothing.
 */
export class Framing {
  readonly #messageBytesMax: number;
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(messageBytesMax: number) {
    this.#messageBytesMax = messageBytesMax;
  }

  /** Whether part of a message has come. */
  get isWithinMessage(): boolean {
    return this.#bytes > 0;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#chunks.length > CHUNKS_MAX) this.#gather();
  }

  /** What has come and was not given out. */
  unread(): Buffer {
    return this.#bytes === 0 ? Buffer.alloc(0) : this.#gather();
  }

  /** The next whole message, or undefined until more bytes come. Throws FramingError when the stream holds something else. */
  next(): Buffer | undefined {
    if (this.#bytes < HEADER_BYTES) {
      if (this.#bytes > 0) checkStart(this.#gather());
      return undefined;
    }
    if (this.#chunks[0]!.length < HEADER_BYTES) this.#gather();
    const head = this.#chunks[0]!;
    checkStart(head);
    const length = head.readUInt32BE(4);
    const whole = HEADER_BYTES + length;
    if (length % 8 !== 0)
      throw new FramingError(`length ${length} of the Request Message, a multiple of 8 is expected`);
    if (whole > this.#messageBytesMax) {
      throw new FramingError(`a message of ${whole} bytes, at most ${this.#messageBytesMax} are taken`, true);
    }
    if (this.#bytes < whole) return undefined;
    const all = this.#gather();
    const rest = all.subarray(whole);
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#bytes = rest.length;
    return all.subarray(0, whole);
  }

  #gather(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks, this.#bytes)];
    return this.#chunks[0]!;
  }
}

/** Checks as much of tag and type as has come, so that a stranger to the protocol is told at once. */
function checkStart(head: Buffer): void {
  const expected = [
    Tag.RequestMessage >> 16,
    (Tag.RequestMessage >> 8) & 0xff,
    Tag.RequestMessage & 0xff,
    ItemType.Structure,
  ];
  for (let i = 0; i < Math.min(head.length, expected.length); i++) {
    if (head[i] === expected[i]) continue;
    if (i < 3)
      throw new FramingError(
        `the message begins with ${head.length >= 3 ? tagName(head.readUIntBE(0, 3)) : 'other bytes'}, RequestMessage is expected`,
      );
    throw new FramingError(
      `item type 0x${head[3]!.toString(16).padStart(2, '0')} of RequestMessage, Structure is expected`,
    );
  }
}
