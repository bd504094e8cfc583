import t from 'tap';
import {
  ActivationDate,
  AttributeReference,
  attributes,
  AttributeSet,
  AttributesItem,
  CertificateSubjectCN,
  CodecError,
  CryptographicLength,
  customAttribute,
  customText,
  decodeItemAs,
  encodeItem,
  encodeItemAs,
  identifier,
  IdentifierReference,
  ItemType,
  Name,
  NewAttribute,
  QuantumSafe,
  STORED,
  Tag,
  TtlvReader,
  V1_4,
  V2_0,
  V2_1,
} from '../../../kmip-codec/index.ts';
import { rawStructure, rawText } from '../raw.ts';

const moment = new Date('2030-01-01T00:00:00Z');
const set = () =>
  new AttributeSet()
    .add(CryptographicLength, 256)
    .add(Name, { nameValue: 'one', nameType: 1 })
    .add(Name, { nameValue: 'two', nameType: 1 })
    .add(ActivationDate, moment)
    .add(QuantumSafe, true)
    .add(CertificateSubjectCN, 'somebody')
    .add(customAttribute('x-Product'), customText('kept'));
const words = (given: AttributeSet) =>
  [...given].map(({ attribute, value }) => [attribute.attributeName, JSON.parse(JSON.stringify(value)) as unknown]);

t.test('Attributes of 2.x hold each attribute under its own tag, a custom one with its vendor (2.1 §4.60)', async t => {
  for (const version of [V2_0, V2_1]) {
    const bytes = encodeItemAs(AttributesItem, set(), version);
    const reader = new TtlvReader(bytes);
    reader.begin(Tag.Attributes);
    t.same(
      reader.items().map(item => item.tag),
      [
        Tag.CryptographicLength,
        Tag.Name,
        Tag.Name,
        Tag.ActivationDate,
        Tag.QuantumSafe,
        Tag.CertificateSubjectCN,
        Tag.Attribute,
      ],
    );
    t.same(words(decodeItemAs(AttributesItem, bytes, version)), words(set()));
  }
  const in1 = decodeItemAs(AttributesItem, encodeItemAs(AttributesItem, set(), V1_4), V1_4);
  t.notOk(in1.has(QuantumSafe), 'what 1.4 does not have is left out there');
});

t.test('what is no attribute of the version, or no vendor, is refused with its path', async t => {
  const refused: [string, Buffer, RegExp][] = [
    [
      'an attribute of 1.x only',
      rawStructure(Tag.Attributes, rawText(Tag.OperationPolicyName, 'x')),
      /no attribute of KMIP 2\.1/,
    ],
    [
      'a vendor with a hyphen',
      rawStructure(
        Tag.Attributes,
        rawStructure(Tag.Attribute, rawText(Tag.VendorIdentification, 'a-b'), rawText(Tag.AttributeName, 'c')),
      ),
      /Vendor Identification/,
    ],
  ];
  for (const [title, bytes, message] of refused)
    t.throws(() => decodeItemAs(AttributesItem, bytes, V2_1), { name: CodecError.name, message }, title);
  t.throws(() => decodeItemAs(NewAttribute, rawStructure(Tag.NewAttribute), V2_1), { message: /exactly one/ });
});

t.test('an Attribute Reference is a tag, or a vendor and a name (2.1 §9.6)', async t => {
  for (const name of ['Cryptographic Length', 'x-Product', 'ACME.1-a-b'])
    t.equal(decodeItemAs(AttributeReference, encodeItemAs(AttributeReference, name, V2_1), V2_1), name);
  const number = (value: number) => {
    const item = { tag: Tag.AttributeReference, type: ItemType.Enumeration, value };
    return encodeItem(item);
  };
  t.equal(decodeItemAs(AttributeReference, number(Tag.KeyBlock), V2_1), 'Key Block', 'a tag that is no attribute');
  t.throws(() => decodeItemAs(AttributeReference, number(0x42ffff), V2_1), /0x42ffff is no tag of KMIP 2.1/);
});

t.test('a Unique Identifier of 2.x is text, an enumeration or an integer (2.1 §4.58)', async t => {
  const item = identifier(Tag.UniqueIdentifier);
  for (const value of ['text', new IdentifierReference('origin', 3), new IdentifierReference('index', -1)])
    t.same(decodeItemAs(item, encodeItemAs(item, value as string, V2_1), V2_1), value);
  const number = encodeItemAs(item, new IdentifierReference('index', 0) as unknown as string, V2_1);
  t.throws(() => decodeItemAs(item, number, V1_4), CodecError, 'text only before');
});

t.test('stored bytes keep attributes of every version with their index, and read what 1.4 wrote', async t => {
  const kept = set();
  kept.remove(Name, 0);
  const back = new AttributeSet(decodeItemAs(AttributesItem, encodeItemAs(AttributesItem, kept, STORED), STORED));
  t.same(words(back), words(kept));
  t.equal(back.all(Name)[0]?.index, 1);
  const old = encodeItemAs(AttributesItem, set(), V1_4);
  t.same(words(decodeItemAs(AttributesItem, old, STORED)), words(decodeItemAs(AttributesItem, old, V1_4)));
  t.equal(new Set(attributes.map(one => one.attributeName)).size, attributes.length, 'names are told apart');
});
