import type { Reader, Writer } from '../encodings/index.ts';
import { CodecError } from '../error.ts';
import { Tag } from '../registry/index.ts';
import { cached, partly, type Item, type ItemCodec, type StructureItem } from '../schema/index.ts';
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
  readonly templateNames: readonly TypeOf<typeof NameStructure>[];
  #given: readonly GivenAttribute[] | undefined;

  constructor(given: readonly GivenAttribute<unknown>[], templateNames: readonly TypeOf<typeof NameStructure>[] = []) {
    super();
    for (const { attribute, attributeIndex, value } of given)
      if (value !== undefined) super.add(attribute, value, attributeIndex);
    this.#given = given;
    this.templateNames = templateNames;
  }
  /** As the message has them; as the set shows them once it was changed. */
  get given(): readonly GivenAttribute[] {
    return this.#given ?? toGiven(this);
  }
  override add<T>(attribute: Attribute<T>, value: T, index?: number): this {
    this.#given = undefined;
    return super.add(attribute, value, index);
  }
  override set<T>(attribute: Attribute<T>, value: T, index?: number): this {
    this.#given = undefined;
    return super.set(attribute, value, index);
  }
  override remove(attribute: Attribute<unknown>, index?: number): number {
    this.#given = undefined;
    return super.remove(attribute, index);
  }
}

/** The attribute that a client means by a name in this version: a known one, else one whose value is kept as it comes. */
export function attributeNamed(attributeName: string, version: Version): Attribute<unknown> {
  const known = findAttribute(attributeName);
  return known !== undefined && existsIn(known, version) ? known : customAttribute(attributeName);
}

/** Attribute: 1.4 §2.1.1. */
export const AttributeStructure: Item<GivenAttribute> = attributeStructure(attribute => attribute);

/** An Attribute to search for: of a structure some fields are enough (1.4 §4.9). */
export const SearchedAttributeStructure: Item<GivenAttribute> = attributeStructure(searchedLayout);

type Layout = Pick<Item<unknown>, 'codec'>;
type CodecOf = (attribute: Attribute<unknown>) => ItemCodec<unknown>;

function attributeStructure(layoutOf: (attribute: Attribute<unknown>) => Layout): Item<GivenAttribute> {
  return {
    tag: Tag.Attribute,
    since: V1_0,
    until: V1_4,
    codec: cached(version => {
      const codecOf: CodecOf = attribute => layoutOf(attribute).codec(version);
      return { write: writeAttribute(codecOf), read: readAttribute(version, codecOf) };
    }),
    describe: ({ attribute, attributeIndex, value }) => ({
      [attribute.attributeName]: value === undefined ? null : attribute.describe(value),
      ...(attributeIndex === undefined ? {} : { attributeIndex }),
    }),
  };
}

function searchedLayout(attribute: Attribute<unknown>): Layout {
  if (!('fields' in attribute)) return attribute;
  let layout = searched.get(attribute.attributeName);
  if (layout === undefined) {
    layout = partly(attribute as Attribute<unknown> & StructureItem<unknown>);
    searched.set(attribute.attributeName, layout);
  }
  return layout;
}
/** Made when first asked for; only known attributes are structures with fields, so there are few. */
const searched = new Map<string, Layout>();

/** Template-Attribute before 2.0: 1.4 §2.1.8. */
export const TemplateAttributeStructure: Item<AttributeSet | TemplateAttributes> = {
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
      const isTemplate = set instanceof TemplateAttributes;
      w.begin(tag);
      if (isTemplate) writeEach(w, name, Tag.Name, set.templateNames);
      const given = isTemplate ? set.given : toGiven(set);
      const known = given.filter(one => existsIn(one.attribute, version));
      writeEach(w, attribute, Tag.Attribute, known);
      w.end();
    },
    read(r, tag) {
      const templateNames = [];
      const given: GivenAttribute[] = [];
      r.begin(tag);
      try {
        while (r.peek() === Tag.Name) templateNames.push(name.read(r, Tag.Name));
      } catch (error) {
        throw CodecError.within(CodecError.within(error, templateNames.length), 'templateNames');
      }
      try {
        while (r.peek() === Tag.Attribute) given.push(attribute.read(r, Tag.Attribute));
      } catch (error) {
        throw CodecError.within(error, given.length);
      }
      r.end();
      return new TemplateAttributes(given, templateNames);
    },
  };
}

function writeEach<T>(w: Writer, codec: ItemCodec<T>, tag: number, values: readonly T[]): void {
  let i = 0;
  try {
    for (; i < values.length; i++) codec.write(w, tag, values[i]!);
  } catch (error) {
    throw CodecError.within(error, i);
  }
}

/** Instances as a message shows them: index 0 is left out. */
export const toGiven = (set: Iterable<AttributeInstance>): GivenAttribute[] =>
  [...set].map(({ attribute, index, value }) => ({
    attribute,
    attributeIndex: index === 0 ? undefined : index,
    value,
  }));

const writeAttribute =
  (codecOf: CodecOf) =>
  (w: Writer, tag: number, { attribute, attributeIndex, value }: GivenAttribute): void => {
    w.begin(tag);
    try {
      w.textString(Tag.AttributeName, attribute.attributeName);
      if (attributeIndex !== undefined) w.integer(Tag.AttributeIndex, attributeIndex);
      if (value !== undefined) codecOf(attribute).write(w, Tag.AttributeValue, value);
    } catch (error) {
      throw CodecError.within(error, nameForPath(attribute.attributeName));
    }
    w.end();
  };

const readAttribute =
  (version: Version, codecOf: CodecOf) =>
  (r: Reader, tag: number): GivenAttribute => {
    r.begin(tag);
    const attributeName = r.textString(Tag.AttributeName);
    const attribute = attributeNamed(attributeName, version);
    let attributeIndex: number | undefined;
    let value: unknown;
    try {
      if (r.peek() === Tag.AttributeIndex) attributeIndex = readIndex(r);
      if (r.peek() === Tag.AttributeValue) value = codecOf(attribute).read(r, Tag.AttributeValue);
      r.end();
    } catch (error) {
      throw CodecError.within(error, nameForPath(attributeName));
    }
    return { attribute, attributeIndex, value };
  };

function readIndex(r: Reader): number {
  const at = r.offset;
  const index = r.integer(Tag.AttributeIndex);
  if (index < 0) throw new CodecError(`Attribute Index ${index} is negative`, at);
  return index;
}

/** A custom name is the client's own text: it may be long, and hold what would break a line of a log. */
const nameForPath = (attributeName: string): string =>
  findAttribute(attributeName)?.attributeName ?? attributeName.slice(0, 40).replaceAll(/[^\x20-\x7e]/g, '?');
