import t from 'tap';
import {
  ActivationDate,
  type Attribute,
  AttributeSet,
  CryptographicAlgorithm,
  CryptographicLength,
  CryptographicUsageMask,
  customAttribute,
  customText,
  Digest,
  Fresh,
  HashingAlgorithm,
  ItemType,
  Link,
  LinkType,
  Name,
  NameType,
  ObjectGroup,
  State,
  Tag,
  UsageLimits,
  UsageLimitsUnit,
} from '../../../kmip-codec/index.ts';
import { isNotDestroyed, namedConditions, termsOf } from '../../../server/objects/search-terms.ts';
import type { Term } from '../../../server/store/index.ts';

const alive: Term = { name: 'Destroyed', value: 0 };
const ofOne = <T>(attribute: Attribute<T>, value: T): Term[] => termsOf(new AttributeSet().add(attribute, value));

t.test('makes a term of each value, and of each field of a structure', async t => {
  const group = { nameValue: 'n', nameType: NameType.URI };
  const digest = { hashingAlgorithm: HashingAlgorithm.SHA_256, digestValue: Buffer.from('00ff', 'hex') };
  const cases: [Term[], Term[]][] = [
    [ofOne(ObjectGroup, 'g'), [{ name: 'Object Group', value: 'g' }]],
    [ofOne(CryptographicLength, 256), [{ name: 'Cryptographic Length', value: 256 }]],
    [ofOne(CryptographicAlgorithm, CryptographicAlgorithm.AES), [{ name: 'Cryptographic Algorithm', value: 3 }]],
    [ofOne(Fresh, true), [{ name: 'Fresh', value: 1 }]],
    [ofOne(Fresh, false), [{ name: 'Fresh', value: 0 }]],
    [ofOne(ActivationDate, new Date(1999)), [{ name: 'Activation Date', value: 1 }]],
    [ofOne(ActivationDate, new Date(-1)), [{ name: 'Activation Date', value: -1 }]],
    [
      ofOne(CryptographicUsageMask, 12),
      [
        { name: 'Cryptographic Usage Mask', value: 4 },
        { name: 'Cryptographic Usage Mask', value: 8 },
      ],
    ],
    [ofOne(CryptographicUsageMask, -2147483648), [{ name: 'Cryptographic Usage Mask', value: 2147483648 }]],
    [ofOne(CryptographicUsageMask, 0), []],
    [
      ofOne(Name, group),
      [
        { name: 'Name', value: 'n', unique: true },
        { name: 'Name.nameType', value: NameType.URI },
      ],
    ],
    [
      ofOne(Link, { linkType: LinkType.NextLink, linkedObjectIdentifier: 'o' }),
      [
        { name: 'Link.linkType', value: LinkType.NextLink },
        { name: 'Link.linkedObjectIdentifier', value: 'o' },
      ],
    ],
    [
      ofOne(Digest, digest),
      [
        { name: 'Digest.hashingAlgorithm', value: HashingAlgorithm.SHA_256 },
        { name: 'Digest.digestValue', value: '00ff' },
      ],
    ],
    [
      ofOne(UsageLimits, { usageLimitsTotal: 2n ** 62n, usageLimitsUnit: UsageLimitsUnit.Byte }),
      [
        { name: 'Usage Limits.usageLimitsTotal', value: 2n ** 62n },
        { name: 'Usage Limits.usageLimitsUnit', value: UsageLimitsUnit.Byte },
      ],
    ],
    [ofOne(customAttribute('x-a'), customText('1')), [{ name: 'x-a', value: '1' }]],
    [
      ofOne(customAttribute('x-a'), { tag: Tag.AttributeValue, type: ItemType.Integer, value: 1 }),
      [{ name: 'Integer x-a', value: 1 }],
    ],
  ];
  for (const [terms, expected] of cases) t.same(terms, [alive, ...expected]);
});

t.test('makes terms of every instance of an attribute', async t => {
  const set = new AttributeSet().add(ObjectGroup, 'a').add(ObjectGroup, 'b');
  t.same(
    termsOf(set).map(({ value }) => value),
    [0, 'a', 'b'],
  );
});

t.test('a destroyed object keeps its Name and lets others take it', async t => {
  const named = (state: number) =>
    new AttributeSet().add(State, state as 1).add(Name, { nameValue: 'n', nameType: NameType.URI });
  for (const [state, name] of Object.values(State.names.table.values)) {
    const terms = termsOf(named(state));
    const isDestroyed = name.startsWith('Destroyed');
    t.match(terms, [{ name: 'Destroyed', value: isDestroyed ? 1 : 0 }], name);
    t.equal(terms.find(term => term.name === 'Name')?.unique === true, !isDestroyed, name);
  }
  t.same(namedConditions('n'), [{ name: 'Name', equals: 'n' }, isNotDestroyed]);
});

t.test('names and values stay within 255 characters and are told apart by their ends', async t => {
  const long = 'ü'.repeat(100_000);
  const terms = [
    ...ofOne(ObjectGroup, long),
    ...ofOne(ObjectGroup, `${long}e`),
    ...ofOne(ObjectGroup, 'g'.repeat(255)),
    ...ofOne(customAttribute(`x-${long}`), customText(long)),
    ...ofOne(customAttribute(`x-${long}`), {
      tag: Tag.AttributeValue,
      type: ItemType.ByteString,
      value: Buffer.alloc(999),
    }),
    ...ofOne(Name, { nameValue: long, nameType: NameType.URI }),
  ];
  for (const { name, value } of terms) {
    t.ok(name.length <= 255, 'name');
    t.ok(typeof value !== 'string' || value.length <= 255, 'value');
  }
  const groups = terms.filter(({ name }) => name === 'Object Group').map(({ value }) => value);
  t.equal(new Set(groups).size, 3);
  t.equal(groups[2], 'g'.repeat(255), 'what fits is kept as it is');
  t.equal(namedConditions(long)[0] && 'equals' in namedConditions(long)[0]! && namedConditions(long)[0]!.name, 'Name');
  t.ok(
    terms.some(
      ({ name, value }) => name === 'Name' && value === (namedConditions(long)[0] as { equals: string }).equals,
    ),
  );
});

t.test('whole numbers beyond 64 bits become text, so that the store can keep them', async t => {
  for (const value of [2n ** 63n, -(2n ** 63n) - 1n, 5n]) {
    const [, term] = ofOne(customAttribute('x-big'), { tag: Tag.AttributeValue, type: ItemType.BigInteger, value });
    t.same(term, { name: 'BigInteger x-big', value: value.toString() });
  }
});
