import { CodecError } from '../error.ts';
import { findTag, maskFor, parseTag, tagName } from '../registry/index.ts';
import {
  hex,
  namedAttribute,
  parseValue,
  shorten,
  showValue,
  TYPE_NAMES,
  TYPES,
  ValueProblem,
  valuesTag,
} from './item-values.ts';
import { ItemType, type TtlvItem } from './ttlv-item.ts';
import { bigIntegerBytes } from './ttlv-writer.ts';

/** Objects within objects that a document may have; the same bound as for binary items and XML. */
const DEPTH_MAX = 33;
/** Numbers from here on are written as hex: JSON's own hold no more than 53 bits (encodings standard, 4.1.6.5). */
const NUMBER_END = 2n ** 52n;

/** One item from a JSON document (encodings standard, section 4). Throws CodecError with the path. */
export function decodeItemJson(document: string): TtlvItem {
  return readItem(parseJson(document), undefined, 0);
}

/** The item as JSON, in one line. Values of enumerations and masks are written by name, numbers without a name as hex. */
export const encodeItemJson = (item: TtlvItem): string => JSON.stringify(plain(item, undefined));

/** The parser's own message is not passed on: it quotes the document. */
function parseJson(document: string): unknown {
  try {
    return JSON.parse(document);
  } catch (error) {
    const [, position] = / position (\d+)/.exec(String(error)) ?? [];
    throw new CodecError('JSON: the document is not valid', position === undefined ? undefined : Number(position));
  }
}

const MEMBERS: readonly string[] = ['tag', 'name', 'type', 'value'];
interface Plain {
  readonly tag?: unknown;
  readonly type?: unknown;
  readonly value?: unknown;
}

/** `attribute` is the tag whose values an Attribute Value has: it follows from the Attribute Name beside it. */
function readItem(json: unknown, attribute: number | undefined, depth: number): TtlvItem {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new CodecError('an item must be an object');
  if (depth >= DEPTH_MAX) throw new CodecError(`JSON: objects deeper than ${DEPTH_MAX}`);
  const { tag: tagText, type: typeName = 'Structure', value } = json as Plain;
  const tag = typeof tagText === 'string' ? parseTag(tagText) : undefined;
  if (tag === undefined) throw new CodecError(`no tag is called '${shorten(String(tagText))}'`);
  try {
    const unknown = Object.keys(json).find(member => !MEMBERS.includes(member));
    if (unknown !== undefined) throw new CodecError(`member '${shorten(unknown)}' has no meaning here`);
    const type = typeof typeName === 'string' ? TYPES.get(typeName) : undefined;
    if (type === undefined) throw new CodecError(`no item type is called '${shorten(String(typeName))}'`);
    if (type === ItemType.Structure) return { tag, type, value: readItems(value, depth) };
    return readValue(tag, type, value, valuesTag(tag, attribute));
  } catch (error) {
    throw depth === 0 ? CodecError.within(error, tagName(tag)) : error;
  }
}

function readItems(value: unknown, depth: number): TtlvItem[] {
  if (value !== null && value !== undefined && !Array.isArray(value)) {
    throw new CodecError('the value of a Structure must be an array');
  }
  const items: TtlvItem[] = [];
  let attribute: number | undefined;
  for (const child of (value ?? []) as unknown[]) {
    try {
      const item = readItem(child, attribute, depth + 1);
      attribute = namedAttribute(item) ?? attribute;
      items.push(item);
    } catch (error) {
      throw withinChild(error, child, items);
    }
  }
  return items;
}

/** Names the child in the path of the error, if it has a tag. */
function withinChild(error: unknown, child: unknown, before: readonly TtlvItem[]): unknown {
  const { tag: text } = (child ?? {}) as Plain;
  const tag = typeof text === 'string' ? parseTag(text) : undefined;
  if (tag === undefined) return error;
  const index = before.filter(item => item.tag === tag).length;
  return CodecError.within(index === 0 ? error : CodecError.within(error, index), tagName(tag));
}

function readValue(tag: number, type: Exclude<ItemType, 1>, value: unknown, names: number): TtlvItem {
  try {
    return parseValue(tag, type, asText(type, value), names);
  } catch (error) {
    if (!(error instanceof ValueProblem)) throw error;
    throw new CodecError(`'${shorten(String(value))}', must be ${error.message}`);
  }
}

/** The value as XML has it. Throws ValueProblem for what JSON must say otherwise. */
function asText(type: Exclude<ItemType, 1>, value: unknown): string {
  if (typeof value === 'number') return numberAsText(type, value);
  if (typeof value === 'boolean' && type === ItemType.Boolean) return String(value);
  if (typeof value !== 'string') throw new ValueProblem(`a value of type ${TYPE_NAMES.get(type)}`);
  switch (type) {
    case ItemType.Integer:
      return value.startsWith('0x') && !value.includes('|') ? value : maskAsText(value);
    case ItemType.TextString:
      if (/\p{Surrogate}/u.test(value)) throw new ValueProblem('text of whole characters');
      return value;
    case ItemType.ByteString:
    case ItemType.DateTime:
      return value;
    case ItemType.Enumeration:
      return value;
    default:
      if (!value.startsWith('0x')) throw new ValueProblem('no text, or 0x and hex digits');
      return value;
  }
}

function numberAsText(type: Exclude<ItemType, 1>, value: number): string {
  if (!Number.isSafeInteger(value)) throw new ValueProblem('a whole number of at most 53 bits, or 0x and hex digits');
  switch (type) {
    case ItemType.Enumeration:
      if (value < 0 || value > 0xffffffff) throw new ValueProblem('a number of 32 bits');
      return `0x${hex(BigInt(value), 4)}`;
    case ItemType.BigInteger:
      return hex(BigInt(value), 8);
    case ItemType.Integer:
    case ItemType.LongInteger:
    case ItemType.DateTimeExtended:
    case ItemType.Interval:
      return String(value);
    default:
      throw new ValueProblem(`a value of type ${TYPE_NAMES.get(type)}, which is no number`);
  }
}

/** Components stand with bars between them (encodings standard, 4.1.6.4). */
function maskAsText(value: string): string {
  if (/^[-+]?[0-9]*$/.test(value) || /\s/.test(value)) {
    throw new ValueProblem('a number, 0x and eight hex digits, or names with | between them');
  }
  return value.replaceAll('|', ' ');
}

function plain(item: TtlvItem, attribute: number | undefined): object {
  const tag = findTag(item.tag)?.[2] ?? tagName(item.tag);
  if (item.type !== ItemType.Structure) {
    return { tag, type: TYPE_NAMES.get(item.type), value: shown(item, valuesTag(item.tag, attribute)) };
  }
  let named: number | undefined;
  const value = item.value.map(child => {
    const written = plain(child, named);
    named = namedAttribute(child) ?? named;
    return written;
  });
  return { tag, value };
}

function shown(item: Exclude<TtlvItem, { value: readonly TtlvItem[] }>, names: number): number | string | boolean {
  switch (item.type) {
    case ItemType.Integer:
      return maskFor(names) && item.value !== 0 ? showValue(item, names).replaceAll(' ', '|') : item.value;
    case ItemType.LongInteger:
    case ItemType.DateTimeExtended: {
      const isShort = item.value < NUMBER_END && item.value > -NUMBER_END;
      return isShort ? Number(item.value) : `0x${hex(item.value, 8)}`;
    }
    case ItemType.BigInteger:
      return `0x${hex(item.value, bigIntegerBytes(item.value))}`;
    case ItemType.Boolean:
    case ItemType.Interval:
      return item.value;
    default:
      return showValue(item, names);
  }
}
