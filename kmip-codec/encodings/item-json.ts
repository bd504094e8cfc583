import { CodecError } from '../error.ts';
import { findTag, maskFor, tagName } from '../registry/index.ts';
import { type HiddenValues, nothingHidden } from './hidden-values.ts';
import {
  found,
  itemTag,
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
import { type JsonNode, parseJson } from './json-document.ts';
import { ItemType, withinItem, type TtlvItem } from './ttlv-item.ts';
import { bigIntegerBytes } from './ttlv-writer.ts';

/** Numbers from here on are written as hex: JSON's own hold no more than 53 bits (encodings standard, 4.1.6.5). */
const NUMBER_END = 2n ** 52n;

/** One item from a JSON document (encodings standard, section 4). Throws CodecError with the path and the character's offset. */
export const decodeItemJson = (document: string): TtlvItem => readItemJson(parseJson(document));

/** The item that an object stands for. */
export function readItemJson(node: JsonNode): TtlvItem {
  try {
    return readItem(node, undefined);
  } catch (error) {
    const tag = tagIn(node);
    throw tag === undefined ? error : CodecError.within(error, tagName(tag));
  }
}

/**
 * The item as JSON, in one line. Values of enumerations and masks are written by name, numbers without a name as hex; what
 * `hidden` has, as the text it has there, which is not read back.
 */
export const encodeItemJson = (item: TtlvItem, hidden: HiddenValues = nothingHidden): string =>
  JSON.stringify(plain(item, undefined, hidden));

const MEMBERS: readonly string[] = ['tag', 'name', 'type', 'value'];

/** `attribute` is the tag whose values an Attribute Value has: it follows from the Attribute Name beside it. */
function readItem(node: JsonNode, attribute: number | undefined): TtlvItem {
  if (node.kind !== 'object') throw new CodecError('an item must be an object', node.offset);
  const { members, offset } = node;
  const tag = tagIn(node);
  if (tag === undefined) throw new CodecError(`no tag is called ${quoted(members.get('tag'))}`, offset);
  const unknown = [...members.keys()].find(member => !MEMBERS.includes(member));
  if (unknown !== undefined) throw new CodecError(`member '${shorten(unknown)}' has no meaning here`, offset);
  const typeName = members.get('type');
  const type = typeName ? TYPES.get(String(plainValue(typeName))) : ItemType.Structure;
  if (type === undefined) throw new CodecError(`no item type is called ${quoted(typeName)}`, offset);
  const value = members.get('value');
  if (type === ItemType.Structure) return { tag, type, value: readItems(value) };
  return readValue(tag, type, value, valuesTag(tag, attribute), offset);
}

function readItems(node: JsonNode | undefined): TtlvItem[] {
  if (node === undefined || (node.kind === 'value' && node.value === null)) return [];
  if (node.kind !== 'array') throw new CodecError('the value of a Structure must be an array', node.offset);
  const items: TtlvItem[] = [];
  let attribute: number | undefined;
  for (const child of node.items) {
    try {
      const item = readItem(child, attribute);
      attribute = namedAttribute(item) ?? attribute;
      items.push(item);
    } catch (error) {
      const tag = tagIn(child);
      throw tag === undefined ? error : withinItem(error, tag, items);
    }
  }
  return items;
}

function tagIn(node: JsonNode): number | undefined {
  const tag = node.kind === 'object' ? plainValue(node.members.get('tag')) : undefined;
  return typeof tag === 'string' ? itemTag(tag) : undefined;
}

/** What a node that is no object and no array holds. */
const plainValue = (node: JsonNode | undefined) => (node?.kind === 'value' ? node.value : undefined);
const quoted = (node: JsonNode | undefined) => `'${shorten(String(plainValue(node)))}'`;

function readValue(
  tag: number,
  type: Exclude<ItemType, 1>,
  node: JsonNode | undefined,
  names: number,
  itemOffset: number,
): TtlvItem {
  const value = plainValue(node);
  try {
    return parseValue(tag, type, asText(type, value), names);
  } catch (error) {
    if (!(error instanceof ValueProblem)) throw error;
    throw new CodecError(`${found(tag, type, String(value))}, must be ${error.message}`, node?.offset ?? itemOffset);
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

function plain(item: TtlvItem, attribute: number | undefined, hidden: HiddenValues): object {
  const tag = findTag(item.tag)?.[2] ?? tagName(item.tag);
  if (item.type !== ItemType.Structure) {
    const value = hidden.get(item) ?? shown(item, valuesTag(item.tag, attribute));
    return { tag, type: TYPE_NAMES.get(item.type), value };
  }
  let named: number | undefined;
  const value = item.value.map(child => {
    const written = plain(child, named, hidden);
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
