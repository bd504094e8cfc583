import { ItemType, registry, Tag, type TtlvItem } from '../../kmip-codec/index.ts';
import { child, children, enumeration, everyItem, text } from './items.ts';

/** An attribute as an item, whichever way its version spells it. */
export interface AttributeItem {
  /** 'Cryptographic Length', 'x-Rack'; of a vendor's attribute in 2.x the identification, '-' and the name. */
  readonly name: string;
  readonly value: TtlvItem;
}

/**
 * The attribute that an item is, by the item around it; undefined if it is none. Before 2.0 it is an Attribute with a name
 * (1.4 §2.1.1); since then an item of its own tag, and a vendor's an Attribute with a name (2.1 §5.1, 2.1 §4.60).
 */
export function attributeIn(parentTag: number | undefined, item: TtlvItem): AttributeItem | undefined {
  if (item.tag === Tag.Attribute) {
    const vendor = text(child(item, Tag.VendorIdentification));
    const name = text(child(item, Tag.AttributeName));
    const value = child(item, Tag.AttributeValue);
    if (name === undefined || !value) return undefined;
    return { name: vendor === undefined ? name : `${vendor}-${name}`, value };
  }
  if (parentTag === undefined || !HOLDERS.has(parentTag)) return undefined;
  const name = registry.findTag(item.tag)?.[1];
  return name === undefined ? undefined : { name, value: item };
}

/** The structures of 2.x in which attributes stand under their own tags. */
const HOLDERS: ReadonlySet<number> = new Set([
  Tag.Attributes,
  Tag.CommonAttributes,
  Tag.PrivateKeyAttributes,
  Tag.PublicKeyAttributes,
  Tag.NewAttribute,
  Tag.CurrentAttribute,
]);

/** Every attribute that stands in a message. */
export function attributesIn(message: TtlvItem): AttributeItem[] {
  return [...everyItem(message)].flatMap(parent =>
    children(parent).flatMap(item => attributeIn(parent.tag, item) ?? []),
  );
}

/** Name of the attribute that an Attribute Name (1.x) or an Attribute Reference (2.x) means; undefined for other items. */
export function attributeReferred(item: TtlvItem): string | undefined {
  if (item.tag === Tag.AttributeName) return text(item);
  if (item.tag !== Tag.AttributeReference) return undefined;
  if (item.type !== ItemType.Structure) return registry.findTag(enumeration(item) ?? 0)?.[1];
  return `${text(child(item, Tag.VendorIdentification))}-${text(child(item, Tag.AttributeName))}`;
}
