import { CodecError } from '../error.ts';
import type { Reader, Writer } from '../encodings/index.ts';
import * as registry from '../registry/index.ts';
import { findTag, Tag, tagName } from '../registry/index.ts';
import {
  cached,
  gatheredSince2,
  partly,
  respelled,
  type Item,
  type ItemCodec,
  type StructureItem,
} from '../schema/index.ts';
import { existsIn, showVersion, V2_0, type Version } from '../version.ts';
import {
  attributeNamed,
  AttributeStructure,
  SearchedAttributeStructure,
  TemplateAttributes,
  TemplateAttributeStructure,
  toGiven,
  type GivenAttribute,
} from './attribute-codec.ts';
import type { Attribute } from './attribute.ts';
import type { AttributeSet } from './attribute-set.ts';
import { attributes, findAttribute } from './attributes.ts';
import { customAttribute, vendorName } from './custom-attribute.ts';
import { ItemType } from '../encodings/index.ts';

/** The attributes that stand in a structure of 2.x, each under its own tag; indices are not written (2.1 §9.5, §4.60). */
const listed = (tag: number, layoutOf: LayoutOf = attribute => attribute): Item<readonly GivenAttribute[]> => ({
  tag,
  since: V2_0,
  until: undefined,
  codec: cached(version => listCodec(version, layoutOf)),
  describe: given => given.map(one => AttributeStructure.describe(one)),
});

type LayoutOf = (attribute: Attribute<unknown>) => Pick<Item<unknown>, 'codec'>;

/** A structure's attributes for Locate, of which some fields are enough. */
const searchedLayout: LayoutOf = attribute =>
  'fields' in attribute ? partly(attribute as Attribute<unknown> & StructureItem<unknown>) : attribute;

function listCodec(version: Version, layoutOf: LayoutOf): ItemCodec<readonly GivenAttribute[]> {
  const known = attributes.filter(one => existsIn(one, version));
  const codecs = new Map(known.map(one => [one.attributeName, layoutOf(one).codec(version)]));
  const byTag = new Map(known.map(one => [one.tag, one]));
  return {
    write(w, tag, given) {
      w.begin(tag);
      for (const { attribute, value } of given) {
        const codec = codecs.get(attribute.attributeName);
        try {
          if (codec !== undefined) codec.write(w, attribute.tag, value);
          else if (findAttribute(attribute.attributeName) === undefined) writeVendor(w, attribute, value);
        } catch (error) {
          throw CodecError.within(error, attribute.attributeName);
        }
      }
      w.end();
    },
    read(r, tag) {
      const given: GivenAttribute[] = [];
      r.begin(tag);
      for (let next = r.peek(); next !== 0; next = r.peek()) {
        const attribute = byTag.get(next);
        try {
          if (attribute !== undefined) {
            given.push({ attribute, value: codecs.get(attribute.attributeName)!.read(r, next) });
          } else if (next === Tag.Attribute) given.push(readVendor(r));
          else throw new CodecError(`${tagName(next)} is no attribute of KMIP ${showVersion(version)}`, r.offset);
        } catch (error) {
          throw CodecError.within(error, attribute?.attributeName ?? given.length);
        }
      }
      r.end();
      return given;
    },
  };
}

/** A name without a vendor came from a client of 1.x, whom nothing forbade it: no client of 2.x sees it. */
function writeVendor(w: Writer, attribute: Attribute<unknown>, value: unknown): void {
  const vendor = vendorName(attribute.attributeName);
  if (vendor === undefined) return;
  w.begin(Tag.Attribute);
  w.textString(Tag.VendorIdentification, vendor.vendorIdentification);
  w.textString(Tag.AttributeName, vendor.name);
  if (value !== undefined) attribute.codec(V2_0).write(w, Tag.AttributeValue, value);
  w.end();
}

function readVendor(r: Reader): GivenAttribute {
  r.begin(Tag.Attribute);
  const attribute = customAttribute(readVendorName(r));
  const value = r.peek() === Tag.AttributeValue ? r.item() : undefined;
  r.end();
  return { attribute, value };
}

function readVendorName(r: Reader): string {
  const at = r.offset;
  const vendor = r.textString(Tag.VendorIdentification);
  if (!/^[A-Za-z0-9_.]+$/.test(vendor)) {
    throw new CodecError('a Vendor Identification has letters, digits, underscores and periods only', at);
  }
  return `${vendor}-${r.textString(Tag.AttributeName)}`;
}

const setIn = (tag: number): Item<AttributeSet | TemplateAttributes> => {
  const list = listed(tag);
  return {
    tag,
    since: V2_0,
    until: undefined,
    codec: cached(version => {
      const codec = list.codec(version);
      return {
        write: (w, t, set) => codec.write(w, t, set instanceof TemplateAttributes ? set.given : toGiven(set)),
        read: (r, t) => new TemplateAttributes(codec.read(r, t)),
      };
    }),
    describe: set => set.describe(),
  };
};

/** Attributes for an object to be made, by the tags that 1.x and 2.x have for them: Common, Private and Public Key ones too. */
export const attributesItem = (before2Tag: number, since2Tag: number): Item<AttributeSet | TemplateAttributes> =>
  respelled({ ...TemplateAttributeStructure, tag: before2Tag }, setIn(since2Tag));

/** Template-Attribute before 2.0 (1.4 §2.1.8), Attributes since (2.1 §9.5). */
export const AttributesItem = attributesItem(Tag.TemplateAttribute, Tag.Attributes);

/** Attributes in a repeated row: side by side before 2.0, in one Attributes structure since. */
export const AttributeInstances = gatheredSince2(AttributeStructure, listed(Tag.Attributes));
/** The same where an object may have none to show: an empty Attributes structure is left out. */
export const AnyAttributeInstances = gatheredSince2(AttributeStructure, unlessEmpty(listed(Tag.Attributes)));
/** The same to search for: of a structure some fields are enough. */
export const SearchedAttributes = gatheredSince2(SearchedAttributeStructure, listed(Tag.Attributes, searchedLayout));

function unlessEmpty<T>(all: Item<readonly T[]>): Item<readonly T[]> {
  return {
    ...all,
    codec(version) {
      const { write, read } = all.codec(version);
      return { read, write: (w, tag, values) => values.length > 0 && write(w, tag, values) };
    },
  };
}

const single = (tag: number): Item<GivenAttribute> => {
  const list = listed(tag);
  return {
    tag,
    since: V2_0,
    until: undefined,
    codec: cached(version => {
      const codec = list.codec(version);
      return {
        write: (w, t, one) => codec.write(w, t, [one]),
        read(r, t) {
          const at = r.offset;
          const [one, ...others] = codec.read(r, t);
          if (one === undefined || others.length > 0)
            throw new CodecError(`${others.length + (one ? 1 : 0)} attributes, must be exactly one`, at);
          return one;
        },
      };
    }),
    describe: one => AttributeStructure.describe(one),
  };
};

/** Current Attribute: 2.1 §9.10. */
export const CurrentAttribute = single(Tag.CurrentAttribute);
/** Attribute before 2.0, New Attribute since: 2.1 §9.14. */
export const NewAttribute: Item<GivenAttribute> = respelled(AttributeStructure, single(Tag.NewAttribute));

/** Attribute Reference, in memory the attribute's name: its tag, or its vendor and name (2.1 §9.6); of another tag the name of that. */
const Reference: Item<string> = {
  tag: Tag.AttributeReference,
  since: V2_0,
  until: undefined,
  codec: cached(version => ({
    write(w, tag, name) {
      const known = findAttribute(name);
      const vendor = known ? undefined : vendorName(name);
      if (vendor === undefined) return w.enumeration(tag, (known ?? attributeNamed(name, version)).tag, tagNames);
      w.begin(tag);
      w.textString(Tag.VendorIdentification, vendor.vendorIdentification);
      w.textString(Tag.AttributeName, vendor.name);
      w.end();
    },
    read(r, tag) {
      if (r.peekType() === ItemType.Structure) {
        r.begin(tag);
        const name = readVendorName(r);
        r.end();
        return name;
      }
      const at = r.offset;
      const value = r.enumeration(tag, tagNames);
      const known = attributes.find(one => one.tag === value && existsIn(one, version));
      if (known !== undefined) return known.attributeName;
      // A tag that is no attribute is no error of the message: the operations answer it with a Result Reason.
      const tagRow = findTag(value);
      if (tagRow !== undefined) return tagRow[1];
      throw new CodecError(`0x${value.toString(16)} is no tag of KMIP ${showVersion(version)}`, at);
    },
  })),
  describe: name => name,
};
const tagNames = registry.enumerationFor(Tag.AttributeReference)!;

/** Attribute Name before 2.0, Attribute Reference since. */
export const attributeReference = (attributeName: Item<string>): Item<string> => respelled(attributeName, Reference);
export { Reference as AttributeReference };
