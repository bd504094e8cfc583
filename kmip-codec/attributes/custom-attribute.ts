import { ItemType, type TtlvItem } from '../encodings/index.ts';
import { Tag } from '../registry/index.ts';
import type { ItemCodec } from '../schema/index.ts';
import { V1_0 } from '../version.ts';
import type { Attribute } from './attribute.ts';

/** The value of an attribute that no table knows: an item under the tag Attribute Value, whatever its type. */
export type CustomValue = TtlvItem;

const codec: ItemCodec<CustomValue> = {
  write: (w, tag, value) => w.item({ ...value, tag }),
  read: reader => reader.item(),
};

/** Whether this is the name of a custom attribute: 'x-' given by the client, 'y-' by the server (1.4 §3.39). */
export const isCustomName = (attributeName: string): boolean => /^[xy]-/.test(attributeName);

/**
 * A name in memory as 2.x has it, Vendor Identification and the rest: 'x-Foo' is 'Foo' of the vendor 'x' (2.1 §4.60). A Vendor
 * Identification has no hyphen, so the first one parts them. Undefined for names that are no vendor's.
 */
export function vendorName(attributeName: string): { vendorIdentification: string; name: string } | undefined {
  const [, vendorIdentification, name] = /^([A-Za-z0-9_.]+)-([^]*)$/.exec(attributeName) ?? [];
  return vendorIdentification === undefined || name === undefined ? undefined : { vendorIdentification, name };
}

/** A custom attribute, or one whose name is unknown: its value is kept as it came. */
export const customAttribute = (attributeName: string): Attribute<CustomValue> => ({
  attributeName,
  tag: Tag.AttributeValue,
  since: V1_0,
  until: undefined,
  codec: () => codec,
  describe: describeItem,
});

export const customText = (value: string): CustomValue => ({
  tag: Tag.AttributeValue,
  type: ItemType.TextString,
  value,
});

function describeItem(item: TtlvItem): unknown {
  return item.type === ItemType.Structure ? item.value.map(describeItem) : item.value;
}
