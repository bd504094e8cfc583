import { CodecError } from '../error.ts';
import { tagName } from '../registry/index.ts';
import { ItemType, type TtlvItem } from './ttlv-item.ts';

/** What a sender may make us do. `depthMax`: structures within structures; `itemsMax`: items in all. */
export interface ItemLimits {
  readonly depthMax: number;
  readonly itemsMax: number;
}

/** KMIP's own messages are about ten structures deep; 32 leaves room for what vendors nest in extensions. */
export const defaultItemLimits: ItemLimits = { depthMax: 32, itemsMax: 1_000_000 };

/**
 * One item as binary TTLV (2.1 §10.1), its padding included.
 * Throws CodecError for a value that its item type cannot hold.
 */
export function encodeItem(item: TtlvItem): Buffer {
  try {
    const bytes = Buffer.alloc(HEADER_BYTES + paddedBytes(valueBytes(item, 0)));
    writeItem(item, bytes, 0);
    return bytes;
  } catch (error) {
    throw CodecError.within(error, tagName(item.tag));
  }
}

/**
 * The item that `bytes` hold, from the first byte to the last. Strict: tag, item type, item length, zero padding, UTF-8,
 * nesting. Throws CodecError with the path of XML names (a repeated item carries its index) and the byte offset.
 */
export function decodeItem(bytes: Uint8Array, limits: ItemLimits = defaultItemLimits): TtlvItem {
  const source = new ItemSource(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), limits);
  const [item, end] = source.read(0, bytes.byteLength, 0);
  if (end !== bytes.byteLength) throw new CodecError(`${bytes.byteLength - end} bytes follow the item`, end);
  return item;
}

/** Tag (3 bytes), item type (1) and item length (4): 1.4 §9.1.1. */
const HEADER_BYTES = 8;
const paddedBytes = (length: number) => length + (-length & 7);
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const DATE_SECONDS_MAX = 8_640_000_000_000n;

/** Item length: bytes of the value without the padding after it. */
function valueBytes(item: TtlvItem, depth: number): number {
  switch (item.type) {
    case ItemType.Structure: {
      if (depth >= defaultItemLimits.depthMax) throw tooDeep(defaultItemLimits.depthMax);
      let length = 0;
      item.value.forEach((child, index) => {
        try {
          length += HEADER_BYTES + paddedBytes(valueBytes(child, depth + 1));
        } catch (error) {
          throw CodecError.within(error, segment(item.value, index));
        }
      });
      return length;
    }
    case ItemType.Integer:
    case ItemType.Enumeration:
    case ItemType.Interval:
      return 4;
    case ItemType.LongInteger:
    case ItemType.Boolean:
    case ItemType.DateTime:
    case ItemType.DateTimeExtended:
      return 8;
    case ItemType.BigInteger:
      return bigIntegerBytes(item.value);
    case ItemType.TextString:
      return Buffer.byteLength(item.value);
    case ItemType.ByteString:
      return item.value.byteLength;
  }
}

/** Fewest bytes in multiples of eight that hold the value in two's complement (2.1 §10.1.2). */
export function bigIntegerBytes(value: bigint): number {
  const digits = (value < 0n ? ~value : value).toString(16);
  const signBit = parseInt(digits[0]!, 16) >= 8 ? 1 : 0;
  return Math.ceil((digits.length * 4 + signBit) / 64) * 8;
}

function writeItem(item: TtlvItem, bytes: Buffer, offset: number): number {
  if (!isTag(item.tag)) throw new CodecError(`${tagName(item.tag)} is no item tag`);
  bytes.writeUIntBE(item.tag, offset, 3);
  bytes.writeUInt8(item.type, offset + 3);
  const start = offset + HEADER_BYTES;
  let end = start;
  try {
    if (item.type === ItemType.Structure) {
      item.value.forEach((child, index) => {
        try {
          end = writeItem(child, bytes, end);
        } catch (error) {
          throw CodecError.within(error, segment(item.value, index));
        }
      });
    } else {
      end += writeValue(item, bytes, start);
    }
  } catch (error) {
    if (error instanceof RangeError) throw new CodecError(`${String(item.value)} does not fit its item type`);
    throw error;
  }
  bytes.writeUInt32BE(end - start, offset + 4);
  return start + paddedBytes(end - start);
}

/** Writes the value and returns its item length; a RangeError means that it does not fit. */
function writeValue(item: Exclude<TtlvItem, { value: readonly TtlvItem[] }>, bytes: Buffer, offset: number): number {
  switch (item.type) {
    case ItemType.Integer:
      return bytes.writeInt32BE(whole(item.value), offset) - offset;
    case ItemType.Enumeration:
    case ItemType.Interval:
      return bytes.writeUInt32BE(whole(item.value), offset) - offset;
    case ItemType.LongInteger:
    case ItemType.DateTimeExtended:
      return bytes.writeBigInt64BE(item.value, offset) - offset;
    case ItemType.Boolean:
      return bytes.writeBigUInt64BE(item.value ? 1n : 0n, offset) - offset;
    case ItemType.DateTime:
      return bytes.writeBigInt64BE(BigInt(Math.floor(item.value.getTime() / 1000)), offset) - offset;
    case ItemType.TextString:
      return bytes.write(item.value, offset, 'utf8');
    case ItemType.ByteString:
      bytes.set(item.value, offset);
      return item.value.byteLength;
    case ItemType.BigInteger: {
      const length = bigIntegerBytes(item.value);
      const hex = BigInt.asUintN(length * 8, item.value)
        .toString(16)
        .padStart(length * 2, '0');
      return bytes.write(hex, offset, 'hex');
    }
  }
}

function whole(value: number): number {
  if (!Number.isInteger(value)) throw new RangeError('not a whole number');
  return value;
}

class ItemSource {
  readonly #bytes: Buffer;
  readonly #limits: ItemLimits;
  #items = 0;

  constructor(bytes: Buffer, limits: ItemLimits) {
    this.#bytes = bytes;
    this.#limits = limits;
  }

  /** The item at `offset` and where the next one begins. Nothing at or after `end` belongs to it. */
  read(offset: number, end: number, depth: number): [TtlvItem, number] {
    if (end - offset < HEADER_BYTES) throw new CodecError(`${end - offset} bytes, an item has at least 8`, offset);
    if (++this.#items > this.#limits.itemsMax) {
      throw new CodecError(`more than ${this.#limits.itemsMax} items`, offset);
    }
    const tag = this.#bytes.readUIntBE(offset, 3);
    if (!isTag(tag)) throw new CodecError(`${tagName(tag)} is no item tag, must begin with 0x42 or 0x54`, offset);
    try {
      const length = this.#bytes.readUInt32BE(offset + 4);
      const start = offset + HEADER_BYTES;
      const next = start + paddedBytes(length);
      if (next > end) throw new CodecError(`item length ${length}, only ${end - start} bytes are left`, offset + 4);
      const type = this.#bytes.readUInt8(offset + 3);
      return [this.#readValue(tag, type, start, length, depth), next];
    } catch (error) {
      throw depth === 0 ? CodecError.within(error, tagName(tag)) : error;
    }
  }

  #readValue(tag: number, type: number, start: number, length: number, depth: number): TtlvItem {
    const bytes = this.#bytes;
    if (type !== ItemType.Structure) this.#checkPadding(start + length);
    switch (type) {
      case ItemType.Structure:
        return { tag, type, value: this.#readItems(start, start + length, depth + 1) };
      case ItemType.Integer:
        return { tag, type, value: bytes.readInt32BE(exact(start, length, 4)) };
      case ItemType.LongInteger:
        return { tag, type, value: bytes.readBigInt64BE(exact(start, length, 8)) };
      case ItemType.BigInteger:
        return { tag, type, value: this.#readBigInteger(start, length) };
      case ItemType.Enumeration:
      case ItemType.Interval:
        return { tag, type, value: bytes.readUInt32BE(exact(start, length, 4)) };
      case ItemType.Boolean: {
        const value = bytes.readBigUInt64BE(exact(start, length, 8));
        if (value > 1n) throw new CodecError(`Boolean ${value}, must be 0 or 1`, start);
        return { tag, type, value: value === 1n };
      }
      case ItemType.TextString:
        return { tag, type, value: this.#readText(start, length) };
      case ItemType.ByteString:
        return { tag, type, value: Uint8Array.prototype.slice.call(bytes, start, start + length) };
      case ItemType.DateTime: {
        const seconds = bytes.readBigInt64BE(exact(start, length, 8));
        if (seconds > DATE_SECONDS_MAX || seconds < -DATE_SECONDS_MAX) {
          throw new CodecError(`Date-Time of ${seconds} seconds, more than a calendar holds`, start);
        }
        return { tag, type, value: new Date(Number(seconds) * 1000) };
      }
      case ItemType.DateTimeExtended:
        return { tag, type, value: bytes.readBigInt64BE(exact(start, length, 8)) };
      default:
        throw new CodecError(`item type ${type}, must be 1 to 11`, start - 5);
    }
  }

  #readItems(start: number, end: number, depth: number): TtlvItem[] {
    if (depth > this.#limits.depthMax) throw tooDeep(this.#limits.depthMax, start);
    const items: TtlvItem[] = [];
    for (let at = start; at < end;) {
      try {
        const [item, next] = this.read(at, end, depth);
        items.push(item);
        at = next;
      } catch (error) {
        const tag = end - at < 3 ? -1 : this.#bytes.readUIntBE(at, 3);
        const before = items.filter(item => item.tag === tag).length;
        if (before > 0) CodecError.within(error, before);
        throw CodecError.within(error, tagName(tag));
      }
    }
    return items;
  }

  #readBigInteger(start: number, length: number): bigint {
    if (length === 0 || length % 8 !== 0) {
      throw new CodecError(`Big Integer of ${length} bytes, must be a multiple of 8`, start - 4);
    }
    return BigInt.asIntN(length * 8, BigInt(`0x${this.#bytes.toString('hex', start, start + length)}`));
  }

  #readText(start: number, length: number): string {
    try {
      return utf8.decode(this.#bytes.subarray(start, start + length));
    } catch {
      throw new CodecError('Text String is not UTF-8', start);
    }
  }

  #checkPadding(from: number): void {
    const next = paddedBytes(from);
    for (let at = from; at < next; at++) {
      if (this.#bytes[at] !== 0) throw new CodecError('padding is not zero', at);
    }
  }
}

/** Tags of the specification begin with 0x42, those of extensions with 0x54 (1.4 §9.1.1.1). */
const isTag = (tag: number) => tag >>> 16 === 0x42 || tag >>> 16 === 0x54;

function exact(start: number, length: number, expected: number): number {
  if (length !== expected) throw new CodecError(`item length ${length}, must be ${expected}`, start - 4);
  return start;
}

const tooDeep = (depthMax: number, offset?: number) =>
  new CodecError(`structures nested deeper than ${depthMax}`, offset);

/** 'BatchItem', or 'BatchItem[1]' from the second of its kind on. */
function segment(items: readonly TtlvItem[], index: number): string {
  const tag = items[index]?.tag ?? 0;
  const before = items.slice(0, index).filter(item => item.tag === tag).length;
  return before === 0 ? tagName(tag) : `${tagName(tag)}[${before}]`;
}
