import t from 'tap';
import {
  CodecError,
  decodeItemAs,
  encodeItemAs,
  Tag,
  V1_0,
  V1_1,
  V1_3,
  V1_4,
  type Item,
} from '../../../kmip-codec/index.ts';
import {
  bigInteger,
  boolean,
  byteString,
  chosenBy,
  dateTime,
  enumeration,
  integer,
  interval,
  longInteger,
  mask,
  opaqueStructure,
  optional,
  optionalChosenBy,
  repeated,
  required,
  secret,
  structure,
  textString,
} from '../../../kmip-codec/schema/index.ts';
import * as registry from '../../../kmip-codec/registry/index.ts';
import { codecErrorOf, hex, raw, rawEnumeration, rawInteger, rawStructure, rawText } from '../raw.ts';

const KeyFormatType = enumeration(registry.KeyFormatType);
const State = enumeration(registry.State);
const Inner = structure(Tag.Link, {
  name: required(textString(Tag.NameValue)),
  count: optional(integer(Tag.BatchCount)),
});
const byState = new Map<number, Item<unknown>>([
  [State.Active, Inner],
  [State.Deactivated, textString(Tag.Comment)],
]);
const Outer = structure(Tag.Attribute, {
  state: required(State),
  newer: optional(textString(Tag.Description, { since: V1_4 })),
  older: optional(textString(Tag.SerialNumber), { until: V1_1 }),
  inner: repeated(Inner),
  chosen: optionalChosenBy<object | string>('state', byState),
  last: optional(boolean(Tag.Fresh)),
});

const state = (value: number) => rawEnumeration(Tag.State, value);
const inner = (name: string) => rawStructure(Tag.Link, rawText(Tag.NameValue, name));

t.test('values and their bytes', async t => {
  const list: [title: string, value: Parameters<typeof Outer.describe>[0], bytes: Buffer, version?: typeof V1_0][] = [
    ['least', { state: State.PreActive }, rawStructure(Tag.Attribute, state(1))],
    [
      'all of it',
      {
        state: State.Deactivated,
        newer: 'n',
        inner: [{ name: 'a' }, { name: 'b', count: 0 }],
        chosen: 'c',
        last: false,
      },
      rawStructure(
        Tag.Attribute,
        state(3),
        rawText(Tag.Description, 'n'),
        inner('a'),
        rawStructure(Tag.Link, rawText(Tag.NameValue, 'b'), rawInteger(Tag.BatchCount, 0)),
        rawText(Tag.Comment, 'c'),
        raw(Tag.Fresh, 6, Buffer.alloc(8)),
      ),
    ],
    [
      'a row of old versions',
      { state: State.PreActive, older: 's' },
      rawStructure(Tag.Attribute, state(1), rawText(Tag.SerialNumber, 's')),
      V1_1,
    ],
  ];
  for (const [title, value, bytes, version = V1_4] of list) {
    t.equal(encodeItemAs(Outer, value, version).toString('hex'), bytes.toString('hex'), title);
    t.same(decodeItemAs(Outer, bytes, version), { inner: [], ...value }, title);
  }
});

t.test('a row that the version does not have is not written', async t => {
  const value = { state: State.PreActive, newer: 'n', older: 's' };
  t.same(encodeItemAs(Outer, value, V1_3), rawStructure(Tag.Attribute, state(1)));
  t.same(encodeItemAs(Outer, value, V1_4), rawStructure(Tag.Attribute, state(1), rawText(Tag.Description, 'n')));
});

t.test('values that must not encode, and their paths', async t => {
  const good = { state: State.Active };
  const list: [title: string, value: object, path: string, problem: RegExp][] = [
    ['required row missing', {}, 'state', /required in KMIP 1.4/],
    ['required row missing deeper', { ...good, inner: [{ name: 'a' }, {}] }, 'inner[1].name', /required/],
    ['number out of range', { ...good, inner: [{ name: 'a', count: 2 ** 31 }] }, 'inner[0].count', /32 bits/],
    ['no layout', { state: State.PreActive, chosen: 'c' }, 'chosen', /no layout for state 1/],
    ['what was not decoded', { ...good, chosen: new CodecError('broken') }, 'chosen', /was not decoded: broken/],
    ['text that is none', { state: State.Deactivated, chosen: '\udc00' }, 'chosen', /surrogate/],
  ];
  for (const [title, value, path, problem] of list) {
    const error = codecErrorOf(() => encodeItemAs(Outer, value as never, V1_4));
    t.equal(error.where(), path, title);
    t.match(error.problem, problem, title);
    t.equal(error.message, `${path}: ${error.problem}`, title);
  }
});

t.test('bytes that must not decode, the path and the offset they fail at', async t => {
  const list: [title: string, bytes: Buffer, path: string, offset: number, problem: RegExp, version?: typeof V1_0][] = [
    ['wrong tag', rawStructure(Tag.Link, state(1)), '', 0, /Attribute expected, got Link/],
    ['wrong type', raw(Tag.Attribute, 7), '', 3, /Structure expected, got TextString/],
    ['required row missing', rawStructure(Tag.Attribute), 'state', 8, /State expected, the structure ended/],
    ['another item first', rawStructure(Tag.Attribute, inner('a'), state(1)), 'state', 8, /State expected, got Link/],
    [
      'row of a wrong type',
      rawStructure(Tag.Attribute, rawInteger(Tag.State, 1)),
      'state',
      11,
      /Enumeration expected, got Integer/,
    ],
    ['unknown value', rawStructure(Tag.Attribute, state(99)), 'state', 8, /0x00000063 is not a State of KMIP 1.4/],
    ['item twice', rawStructure(Tag.Attribute, state(1), state(1)), '', 24, /unexpected State/],
    [
      'items out of order',
      rawStructure(Tag.Attribute, state(1), raw(Tag.Fresh, 6, Buffer.alloc(8)), inner('a')),
      '',
      40,
      /unexpected Link/,
    ],
    ['unknown item', rawStructure(Tag.Attribute, state(1), rawText(0x540001, 'x')), '', 24, /unexpected 0x540001/],
    [
      'row newer than the version',
      rawStructure(Tag.Attribute, state(1), rawText(Tag.Description, 'n')),
      '',
      24,
      /unexpected Description/,
      V1_3,
    ],
    [
      'wrong in a list',
      rawStructure(Tag.Attribute, state(1), inner('a'), rawStructure(Tag.Link, rawInteger(Tag.NameValue, 1))),
      'inner[1].name',
      59,
      /TextString expected/,
    ],
    [
      'length beyond its structure',
      rawStructure(Tag.Attribute, state(1), raw(Tag.Link, 1, Buffer.alloc(8), 64)),
      'inner[0]',
      28,
      /exceeds/,
    ],
    [
      'left over',
      Buffer.concat([rawStructure(Tag.Attribute, state(1)), hex('00')]),
      '',
      24,
      /bytes after the end of Attribute/,
    ],
    [
      'zeros left over',
      Buffer.concat([rawStructure(Tag.Attribute, state(1)), Buffer.alloc(8)]),
      '',
      24,
      /bytes after the end/,
    ],
  ];
  for (const [title, bytes, path, offset, problem, version = V1_4] of list) {
    const error = codecErrorOf(() => decodeItemAs(Outer, bytes, version));
    t.equal(error.where(), path, title);
    t.equal(error.offset, offset, `${title}: offset`);
    t.match(error.problem, problem, title);
  }
});

t.test('what a sibling chooses is forgiven: its error stays in its place, with its path', async t => {
  const Message = structure(Tag.Operation, { items: repeated(Outer), sum: optional(integer(Tag.BatchCount)) });
  const badInner = rawStructure(Tag.Link, rawText(Tag.NameValue, 'a'), rawText(Tag.BatchCount, 'b'));
  const bytes = rawStructure(
    Tag.Operation,
    // chosen by Deactivated, so that the Comment is read; then one that is an Integer instead
    rawStructure(Tag.Attribute, state(State.Deactivated), rawText(Tag.Comment, 'fine')),
    rawStructure(
      Tag.Attribute,
      state(State.Deactivated),
      rawInteger(Tag.Comment, 1),
      raw(Tag.Fresh, 6, Buffer.alloc(8)),
    ),
    rawStructure(Tag.Attribute, state(State.PreActive), rawText(Tag.Comment, 'for nobody')),
    rawInteger(Tag.BatchCount, 7),
  );
  const value = decodeItemAs(Message, bytes, V1_4);
  t.equal(value.items![0]!.chosen, 'fine');
  const error = value.items![1]!.chosen as CodecError;
  t.equal(error.where(), 'items[1].chosen');
  t.match(error.message, /^items\[1\]\.chosen: item type TextString expected, got Integer/);
  t.equal(error.offset, 8 + 40 + 8 + 16 + 3);
  t.equal(value.items![1]!.last, false, 'what follows it is read');
  t.equal(value.items![2]!.chosen, undefined, 'without a layout it is passed over');
  t.equal(value.sum, 7);
  t.equal(
    codecErrorOf(() => decodeItemAs(Outer, rawStructure(Tag.Attribute, state(1), badInner), V1_4)).where(),
    'inner[0].count',
  );
});

t.test('what is forgiven inside what is forgiven counts once', async t => {
  const Deep = structure(Tag.Digest, {
    state: required(State),
    part: optionalChosenBy<string>('state', byState),
    end: optional(integer(Tag.BatchCount)),
  });
  const Top = structure(Tag.Name, {
    state: required(State),
    deep: optionalChosenBy<object>('state', new Map([[State.Active, Deep]])),
  });
  const part = rawInteger(Tag.Comment, 1);
  const top = (deep: Buffer) => decodeItemAs(Top, rawStructure(Tag.Name, state(State.Active), deep), V1_4);
  const fine = top(rawStructure(Tag.Digest, state(State.Deactivated), part)).deep as { part: CodecError };
  t.equal(fine.part.where(), 'deep.part');
  const broken = top(rawStructure(Tag.Digest, state(State.Deactivated), part, rawText(Tag.BatchCount, 'x')))
    .deep as CodecError;
  t.equal(broken.where(), 'deep.end');
});

t.test('a required choice is not forgiven', async t => {
  const Strict = structure(Tag.Attribute, { state: required(State), chosen: chosenBy<string>('state', byState) });
  const decode = (...items: Buffer[]) =>
    codecErrorOf(() => decodeItemAs(Strict, rawStructure(Tag.Attribute, ...items), V1_4));
  t.match(decode(state(1), rawText(Tag.Comment, 'c')).message, /^chosen: no layout for state 1 in KMIP 1.4/);
  t.equal(decode(state(1), rawText(Tag.Comment, 'c')).offset, 24);
  t.match(decode(state(3)).message, /^chosen: Comment expected, the structure ended/);
  t.match(
    codecErrorOf(() => encodeItemAs(Strict, { state: 3 } as never, V1_4)).message,
    /^chosen: required in KMIP 1.4/,
  );
});

t.test('enumerations know the version of a value (2.1 §11)', async t => {
  const decode = (value: number, version: typeof V1_0) =>
    decodeItemAs(KeyFormatType, rawEnumeration(Tag.KeyFormatType, value), version);
  t.equal(decode(KeyFormatType.Raw, V1_0), 1);
  t.match(
    codecErrorOf(() => decode(KeyFormatType.PKCS_12, V1_3)).message,
    /PKCS#12 is not a Key Format Type of KMIP 1.3/,
  );
  t.equal(decode(KeyFormatType.PKCS_12, V1_4), KeyFormatType.PKCS_12);
  t.equal(decode(0x80000001, V1_0), 0x80000001, 'values of vendors are kept');
  const Open = enumeration(registry.State, { isOpen: true });
  t.equal(decodeItemAs(Open, rawEnumeration(Tag.State, 99), V1_0), 99, 'an open one takes all');
  t.throws(() => enumeration({ ...registry.State, tag: undefined }), TypeError);
});

t.test('every kind of item comes back, and says itself in words', async t => {
  const Usage = mask(registry.CryptographicUsageMask);
  const tree = [{ tag: 0x540001, type: 7, value: 'x' } as const];
  const kinds: [item: { describe: (value: never) => unknown }, value: unknown, words?: unknown][] = [
    [textString(Tag.Comment), 'é'],
    [byteString(Tag.PSource), hex('0102')],
    [integer(Tag.BatchCount), -5],
    [longInteger(Tag.UsageLimitsTotal), 5n],
    [bigInteger(Tag.Modulus), -5n],
    [boolean(Tag.Fresh), true],
    [dateTime(Tag.InitialDate), new Date(5000)],
    [interval(Tag.LeaseTime), 0xffffffff],
    [opaqueStructure(Tag.ServerInformation), tree],
    [State, State.PreActive, 'Pre-Active'],
    [Usage, Usage.Encrypt | Usage.Decrypt, ['Encrypt', 'Decrypt']],
    [secret(textString(Tag.Password)), 'hidden', undefined],
    [Inner, { name: 'a' }, { name: 'a' }],
  ];
  for (const [item, value, ...words] of kinds) {
    const declared = item as typeof State;
    t.same(decodeItemAs(declared, encodeItemAs(declared, value as never, V1_4), V1_4), value);
    t.same(declared.describe(value as never), words.length === 0 ? value : words[0]);
  }
  t.same(Outer.describe({ state: State.Active, inner: [{ name: 'a' }], chosen: 'not described' }), {
    state: 'Active',
    inner: [{ name: 'a' }],
  });
});
