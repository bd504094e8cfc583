import { CodecError } from '../error.ts';
import { tagName } from '../registry/index.ts';
import { ItemType, withinItem, type TtlvItem } from './ttlv-item.ts';
import type { Writer } from './wire.ts';

/** Bytes of zero padding after a value of `length` bytes, 0 to 7 (2.1 §10.1.5). The item length does not count them. */
export const paddingBytes = (length: number): number => -length & 7;

/** Tags of the specification begin with 0x42, those of vendors with 0x54 (1.4 §9.1.1.1). */
export const isTag = (tag: number): boolean => tag >> 16 === 0x42 || tag >> 16 === 0x54;

/**
 * Writes TTLV into a buffer that grows. `finish` gives the bytes; they are valid until `reset`. More structures inside
 * structures than `depthMax` are a CodecError.
 */
export class TtlvWriter implements Writer {
  #bytes: Buffer;
  #position = 0;
  readonly #depthMax: number;
  readonly #open: number[] = [];

  constructor(sizeBytes = 512, depthMax = Infinity) {
    this.#bytes = Buffer.allocUnsafe(sizeBytes);
    this.#depthMax = depthMax;
  }

  begin(tag: number): void {
    if (this.#open.length >= this.#depthMax) throw new CodecError(`deeper than ${this.#depthMax} structures`);
    this.#header(tag, ItemType.Structure, 0, 0);
    this.#open.push(this.#position);
  }
  end(): void {
    const start = this.#open.pop()!;
    this.#bytes.writeUInt32BE(this.#position - start, start - 4);
  }
  integer(tag: number, value: number): void {
    if (!Number.isInteger(value) || value < -0x80000000 || value > 0x7fffffff)
      throw new CodecError(`${value} is not an Integer of 32 bits`);
    this.#header(tag, ItemType.Integer, 4, 8);
    this.#word(value);
  }
  mask(tag: number, value: number): void {
    this.integer(tag, value > 0x7fffffff && value <= 0xffffffff ? value | 0 : value);
  }
  enumeration(tag: number, value: number): void {
    if (!Number.isInteger(value) || value < 0 || value > 0xffffffff)
      throw new CodecError(`${value} is not an Enumeration of 32 bits`);
    this.#header(tag, ItemType.Enumeration, 4, 8);
    this.#word(value | 0);
  }
  interval(tag: number, value: number): void {
    if (!Number.isInteger(value) || value < 0 || value > 0xffffffff)
      throw new CodecError(`${value} is not an Interval of 32 bits`);
    this.#header(tag, ItemType.Interval, 4, 8);
    this.#word(value | 0);
  }
  longInteger(tag: number, value: bigint): void {
    this.#long(tag, ItemType.LongInteger, value);
  }
  boolean(tag: number, value: boolean): void {
    this.#header(tag, ItemType.Boolean, 8, 8);
    this.#bytes.writeInt32BE(0, this.#position);
    this.#bytes.writeInt32BE(value ? 1 : 0, this.#position + 4);
    this.#position += 8;
  }
  dateTime(tag: number, value: Date): void {
    const seconds = Math.floor(value.getTime() / 1000);
    if (Number.isNaN(seconds)) throw new CodecError('not a date');
    this.#long(tag, ItemType.DateTime, BigInt(seconds));
  }
  bigInteger(tag: number, value: bigint): void {
    const bytes = twosComplement(value);
    this.#header(tag, ItemType.BigInteger, bytes.length, bytes.length);
    this.#bytes.set(bytes, this.#position);
    this.#position += bytes.length;
  }
  textString(tag: number, value: string): void {
    if (LONE_SURROGATE.test(value)) throw new CodecError('half a surrogate pair, which UTF-8 cannot say');
    const length = Buffer.byteLength(value);
    this.#header(tag, ItemType.TextString, length, length + 8);
    this.#bytes.write(value, this.#position, 'utf8');
    this.#pad(length);
  }
  byteString(tag: number, value: Uint8Array): void {
    this.#header(tag, ItemType.ByteString, value.length, value.length + 8);
    this.#bytes.set(value, this.#position);
    this.#pad(value.length);
  }
  item(item: TtlvItem): void {
    if (!isTag(item.tag)) throw new CodecError(`${tagName(item.tag)} is no item tag, must begin with 0x42 or 0x54`);
    switch (item.type) {
      case ItemType.Structure:
        this.begin(item.tag);
        item.value.forEach((child, index) => {
          try {
            this.item(child);
          } catch (error) {
            throw withinItem(error, child.tag, item.value.slice(0, index));
          }
        });
        return this.end();
      case ItemType.Integer:
        return this.integer(item.tag, item.value);
      case ItemType.LongInteger:
        return this.longInteger(item.tag, item.value);
      case ItemType.BigInteger:
        return this.bigInteger(item.tag, item.value);
      case ItemType.Enumeration:
        return this.enumeration(item.tag, item.value);
      case ItemType.Boolean:
        return this.boolean(item.tag, item.value);
      case ItemType.TextString:
        return this.textString(item.tag, item.value);
      case ItemType.ByteString:
        return this.byteString(item.tag, item.value);
      case ItemType.DateTime:
        return this.dateTime(item.tag, item.value);
      case ItemType.Interval:
        return this.interval(item.tag, item.value);
      case ItemType.DateTimeExtended:
        return this.#long(item.tag, ItemType.DateTimeExtended, item.value);
    }
  }

  /** The bytes written, without a copy: they change with the next `reset`. */
  finish(): Buffer {
    return this.#bytes.subarray(0, this.#position);
  }
  /** Overwrites what was written with zeros and starts anew, so that no key material waits for the garbage collector. */
  reset(): this {
    this.#bytes.fill(0, 0, this.#position);
    this.#position = 0;
    this.#open.length = 0;
    return this;
  }

  #header(tag: number, type: number, length: number, room: number): void {
    if (this.#position + 8 + room > this.#bytes.length) this.#grow(8 + room);
    const at = this.#position;
    this.#bytes.writeInt32BE((tag << 8) | type, at);
    this.#bytes.writeUInt32BE(length, at + 4);
    this.#position = at + 8;
  }
  #grow(need: number): void {
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#position + need));
    this.#bytes.copy(larger, 0, 0, this.#position);
    this.#bytes.fill(0);
    this.#bytes = larger;
  }
  #word(value: number): void {
    this.#bytes.writeInt32BE(value, this.#position);
    this.#bytes.writeInt32BE(0, this.#position + 4);
    this.#position += 8;
  }
  #long(tag: number, type: number, value: bigint): void {
    if (BigInt.asIntN(64, value) !== value) throw new CodecError(`${value} does not fit into 64 bits`);
    this.#header(tag, type, 8, 8);
    this.#bytes.writeBigInt64BE(value, this.#position);
    this.#position += 8;
  }
  #pad(length: number): void {
    const end = this.#position + length;
    const padding = paddingBytes(length);
    this.#bytes.fill(0, end, end + padding);
    this.#position = end + padding;
  }
}

const LONE_SURROGATE = /\p{Surrogate}/u;

/** Fewest bytes in multiples of eight that hold the value in two's complement (2.1 §10.1.2). */
export function bigIntegerBytes(value: bigint): number {
  // Digits rather than attempts: a Big Integer may be as long as a message.
  const digits = (value < 0n ? ~value : value).toString(16);
  const signBit = parseInt(digits[0]!, 16) >= 8 ? 1 : 0;
  return Math.ceil((digits.length * 4 + signBit) / 64) * 8;
}

/** Big-endian two's complement, sign-extended to a multiple of eight bytes (2.1 §10.1.4). */
function twosComplement(value: bigint): Buffer {
  const length = bigIntegerBytes(value);
  const digits = BigInt.asUintN(length * 8, value).toString(16);
  return Buffer.from(digits.padStart(length * 2, '0'), 'hex');
}
