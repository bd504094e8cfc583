import { CodecError } from '../error.ts';
import { enumerationFor, findTag, findTagByName, maskFor, parseTag, Tag, tagName } from '../registry/index.ts';
import { ItemType, type TtlvItem } from './ttlv-item.ts';
import { bigIntegerBytes } from './ttlv-writer.ts';
import { escapeXml, parseXml, type XmlElement, type XmlNode } from './xml-document.ts';

export interface XmlReading {
  /** Called with each value before it is parsed; the item it returns, if any, takes the place of the one that stands there. */
  readonly substitute?: (text: string, tag: number, type: ItemType) => TtlvItem | undefined;
  /** Runs of white space in values count as one space, for documents whose line breaks were set by hand. Off: text is kept. */
  readonly collapseSpaces?: boolean;
}

/** One item from an XML document (encodings standard, section 6). Throws CodecError with the path and the character's offset. */
export const decodeItemXml = (document: string, reading: XmlReading = {}): TtlvItem =>
  readItemXml(parseXml(document), reading);

/** The item that an element stands for. Comments are passed over; text other than white space is an error. */
export function readItemXml(element: XmlElement, reading: XmlReading = {}): TtlvItem {
  try {
    return readElement(element, reading, undefined);
  } catch (error) {
    throw CodecError.within(error, element.name);
  }
}

/**
 * The item as XML, one element a line, ending in a line break. Values of enumerations and masks are written by name;
 * numbers without a name, and dates outside the years 1 to 9999, as hex.
 */
export const encodeItemXml = (item: TtlvItem): string => writeElement(item, '', undefined);

const TYPES = new Map<string, ItemType>(Object.entries(ItemType));
const TYPE_NAMES = new Map<ItemType, string>(Object.entries(ItemType).map(([name, type]) => [type, name]));

/** `attribute` is the tag whose values an Attribute Value has: it follows from the Attribute Name beside it. */
function readElement(element: XmlElement, reading: XmlReading, attribute: number | undefined): TtlvItem {
  const attributes = new Map([...element.attributes].filter(([name]) => !/^xmlns(:|$)/.test(name)));
  const tagText = element.name === 'TTLV' ? (attributes.get('tag') ?? '') : element.name;
  const tag = parseTag(tagText) ?? parseTag(/^x[0-9a-fA-F]{6}$/.test(tagText) ? `0${tagText}` : '');
  if (tag === undefined) throw new CodecError(`no tag is called '${tagText}'`, element.offset);
  const type = TYPES.get(attributes.get('type') ?? 'Structure');
  if (type === undefined) throw new CodecError(`no item type is called '${attributes.get('type')}'`, element.offset);
  const value = attributes.get('value');
  for (const name of ['type', 'value', ...(element.name === 'TTLV' ? ['tag', 'name'] : [])]) attributes.delete(name);
  const [unknown] = attributes.keys();
  if (unknown !== undefined) throw new CodecError(`attribute ${unknown} has no meaning here`, element.offset);

  if (type === ItemType.Structure) {
    if (value !== undefined) throw new CodecError('a Structure with a value', element.offset);
    return { tag, type, value: readChildren(element.children, reading) };
  }
  if (value === undefined) throw new CodecError(`${TYPE_NAMES.get(type)} without a value`, element.offset);
  for (const child of element.children) {
    if (child.kind === 'element') throw new CodecError(`${TYPE_NAMES.get(type)} with items in it`, child.offset);
    refuseText(child);
  }
  const text = reading.collapseSpaces ? value.replace(/\s+/g, ' ').trim() : value;
  const substitute = reading.substitute?.(text, tag, type);
  if (substitute) return substitute;
  try {
    return parseValue(tag, type, text, valuesTag(tag, attribute));
  } catch (error) {
    if (!(error instanceof ValueProblem)) throw error;
    throw new CodecError(`'${shorten(text)}', must be ${error.message}`, element.offset);
  }
}

function readChildren(nodes: readonly XmlNode[], reading: XmlReading): TtlvItem[] {
  const items: TtlvItem[] = [];
  let attribute: number | undefined;
  for (const node of nodes) {
    if (node.kind !== 'element') {
      refuseText(node);
      continue;
    }
    try {
      const item = readElement(node, reading, attribute);
      attribute = namedAttribute(item) ?? attribute;
      items.push(item);
    } catch (error) {
      const tag = parseTag(node.name);
      const before = tag === undefined ? 0 : items.filter(item => item.tag === tag).length;
      if (before > 0) CodecError.within(error, before);
      throw CodecError.within(error, node.name);
    }
  }
  return items;
}

function refuseText(node: Exclude<XmlNode, XmlElement>): void {
  if (node.kind === 'text' && node.text.trim()) throw new CodecError(`text '${shorten(node.text)}'`, node.offset);
}
const shorten = (text: string) => (text.length > 40 ? `${text.slice(0, 40)}...` : text);

/** The tag that an Attribute Name means; undefined for other items and for names of custom attributes. */
function namedAttribute(item: TtlvItem): number | undefined {
  if (item.tag !== Tag.AttributeName || item.type !== ItemType.TextString) return undefined;
  return findTagByName(item.value)?.[0];
}
/** The tag whose enumeration or mask an item's value is one of. */
const valuesTag = (tag: number, attribute: number | undefined) =>
  tag === Tag.AttributeValue && attribute !== undefined ? attribute : tag;

/** What a value must be; becomes a CodecError where the value stands. */
class ValueProblem extends Error {}

function parseValue(tag: number, type: Exclude<ItemType, 1>, text: string, names: number): TtlvItem {
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

function writeElement(item: TtlvItem, indent: string, attribute: number | undefined): string {
  const name = findTag(item.tag)?.[2];
  const open = name ?? `TTLV tag="${tagName(item.tag)}"`;
  if (item.type !== ItemType.Structure) {
    const value = showValue(item, valuesTag(item.tag, attribute));
    return `${indent}<${open} type="${TYPE_NAMES.get(item.type)}" value="${escapeXml(value)}"/>\n`;
  }
  if (item.value.length === 0) return `${indent}<${open}/>\n`;
  let text = `${indent}<${open}>\n`;
  let named: number | undefined;
  for (const child of item.value) {
    text += writeElement(child, `${indent}  `, named);
    named = namedAttribute(child) ?? named;
  }
  return `${text}${indent}</${name ?? 'TTLV'}>\n`;
}

const hex = (value: bigint, bytes: number) =>
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

function showMask(mask: number, nameOf: (bit: number) => string | undefined): string {
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
