import { isUtf8 } from 'node:buffer';
import { CodecError } from '../error.ts';
import { tagName } from '../registry/index.ts';
import { ItemType, withinItem, type TtlvItem } from './ttlv-item.ts';
import { isTag, paddingBytes } from './ttlv-writer.ts';
import type { Reader, ReaderMark } from './wire.ts';

/** Structures inside structures that a reader follows unless told otherwise; the deepest of KMIP has nine levels. */
export const DEPTH_MAX = 32;
const HEADER_BYTES = 8;
/** Seconds from 1970 that a Date can hold. */
const DATE_SECONDS_MAX = 8_640_000_000_000n;
const typeNames = new Map<number, string>(Object.entries(ItemType).map(([name, number]) => [number, name]));
const showTag = (tag: number): string => (tag < 0 ? 'bytes that are no item' : tagName(tag));
const showType = (type: number): string => typeNames.get(type) ?? `0x${type.toString(16).padStart(2, '0')}`;

interface Mark {
  position: number;
  end: number;
  depth: number;
}

/**
 * Reads TTLV strictly: types, lengths, padding, UTF-8 and depth are checked. Byte Strings are views of the input, not copies.
 * `itemsMax` bounds the items that are read as trees, whatever they stand in.
 */
export class TtlvReader implements Reader {
  readonly #bytes: Buffer;
  readonly #depthMax: number;
  readonly #itemsMax: number;
  #items = 0;
  #position = 0;
  #end: number;
  readonly #ends: number[] = [];
  readonly forgiven: CodecError[] = [];

  constructor(bytes: Uint8Array, depthMax: number = DEPTH_MAX, itemsMax: number = Infinity) {
    this.#bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#end = bytes.length;
    this.#depthMax = depthMax;
    this.#itemsMax = itemsMax;
  }

  /** Byte at which the next item begins. */
  get offset(): number {
    return this.#position;
  }

  peek(): number {
    const at = this.#position;
    if (at + HEADER_BYTES > this.#end) return at < this.#end ? -1 : 0;
    // Zero is no tag: bytes of zero after the last item must not look like its end.
    return (this.#bytes[at]! << 16) | (this.#bytes[at + 1]! << 8) | this.#bytes[at + 2]! || -1;
  }
  peekType(): number {
    const at = this.#position + 3;
    return at < this.#end ? this.#bytes[at]! : 0;
  }
  begin(tag: number): void {
    const at = this.#position;
    const length = this.#header(tag, ItemType.Structure);
    if (length & 7) throw new CodecError(`length ${length} of a Structure, a multiple of 8 is expected`, at + 4);
    if (this.#ends.length >= this.#depthMax) throw new CodecError(`deeper than ${this.#depthMax} structures`, at);
    this.#ends.push(this.#end);
    this.#end = this.#position + length;
  }
  end(): void {
    if (this.#position !== this.#end) throw new CodecError(`unexpected ${showTag(this.peek())}`, this.#position);
    this.#end = this.#ends.pop()!;
  }
  integer(tag: number): number {
    return this.#bytes.readInt32BE(this.#word(tag, ItemType.Integer));
  }
  mask(tag: number): number {
    return this.integer(tag);
  }
  enumeration(tag: number): number {
    return this.#bytes.readUInt32BE(this.#word(tag, ItemType.Enumeration));
  }
  interval(tag: number): number {
    return this.#bytes.readUInt32BE(this.#word(tag, ItemType.Interval));
  }
  longInteger(tag: number): bigint {
    return this.#bytes.readBigInt64BE(this.#long(tag, ItemType.LongInteger));
  }
  boolean(tag: number): boolean {
    const at = this.#long(tag, ItemType.Boolean);
    const low = this.#bytes.readUInt32BE(at + 4);
    if (this.#bytes.readUInt32BE(at) !== 0 || low > 1) throw new CodecError('a Boolean is 0 or 1', at);
    return low === 1;
  }
  dateTime(tag: number): Date {
    const at = this.#long(tag, ItemType.DateTime);
    const seconds = this.#bytes.readBigInt64BE(at);
    if (seconds > DATE_SECONDS_MAX || seconds < -DATE_SECONDS_MAX)
      throw new CodecError(`${seconds} seconds are beyond the dates`, at);
    return new Date(Number(seconds) * 1000);
  }
  bigInteger(tag: number): bigint {
    const at = this.#position;
    const length = this.#header(tag, ItemType.BigInteger);
    if (length & 7 || length === 0)
      throw new CodecError(`length ${length} of a Big Integer, a multiple of 8 is expected`, at + 4);
    const hex = this.#bytes.toString('hex', this.#position, this.#position + length);
    this.#position += length;
    return BigInt.asIntN(length * 8, BigInt(`0x${hex}`));
  }
  textString(tag: number): string {
    const length = this.#header(tag, ItemType.TextString);
    const at = this.#padded(length);
    if (!isUtf8(this.#bytes.subarray(at, at + length))) throw new CodecError('a Text String is not valid UTF-8', at);
    return this.#bytes.toString('utf8', at, at + length);
  }
  byteString(tag: number): Uint8Array {
    const length = this.#header(tag, ItemType.ByteString);
    const at = this.#padded(length);
    return this.#bytes.subarray(at, at + length);
  }
  item(): TtlvItem {
    const at = this.#position;
    if (at + HEADER_BYTES > this.#end) throw this.#tooShort('an item');
    if (++this.#items > this.#itemsMax) throw new CodecError(`more than ${this.#itemsMax} items`, at);
    const tag = this.peek();
    if (!isTag(tag)) throw new CodecError(`${showTag(tag)} is no item tag, must begin with 0x42 or 0x54`, at);
    const type = this.#bytes[at + 3]!;
    switch (type) {
      case ItemType.Structure: {
        this.begin(tag);
        const value = this.items();
        this.end();
        return { tag, type, value };
      }
      case ItemType.Integer:
        return { tag, type, value: this.integer(tag) };
      case ItemType.LongInteger:
        return { tag, type, value: this.longInteger(tag) };
      case ItemType.BigInteger:
        return { tag, type, value: this.bigInteger(tag) };
      case ItemType.Enumeration:
        return { tag, type, value: this.enumeration(tag) };
      case ItemType.Boolean:
        return { tag, type, value: this.boolean(tag) };
      case ItemType.TextString:
        return { tag, type, value: this.textString(tag) };
      case ItemType.ByteString:
        return { tag, type, value: new Uint8Array(this.byteString(tag)) };
      case ItemType.DateTime:
        return { tag, type, value: this.dateTime(tag) };
      case ItemType.Interval:
        return { tag, type, value: this.interval(tag) };
      case ItemType.DateTimeExtended:
        return { tag, type, value: this.#bytes.readBigInt64BE(this.#long(tag, ItemType.DateTimeExtended)) };
      default:
        throw new CodecError(`item type ${showType(type)} does not exist`, at + 3);
    }
  }
  items(): TtlvItem[] {
    const items: TtlvItem[] = [];
    for (let tag = this.peek(); tag !== 0; tag = this.peek()) {
      try {
        items.push(this.item());
      } catch (error) {
        throw tag < 0 ? error : withinItem(error, tag, items);
      }
    }
    return items;
  }
  skip(): void {
    const at = this.#position;
    if (at + HEADER_BYTES > this.#end) throw this.#tooShort('an item');
    const length = this.#bytes.readUInt32BE(at + 4);
    const whole = length + paddingBytes(length);
    if (whole > this.#end - at - HEADER_BYTES)
      throw new CodecError(`length ${length} exceeds the enclosing structure`, at + 4);
    this.#position = at + HEADER_BYTES + whole;
  }
  mark(): ReaderMark {
    const mark: Mark = { position: this.#position, end: this.#end, depth: this.#ends.length };
    return mark as unknown as ReaderMark;
  }
  reset(mark: ReaderMark): void {
    const { position, end, depth } = mark as unknown as Mark;
    this.#position = position;
    this.#end = end;
    this.#ends.length = depth;
  }

  /** Checks tag, type and that the value lies within the open structure; returns the value's length in bytes. */
  #header(tag: number, type: number): number {
    const at = this.#position;
    if (at + HEADER_BYTES > this.#end) throw this.#tooShort(tagName(tag));
    const found = this.peek();
    if (found !== tag) throw new CodecError(`${tagName(tag)} expected, got ${showTag(found)}`, at);
    const foundType = this.#bytes[at + 3]!;
    if (foundType !== type)
      throw new CodecError(`item type ${showType(type)} expected, got ${showType(foundType)}`, at + 3);
    const length = this.#bytes.readUInt32BE(at + 4);
    if (length + paddingBytes(length) > this.#end - at - HEADER_BYTES) {
      throw new CodecError(`length ${length} exceeds the enclosing structure`, at + 4);
    }
    this.#position = at + HEADER_BYTES;
    return length;
  }
  #word(tag: number, type: number): number {
    const start = this.#position;
    const length = this.#header(tag, type);
    if (length !== 4) throw new CodecError(`length ${length}, 4 is expected`, start + 4);
    const at = this.#position;
    if (this.#bytes.readInt32BE(at + 4) !== 0) this.#checkPadding(at + 4, at + 8);
    this.#position = at + 8;
    return at;
  }
  #long(tag: number, type: number): number {
    const start = this.#position;
    const length = this.#header(tag, type);
    if (length !== 8) throw new CodecError(`length ${length}, 8 is expected`, start + 4);
    const at = this.#position;
    this.#position = at + 8;
    return at;
  }
  /** Passes over a value of `length` bytes and its padding, which must be zero; returns where the value began. */
  #padded(length: number): number {
    const at = this.#position;
    const end = at + length + paddingBytes(length);
    this.#checkPadding(at + length, end);
    this.#position = end;
    return at;
  }
  #checkPadding(start: number, end: number): void {
    for (let at = start; at < end; at++) if (this.#bytes[at] !== 0) throw new CodecError('padding is not zero', at);
  }
  #tooShort(expected: string): CodecError {
    const left = this.#position === this.#end ? 'the structure ended' : 'only part of an item is left';
    return new CodecError(`${expected} expected, ${left}`, this.#position);
  }
}
