import { enumerationFor, findTagByName, maskFor, parseTag, Tag } from '../registry/index.ts';
import { isHidden } from './hidden-values.ts';
import { ItemType, type TtlvItem } from './ttlv-item.ts';
import { bigIntegerBytes, isTag } from './ttlv-writer.ts';

/** Item types by the names that they have in XML and JSON, and the other way. */
export const TYPES = new Map<string, ItemType>(Object.entries(ItemType));
export const TYPE_NAMES = new Map<ItemType, string>(Object.entries(ItemType).map(([name, type]) => [type, name]));

export const shorten = (text: string) => (text.length > 40 ? `${text.slice(0, 40)}...` : text);

/** Number of the item tag that a name or hex digits mean; undefined for those that no item can have. */
export function itemTag(text: string): number | undefined {
  const tag = parseTag(text);
  return tag !== undefined && isTag(tag) ? tag : undefined;
}

/** A value as an error names it: what may be key material, or part of it, is only measured. */
export const found = (tag: number, type: ItemType, text: string): string =>
  isHidden(tag, type) ? `a value of ${text.length} characters` : `'${shorten(text)}'`;

/** The tag that an Attribute Name means; undefined for other items and for names of custom attributes. */
export function namedAttribute(item: TtlvItem): number | undefined {
  if (item.tag !== Tag.AttributeName || item.type !== ItemType.TextString) return undefined;
  return findTagByName(item.value)?.[0];
}
/** The tag whose enumeration or mask an item's value is one of. */
export const valuesTag = (tag: number, attribute: number | undefined) =>
  tag === Tag.AttributeValue && attribute !== undefined ? attribute : tag;

/** What a value must be; becomes a CodecError where the value stands. */
export class ValueProblem extends Error {}

export function parseValue(tag: number, type: Exclude<ItemType, 1>, text: string, names: number): TtlvItem {
  switch (type) {
    case ItemType.Integer:
      return { tag, type, value: parseMask(text, names) };
    case ItemType.LongInteger:
    case ItemType.DateTimeExtended:
      return { tag, type, value: parseInt64(text) };
    case ItemType.BigInteger:
      return { tag, type, value: parseBigInteger(text) };
    case ItemType.Enumeration:
      return { tag, type, value: parseEnumeration(text, names) };
    case ItemType.Boolean:
      return { tag, type, value: parseBoolean(text) };
    case ItemType.TextString:
      return { tag, type, value: text };
    case ItemType.ByteString:
      return { tag, type, value: new Uint8Array(Buffer.from(parseHex(text), 'hex')) };
    case ItemType.DateTime:
      return { tag, type, value: parseDate(text) };
    case ItemType.Interval:
      return { tag, type, value: parseInterval(text) };
  }
}

const isHex32 = (text: string) => /^0x[0-9a-fA-F]{8}$/.test(text);

/** A decimal, or the components of a mask: names and hex numbers with spaces between (encodings standard, 6.1.6.3 and 6.1.6.4). */
function parseMask(text: string, names: number): number {
  if (/^[-+]?[0-9]+$/.test(text)) {
    const value = Number(text);
    if (value !== (value | 0)) throw new ValueProblem('a whole number of 32 bits');
    return value;
  }
  let mask = 0;
  const table = maskFor(names);
  for (const part of text.split(/\s+/).filter(Boolean)) {
    const bit = isHex32(part) ? Number(part) : table?.value(part);
    if (bit === undefined) {
      throw new ValueProblem(`a number, 0x and eight hex digits${table ? `, or names of ${table.table.name}` : ''}`);
    }
    mask |= bit;
  }
  if (!text.trim()) throw new ValueProblem('a number');
  return mask;
}

function parseInt64(text: string): bigint {
  const isHex = /^0x[0-9a-fA-F]{16}$/.test(text);
  if (!isHex && !/^[-+]?[0-9]{1,20}$/.test(text)) throw new ValueProblem('a whole number');
  const value = isHex ? BigInt.asIntN(64, BigInt(text)) : BigInt(text.replace(/^\+/, ''));
  if (BigInt.asIntN(64, value) !== value) throw new ValueProblem('a whole number of 64 bits');
  return value;
}

/** Hex in two's complement; short of a multiple of eight bytes it is sign extended, as the binary encoding does. */
function parseBigInteger(text: string): bigint {
  const hex = parseHex(text.replace(/^0x/, ''));
  if (hex === '') throw new ValueProblem('hex digits');
  return BigInt.asIntN(hex.length * 4, BigInt(`0x${hex}`));
}

function parseHex(text: string): string {
  if (!/^([0-9a-fA-F]{2})*$/.test(text)) throw new ValueProblem('hex digits in pairs');
  return text;
}

function parseEnumeration(text: string, names: number): number {
  const table = enumerationFor(names);
  const value = isHex32(text) ? Number(text) : table?.value(text);
  if (value !== undefined) return value;
  throw new ValueProblem(`0x and eight hex digits${table ? `, or a name of ${table.table.name}` : ''}`);
}

function parseBoolean(text: string): boolean {
  if (text === 'true' || text === '1' || text === '0x0000000000000001') return true;
  if (text === 'false' || text === '0' || text === '0x0000000000000000') return false;
  throw new ValueProblem('true or false');
}

/** xsd:dateTime with its zone; parts of a second are cut off (encodings standard, 4.1.6.11). */
function parseDate(text: string): Date {
  const wrong = new ValueProblem('an ISO 8601 date and time with its zone, or 0x and 16 hex digits');
  let milliseconds: number;
  if (/^0x[0-9a-fA-F]{16}$/.test(text)) milliseconds = Number(parseInt64(text)) * 1000;
  else {
    const iso = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(text);
    if (!iso) throw wrong;
    milliseconds = Date.parse(`${iso[1]}${iso[2]}`);
  }
  const date = new Date(milliseconds);
  if (Number.isNaN(date.getTime())) throw wrong;
  return date;
}

function parseInterval(text: string): number {
  const value = isHex32(text) || /^[0-9]+$/.test(text) ? Number(text) : NaN;
  if (!(value <= 0xffffffff)) throw new ValueProblem('a whole number of seconds, 0 to 4294967295');
  return value;
}

export const hex = (value: bigint, bytes: number) =>
  BigInt.asUintN(bytes * 8, value)
    .toString(16)
    .padStart(bytes * 2, '0');

/** The value of a leaf item as it stands in XML, before escaping. `names`: the tag whose names it may have. */
export function showValue(item: Exclude<TtlvItem, { value: readonly TtlvItem[] }>, names: number = item.tag): string {
  switch (item.type) {
    case ItemType.Integer: {
      const table = maskFor(names);
      return table && item.value !== 0 ? showMask(item.value, bit => table.xmlName(bit)) : String(item.value);
    }
    case ItemType.LongInteger:
    case ItemType.DateTimeExtended:
      return String(item.value);
    case ItemType.BigInteger:
      return hex(item.value, bigIntegerBytes(item.value));
    case ItemType.Enumeration:
      return enumerationFor(names)?.xmlName(item.value) ?? `0x${hex(BigInt(item.value), 4)}`;
    case ItemType.Boolean:
      return String(item.value);
    case ItemType.TextString:
      return item.value;
    case ItemType.ByteString:
      return Buffer.from(item.value).toString('hex');
    case ItemType.DateTime:
      return showDate(item.value);
    case ItemType.Interval:
      return String(item.value);
  }
}

export function showMask(mask: number, nameOf: (bit: number) => string | undefined): string {
  const names: string[] = [];
  let unnamed = 0;
  for (let bit = 1; bit !== 0; bit <<= 1) {
    if ((mask & bit) === 0) continue;
    const name = nameOf(bit >>> 0);
    if (name === undefined) unnamed |= bit;
    else names.push(name);
  }
  if (unnamed !== 0) names.push(`0x${hex(BigInt(unnamed), 4)}`);
  return names.join(' ');
}

function showDate(date: Date): string {
  const year = date.getUTCFullYear();
  if (year >= 1 && year <= 9999) return `${date.toISOString().slice(0, 19)}+00:00`;
  return `0x${hex(BigInt(Math.floor(date.getTime() / 1000)), 8)}`;
}
