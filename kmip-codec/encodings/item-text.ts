import { enumerationFor, findTag, maskFor, tagName } from '../registry/index.ts';
import { type HiddenValues, hiddenValues } from './hidden-values.ts';
import { namedAttribute, showValue, TYPE_NAMES, valuesTag } from './item-values.ts';
import { ItemType, type TtlvItem } from './ttlv-item.ts';

type Leaf = Exclude<TtlvItem, { value: readonly TtlvItem[] }>;

/**
 * The item as text for a person, one item a line, what a structure holds indented below it, ending in a line break:
 * `Cryptographic Usage Mask: Encrypt | Decrypt (Integer)`. Values in `hidden` are not shown: unless told otherwise, key
 * material and other secrets. No value can forge a line or steer a terminal. This form is not read back.
 */
export const encodeItemText = (item: TtlvItem, hidden: HiddenValues = hiddenValues(item)): string =>
  writeItem(item, '', undefined, hidden);

/** As the specification has them: 'Text String'. */
const typeNames = new Map([...TYPE_NAMES].map(([type, name]) => [type, name.replace(/(?<=[a-z])(?=[A-Z])/g, ' ')]));

/** `attribute` is the tag whose values an Attribute Value has: it follows from the Attribute Name beside it. */
function writeItem(item: TtlvItem, indent: string, attribute: number | undefined, hidden: HiddenValues): string {
  const name = findTag(item.tag)?.[1] ?? tagName(item.tag);
  if (item.type !== ItemType.Structure) {
    const value = hidden.get(item) ?? shown(item, valuesTag(item.tag, attribute));
    return `${indent}${name}: ${value} (${typeNames.get(item.type)})\n`;
  }
  let text = `${indent}${name}\n`;
  let named: number | undefined;
  for (const child of item.value) {
    text += writeItem(child, `${indent}  `, named, hidden);
    named = namedAttribute(child) ?? named;
  }
  return text;
}

function shown(item: Leaf, names: number): string {
  switch (item.type) {
    case ItemType.Integer:
      return maskFor(names)?.showBits(item.value).join(' | ') || String(item.value);
    case ItemType.Enumeration:
      return enumerationFor(names)?.show(item.value) ?? showValue(item);
    case ItemType.TextString:
      return quoted(item.value);
    case ItemType.DateTime:
      return showValue(item).replace('+00:00', 'Z');
    case ItemType.DateTimeExtended:
      return microseconds(item.value);
    case ItemType.Interval:
      return `${item.value} s`;
    case ItemType.ByteString:
      return item.value.length === 0 ? 'empty' : showValue(item);
    default:
      return showValue(item);
  }
}

// Controls, separators of lines, what does not show or changes direction, and what stands outside the planes of text.
const UNSHOWN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Cn}]/gu;

function quoted(text: string): string {
  const escaped = text.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
  return `"${escaped.replace(UNSHOWN, character => `\\u{${character.codePointAt(0)!.toString(16)}}`)}"`;
}

/** A Date Time Extended with all of its digits, or the number where it lies outside the years 1 to 9999. */
function microseconds(value: bigint): string {
  const rest = ((value % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const date = new Date(Number((value - rest) / 1000n));
  const year = date.getUTCFullYear();
  if (!(year >= 1 && year <= 9999)) return String(value);
  return `${date.toISOString().slice(0, 19)}.${String(rest).padStart(6, '0')}Z`;
}
