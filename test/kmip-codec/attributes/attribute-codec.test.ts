import t from 'tap';
import type { TemplateAttributes } from '../../../kmip-codec/index.ts';
import {
  ActivationDate,
  attributeNamed,
  attributes,
  AttributesItem,
  AttributeSet,
  AttributeStructure,
  customAttribute,
  customText,
  decodeItemAs,
  encodeItemAs,
  ItemType,
  Name,
  NameType,
  ObjectGroup,
  SearchedAttributeStructure,
  Sensitive,
  State,
  Tag,
  V1_2,
  V1_4,
} from '../../../kmip-codec/index.ts';
import { codecErrorOf, hex, raw, rawEnumeration, rawInteger, rawStructure, rawText } from '../raw.ts';
import { customValues } from '../samples.ts';

const rawAttribute = (name: string, ...rest: Buffer[]) =>
  rawStructure(Tag.Attribute, rawText(Tag.AttributeName, name), ...rest);
const rawName = (value: string) =>
  rawStructure(Tag.Name, rawText(Tag.NameValue, value), rawEnumeration(Tag.NameType, NameType.UninterpretedTextString));
const name = { nameValue: 'n', nameType: NameType.UninterpretedTextString };

t.test('values and their bytes (1.4 §2.1.1)', async t => {
  const list: [title: string, value: Parameters<typeof AttributeStructure.describe>[0], bytes: Buffer][] = [
    [
      'without an index',
      { attribute: ObjectGroup, value: 'g' },
      rawAttribute('Object Group', rawText(Tag.AttributeValue, 'g')),
    ],
    [
      'index 0 where it is given',
      { attribute: ObjectGroup, attributeIndex: 0, value: 'g' },
      rawAttribute('Object Group', rawInteger(Tag.AttributeIndex, 0), rawText(Tag.AttributeValue, 'g')),
    ],
    [
      'without a value',
      { attribute: ObjectGroup, attributeIndex: 3 },
      rawAttribute('Object Group', rawInteger(Tag.AttributeIndex, 3)),
    ],
    [
      'an enumeration',
      { attribute: State, value: State.Active },
      rawAttribute('State', rawEnumeration(Tag.AttributeValue, State.Active)),
    ],
    [
      'a structure',
      { attribute: Name, value: name },
      rawAttribute(
        'Name',
        rawStructure(Tag.AttributeValue, rawText(Tag.NameValue, 'n'), rawEnumeration(Tag.NameType, 1)),
      ),
    ],
    [
      'a false one',
      { attribute: Sensitive, value: false },
      rawAttribute('Sensitive', raw(Tag.AttributeValue, 6, Buffer.alloc(8))),
    ],
  ];
  for (const [title, value, bytes] of list) {
    t.equal(encodeItemAs(AttributeStructure, value, V1_4).toString('hex'), bytes.toString('hex'), title);
    const back = decodeItemAs(AttributeStructure, bytes, V1_4);
    t.same([back.attributeIndex, back.value], [value.attributeIndex, value.value], title);
    t.equal(back.attribute, value.attribute, title);
  }
});

t.test('a custom attribute has a value of any item type', async t => {
  for (const value of customValues) {
    const bytes = encodeItemAs(
      AttributeStructure,
      { attribute: customAttribute('x-a'), attributeIndex: 2, value },
      V1_4,
    );
    const back = decodeItemAs(AttributeStructure, bytes, V1_4);
    t.same(back.value, value);
    t.same([back.attribute.attributeName, back.attributeIndex], ['x-a', 2]);
  }
  t.same(
    AttributeStructure.describe({ attribute: customAttribute('x-a'), attributeIndex: 2, value: customText('v') }),
    {
      'x-a': 'v',
      attributeIndex: 2,
    },
  );
});

t.test('an attribute that the version does not know is kept as it comes', async t => {
  t.equal(attributeNamed('Sensitive', V1_4), Sensitive);
  const bytes = rawAttribute('Sensitive', raw(Tag.AttributeValue, 6, Buffer.alloc(8)));
  t.same(decodeItemAs(AttributeStructure, bytes, V1_2).value, {
    tag: Tag.AttributeValue,
    type: ItemType.Boolean,
    value: false,
  });
  for (const attribute of attributes.filter(one => one.since <= V1_4))
    t.equal(attributeNamed(attribute.attributeName, V1_4), attribute);
});

t.test('a Template-Attribute keeps what was given, and its order (1.4 §2.1.8)', async t => {
  const bytes = rawStructure(
    Tag.TemplateAttribute,
    rawName('template'),
    rawAttribute('Object Group', rawInteger(Tag.AttributeIndex, 0), rawText(Tag.AttributeValue, 'a')),
    rawAttribute('x-a', rawText(Tag.AttributeValue, 'v')),
    rawAttribute('Object Group', rawText(Tag.AttributeValue, 'b')),
    rawAttribute('Activation Date'),
  );
  const set = decodeItemAs(AttributesItem, bytes, V1_4) as TemplateAttributes;
  t.same(set.templateNames, [{ ...name, nameValue: 'template' }]);
  t.same(
    set.all(ObjectGroup).map(one => [one.index, one.value]),
    [
      [0, 'a'],
      [1, 'b'],
    ],
  );
  t.notOk(set.has(ActivationDate), 'a name without a value is no instance');
  t.equal(set.given.length, 4);
  t.equal(encodeItemAs(AttributesItem, set, V1_4).toString('hex'), bytes.toString('hex'));

  set.set(ObjectGroup, 'c');
  const changed = decodeItemAs(AttributesItem, encodeItemAs(AttributesItem, set, V1_4), V1_4);
  t.same(
    changed.all(ObjectGroup).map(one => one.value),
    ['c', 'b'],
    'a change is written',
  );
  set.remove(ObjectGroup);
  set.add(ObjectGroup, 'd');
  t.same(
    set.given.map(one => one.value),
    [customText('v'), 'd'],
  );
});

t.test('a set leaves out what the version does not have', async t => {
  const set = new AttributeSet().add(Sensitive, true).add(ObjectGroup, 'a').add(ObjectGroup, 'b');
  const back = decodeItemAs(AttributesItem, encodeItemAs(AttributesItem, set, V1_2), V1_2);
  t.same(
    [...back].map(one => [one.attribute.attributeName, one.index]),
    [
      ['Object Group', 0],
      ['Object Group', 1],
    ],
  );
});

t.test('of a structure that is searched for, some members are enough (1.4 §4.9)', async t => {
  const bytes = rawAttribute('Name', rawStructure(Tag.AttributeValue, rawText(Tag.NameValue, 'n')));
  const searched = decodeItemAs(SearchedAttributeStructure, bytes, V1_4);
  t.same(searched.value, { nameValue: 'n' });
  t.equal(encodeItemAs(SearchedAttributeStructure, searched, V1_4).toString('hex'), bytes.toString('hex'));
  t.match(
    codecErrorOf(() => decodeItemAs(AttributeStructure, bytes, V1_4)).message,
    /^Name\.nameType: NameType expected/,
  );
});

t.test('values that must not encode, and their paths', async t => {
  const list: [title: string, set: AttributeSet, message: RegExp][] = [
    [
      'invalid date',
      new AttributeSet().add(ObjectGroup, 'a').add(ActivationDate, new Date(NaN)),
      /^\[1\]\.Activation Date: not a date/,
    ],
    ['index out of range', new AttributeSet().add(ObjectGroup, 'a', 2 ** 31), /^\[0\]\.Object Group: .*32 bits/],
    ['member missing', new AttributeSet().add(Name, { nameValue: 'n' } as never), /^\[0\]\.Name\.nameType: required/],
  ];
  for (const [title, set, message] of list)
    t.match(codecErrorOf(() => encodeItemAs(AttributesItem, set, V1_4)).message, message, title);
});

t.test('bytes that must not decode, and their paths', async t => {
  const value = (bytes: Buffer) =>
    rawStructure(Tag.TemplateAttribute, rawAttribute('x-first', rawText(Tag.AttributeValue, 'v')), bytes);
  const list: [title: string, bytes: Buffer, message: RegExp][] = [
    ['no name', value(rawStructure(Tag.Attribute)), /^\[1\]: AttributeName expected/],
    [
      'value of a wrong type',
      value(rawAttribute('State', rawText(Tag.AttributeValue, 'Active'))),
      /^\[1\]\.State: item type Enumeration expected/,
    ],
    [
      'unknown value',
      value(rawAttribute('State', rawEnumeration(Tag.AttributeValue, 9))),
      /^\[1\]\.State: 0x00000009 is not a State/,
    ],
    [
      'value twice',
      value(rawAttribute('x-a', rawText(Tag.AttributeValue, 'a'), rawText(Tag.AttributeValue, 'b'))),
      /^\[1\]\.x-a: unexpected AttributeValue/,
    ],
    [
      'negative index',
      value(rawAttribute('x-a', rawInteger(Tag.AttributeIndex, -1))),
      /^\[1\]\.x-a: Attribute Index -1 is negative/,
    ],
    [
      'wrong inside a value',
      value(rawAttribute('Name', rawStructure(Tag.AttributeValue, rawText(Tag.NameType, 'x')))),
      /^\[1\]\.Name\.nameValue: NameValue expected, got NameType/,
    ],
    [
      'template name',
      rawStructure(Tag.TemplateAttribute, rawName('a'), rawStructure(Tag.Name)),
      /^templateNames\[1\]\.nameValue: /,
    ],
    ['another item', rawStructure(Tag.TemplateAttribute, rawText(0x540001, 'x')), /^unexpected 0x540001/],
    [
      'a long name with line breaks',
      value(rawAttribute(`x-\n${'y'.repeat(1000)}`, rawInteger(Tag.AttributeIndex, -1))),
      /^\[1\]\.x-\?y{37}: /,
    ],
    [
      'a type that does not exist',
      value(rawAttribute('x-a', hex('42000B 0C 00000000'))),
      /^\[1\]\.x-a: item type 0x0c does not exist/,
    ],
  ];
  for (const [title, bytes, message] of list) {
    const error = codecErrorOf(() => decodeItemAs(AttributesItem, bytes, V1_4));
    t.match(error.message, message, title);
    t.type(error.offset, 'number', `${title}: offset`);
  }
});
