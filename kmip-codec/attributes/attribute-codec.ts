import type { Reader, Writer } from '../encodings/index.ts';
import { CodecError } from '../error.ts';
import { Tag } from '../registry/index.ts';
import { cached, type Item, type ItemCodec } from '../schema/index.ts';
import { existsIn, V1_0, V1_4, type Version } from '../version.ts';
import type { Attribute } from './attribute.ts';
import type { AttributeInstance } from './attribute-set.ts';
import { AttributeSet } from './attribute-set.ts';
import { findAttribute, Name } from './attributes.ts';
import { customAttribute } from './custom-attribute.ts';
import type { NameStructure } from './structures.ts';
import type { TypeOf } from '../schema/index.ts';

/** An attribute as a 1.x message gives it: the index may be left out, and in a few places the value too. */
export interface GivenAttribute<T = unknown> {
  readonly attribute: Attribute<T>;
  readonly attributeIndex?: number | undefined;
  readonly value?: T | undefined;
}

/** The attributes of a Template-Attribute, with the names of the templates it refers to (1.4 §2.1.8). */
export class TemplateAttributes extends AttributeSet {
  readonly given: readonly GivenAttribute[];
  readonly templateNames: readonly TypeOf<typeof NameStructure>[];
  constructor(given: readonly GivenAttribute<any>[], templateNames: readonly TypeOf<typeof NameStructure>[] = []) {
    super();
    for (const { attribute, attributeIndex, value } of given)
      if (value !== undefined) this.add(attribute, value, attributeIndex);
    this.given = given;
    this.templateNames = templateNames;
  }
}

/** The attribute that a client means by a name in this version: a known one, else one whose value is kept as it comes. */
export function attributeNamed(attributeName: string, version: Version): Attribute<any> {
  const known = findAttribute(attributeName);
  return known !== undefined && existsIn(known, version) ? known : customAttribute(attributeName);
}

/** Attribute: 1.4 §2.1.1. */
export const AttributeStructure: Item<GivenAttribute> = {
  tag: Tag.Attribute,
  since: V1_0,
  until: V1_4,
  codec: cached(version => ({ write: writeAttribute(version), read: readAttribute(version) })),
  describe: ({ attribute, attributeIndex, value }) => ({
    [attribute.attributeName]: value === undefined ? null : attribute.describe(value),
    ...(attributeIndex === undefined ? {} : { attributeIndex }),
  }),
};

/** Template-Attribute before 2.0: 1.4 §2.1.8. */
export const AttributesItem: Item<AttributeSet | TemplateAttributes> = {
  tag: Tag.TemplateAttribute,
  since: V1_0,
  until: V1_4,
  codec: cached(templateAttribute),
  describe: set => set.describe(),
};

function templateAttribute(version: Version): ItemCodec<AttributeSet> {
  const attribute = AttributeStructure.codec(version);
  const name = Name.codec(version);
  return {
    write(w, tag, set) {
      w.begin(tag);
      for (const given of toGiven(set))
        if (existsIn(given.attribute, version)) attribute.write(w, Tag.Attribute, given);
      w.end();
    },
    read(r, tag) {
      const templateNames = [];
      const given: GivenAttribute[] = [];
      r.begin(tag);
      while (r.peek() === Tag.Name) templateNames.push(name.read(r, Tag.Name));
      while (r.peek() === Tag.Attribute) {
        try {
          given.push(attribute.read(r, Tag.Attribute));
        } catch (error) {
          throw CodecError.within(error, given.length);
        }
      }
      r.end();
      return new TemplateAttributes(given, templateNames);
    },
  };
}

/** Instances as a message shows them: index 0 is left out. */
export const toGiven = (set: Iterable<AttributeInstance>): GivenAttribute[] =>
  [...set].map(({ attribute, index, value }) => ({
    attribute,
    attributeIndex: index === 0 ? undefined : index,
    value,
  }));

const writeAttribute =
  (version: Version) =>
  (w: Writer, tag: number, { attribute, attributeIndex, value }: GivenAttribute): void => {
    w.begin(tag);
    w.textString(Tag.AttributeName, attribute.attributeName);
    if (attributeIndex !== undefined) w.integer(Tag.AttributeIndex, attributeIndex);
    if (value !== undefined) attribute.codec(version).write(w, Tag.AttributeValue, value);
    w.end();
  };

const readAttribute =
  (version: Version) =>
  (r: Reader, tag: number): GivenAttribute => {
    r.begin(tag);
    const attributeName = r.textString(Tag.AttributeName);
    const attribute = attributeNamed(attributeName, version);
    let attributeIndex: number | undefined;
    let value: unknown;
    try {
      if (r.peek() === Tag.AttributeIndex) attributeIndex = r.integer(Tag.AttributeIndex);
      if (attributeIndex !== undefined && attributeIndex < 0)
        throw new CodecError(`Attribute Index ${attributeIndex} is negative`);
      if (r.peek() === Tag.AttributeValue) value = attribute.codec(version).read(r, Tag.AttributeValue);
      r.end();
    } catch (error) {
      throw CodecError.within(error, attributeName);
    }
    return { attribute, attributeIndex, value };
  };
