import { CodecError } from '../error.ts';
import { findTag, tagName } from '../registry/index.ts';
import { type HiddenValues, nothingHidden } from './hidden-values.ts';
import {
  found,
  itemTag,
  namedAttribute,
  parseValue,
  showValue,
  TYPE_NAMES,
  TYPES,
  ValueProblem,
  valuesTag,
} from './item-values.ts';
import { ItemType, type TtlvItem } from './ttlv-item.ts';
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
 * numbers without a name, and dates outside the years 1 to 9999, as hex; what `hidden` has, as the text it has there, which is
 * not read back.
 */
export const encodeItemXml = (item: TtlvItem, hidden: HiddenValues = nothingHidden): string =>
  writeElement(item, '', undefined, hidden);

/** `attribute` is the tag whose values an Attribute Value has: it follows from the Attribute Name beside it. */
function readElement(element: XmlElement, reading: XmlReading, attribute: number | undefined): TtlvItem {
  const attributes = new Map([...element.attributes].filter(([name]) => !/^xmlns(:|$)/.test(name)));
  const tagText = element.name === 'TTLV' ? (attributes.get('tag') ?? '') : element.name;
  const tag = itemTag(tagText) ?? itemTag(/^x[0-9a-fA-F]{6}$/.test(tagText) ? `0${tagText}` : '');
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
    throw new CodecError(`${found(tag, type, text)}, must be ${error.message}`, element.offset);
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
      const tag = itemTag(node.name);
      const before = tag === undefined ? 0 : items.filter(item => item.tag === tag).length;
      if (before > 0) CodecError.within(error, before);
      throw CodecError.within(error, node.name);
    }
  }
  return items;
}

function refuseText(node: Exclude<XmlNode, XmlElement>): void {
  if (node.kind === 'text' && node.text.trim()) throw new CodecError('text between items', node.offset);
}

function writeElement(item: TtlvItem, indent: string, attribute: number | undefined, hidden: HiddenValues): string {
  const name = findTag(item.tag)?.[2];
  const open = name ?? `TTLV tag="${tagName(item.tag)}"`;
  if (item.type !== ItemType.Structure) {
    const value = hidden.get(item) ?? showValue(item, valuesTag(item.tag, attribute));
    return `${indent}<${open} type="${TYPE_NAMES.get(item.type)}" value="${escapeXml(value)}"/>\n`;
  }
  if (item.value.length === 0) return `${indent}<${open}/>\n`;
  let text = `${indent}<${open}>\n`;
  let named: number | undefined;
  for (const child of item.value) {
    text += writeElement(child, `${indent}  `, named, hidden);
    named = namedAttribute(child) ?? named;
  }
  return `${text}${indent}</${name ?? 'TTLV'}>\n`;
}
