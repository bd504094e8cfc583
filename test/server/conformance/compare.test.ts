import t from 'tap';
import { registry, ItemType, Tag, type TtlvItem, V1_2, V1_4, type Version } from '../../../kmip-codec/index.ts';
import { compareResponse } from '../../../server/conformance/compare.ts';
import { change, items, type Step, value } from './change.ts';
import { playChanged } from './played.ts';

const { Operation, ResultReason, ResultStatus, ObjectType, HashingAlgorithm } = registry;

/** Plays a case against a server whose answer to one exchange is changed. */
const played = (name: string, exchange: number, edit: (answer: TtlvItem) => TtlvItem) =>
  playChanged(`cases/${name}`, (answer, index) => (index === exchange ? edit(answer) : answer));

interface Change {
  readonly title: string;
  readonly case: 'OWN-M-1-14' | 'OWN-M-2-11' | 'OWN-M-3-21';
  readonly exchange: number;
  readonly at: readonly Step[];
  readonly to: (item: TtlvItem) => TtlvItem | readonly TtlvItem[];
}

const status = (name: keyof typeof ResultStatus.values) => value(ResultStatus.values[name][0]);
/** A batch item that fails in place of one that succeeds. */
const refused = (reason: keyof typeof ResultReason.values) =>
  items(all => [
    all[0]!,
    { tag: Tag.ResultStatus, type: ItemType.Enumeration, value: ResultStatus.values.OperationFailed[0] },
    { tag: Tag.ResultReason, type: ItemType.Enumeration, value: ResultReason.values[reason][0] },
  ]);
const nothing = () => [];
const twice = (item: TtlvItem) => [item, item];
const reversed = items(all => all.toReversed());
const text = (tag: number, value: string): TtlvItem => ({ tag, type: ItemType.TextString, value });
const attribute = (name: string, attributeValue: TtlvItem): TtlvItem => ({
  tag: Tag.Attribute,
  type: ItemType.Structure,
  value: [text(Tag.AttributeName, name), attributeValue],
});
const more =
  (...others: TtlvItem[]) =>
  (item: TtlvItem): TtlvItem[] => [item, ...others];
const payload = (index: number): Step[] => [['BatchItem', index], 'ResponsePayload'];

const differences: (Change & { path: string; expected: RegExp; got: RegExp })[] = [
  {
    title: 'another Result Status',
    case: 'OWN-M-1-14',
    exchange: 0,
    at: ['BatchItem', 'ResultStatus'],
    to: status('OperationUndone'),
    path: 'ResponseMessage.BatchItem[0].ResultStatus',
    expected: /Enumeration Success/,
    got: /Enumeration OperationUndone/,
  },
  {
    title: 'another Result Reason',
    case: 'OWN-M-1-14',
    exchange: 2,
    at: ['BatchItem', 'ResultReason'],
    to: value(ResultReason.values.ItemNotFound[0]),
    path: 'ResponseMessage.BatchItem[0].ResultReason',
    expected: /PermissionDenied/,
    got: /ItemNotFound/,
  },
  {
    title: 'no Result Reason',
    case: 'OWN-M-1-14',
    exchange: 2,
    at: ['BatchItem', 'ResultReason'],
    to: nothing,
    path: 'ResponseMessage.BatchItem[0].ResultReason',
    expected: /PermissionDenied/,
    got: /^nothing$/,
  },
  {
    title: 'another operation',
    case: 'OWN-M-1-14',
    exchange: 2,
    at: ['BatchItem', 'Operation'],
    to: value(Operation.values.Revoke[0]),
    path: 'ResponseMessage.BatchItem[0].Operation',
    expected: /Destroy/,
    got: /Revoke/,
  },
  {
    title: 'no response payload',
    case: 'OWN-M-1-14',
    exchange: 0,
    at: payload(0),
    to: nothing,
    path: 'ResponseMessage.BatchItem[0].ResponsePayload',
    expected: /Structure \(ObjectType, UniqueIdentifier\)/,
    got: /^nothing$/,
  },
  {
    title: 'another item type',
    case: 'OWN-M-1-14',
    exchange: 1,
    at: [...payload(1), 'SymmetricKey', 'KeyBlock', 'CryptographicLength'],
    to: item => ({ tag: item.tag, type: ItemType.Interval, value: 128 }),
    path: 'ResponseMessage.BatchItem[1].ResponsePayload.SymmetricKey.KeyBlock.CryptographicLength',
    expected: /^Integer 128$/,
    got: /^Interval 128$/,
  },
  {
    title: 'another value',
    case: 'OWN-M-1-14',
    exchange: 1,
    at: [...payload(1), 'SymmetricKey', 'KeyBlock', 'CryptographicLength'],
    to: value(256),
    path: 'ResponseMessage.BatchItem[1].ResponsePayload.SymmetricKey.KeyBlock.CryptographicLength',
    expected: /^Integer 128$/,
    got: /^Integer 256$/,
  },
  {
    title: 'a value of an attribute, by the name of its enumeration',
    case: 'OWN-M-1-14',
    exchange: 1,
    at: [...payload(0), 'Attribute', 'AttributeValue'],
    to: value(registry.State.values.PreActive[0]),
    path: 'ResponseMessage.BatchItem[0].ResponsePayload.Attribute[State].AttributeValue',
    expected: /^Enumeration Active$/,
    got: /^Enumeration PreActive$/,
  },
  {
    title: 'generated key material of another length',
    case: 'OWN-M-1-14',
    exchange: 1,
    at: [...payload(1), 'SymmetricKey', 'KeyBlock', 'KeyValue', 'KeyMaterial'],
    to: value(new Uint8Array(32)),
    path: 'ResponseMessage.BatchItem[1].ResponsePayload.SymmetricKey.KeyBlock.KeyValue.KeyMaterial',
    expected: /^ByteString 0001/,
    got: /^ByteString 0000/,
  },
  {
    title: 'registered key material that has changed',
    case: 'OWN-M-2-11',
    exchange: 2,
    at: [...payload(3), 'SymmetricKey', 'KeyBlock', 'KeyValue', 'KeyMaterial'],
    to: value(new Uint8Array(16)),
    path: 'ResponseMessage.BatchItem[3].ResponsePayload.SymmetricKey.KeyBlock.KeyValue.KeyMaterial',
    expected: /^ByteString 0f0e/,
    got: /^ByteString 0000/,
  },
  {
    title: 'a digest of a registered key that is another, by the same hash',
    case: 'OWN-M-2-11',
    exchange: 2,
    at: [...payload(2), 'Attribute', 'AttributeValue', 'DigestValue'],
    to: value(new Uint8Array([1])),
    path: 'ResponseMessage.BatchItem[2].ResponsePayload.Attribute[Digest].AttributeValue.DigestValue',
    expected: /^ByteString 00ff$/,
    got: /^ByteString 01$/,
  },
  {
    title: 'a date that a request has set',
    case: 'OWN-M-1-14',
    exchange: 1,
    at: [...payload(0), ['Attribute', 1], 'AttributeValue'],
    to: value(new Date('2041-01-01T00:00:00Z')),
    path: 'ResponseMessage.BatchItem[0].ResponsePayload.Attribute[Deactivation Date].AttributeValue',
    expected: /2040-01-01/,
    got: /2041-01-01/,
  },
  {
    title: 'a time that is not now',
    case: 'OWN-M-1-14',
    exchange: 0,
    at: ['ResponseHeader', 'TimeStamp'],
    to: value(new Date('2012-01-01T00:00:00Z')),
    path: 'ResponseMessage.ResponseHeader.TimeStamp',
    expected: /near 20/,
    got: /2012-01-01/,
  },
  {
    title: 'no time stamp',
    case: 'OWN-M-2-11',
    exchange: 0,
    at: ['ResponseHeader', 'TimeStamp'],
    to: nothing,
    path: 'ResponseMessage.ResponseHeader.TimeStamp',
    expected: /DateTime/,
    got: /^nothing$/,
  },
  {
    title: 'another protocol version',
    case: 'OWN-M-1-14',
    exchange: 0,
    at: ['ResponseHeader', 'ProtocolVersion', 'ProtocolVersionMinor'],
    to: value(3),
    path: 'ResponseMessage.ResponseHeader.ProtocolVersion.ProtocolVersionMinor',
    expected: /^Integer 4$/,
    got: /^Integer 3$/,
  },
  {
    title: 'another Unique Identifier than before',
    case: 'OWN-M-1-14',
    exchange: 1,
    at: [...payload(1), 'UniqueIdentifier'],
    to: value('another'),
    path: 'ResponseMessage.BatchItem[1].ResponsePayload.UniqueIdentifier',
    expected: /^\$UNIQUE_IDENTIFIER_0: TextString 3d3ff0f6/,
    got: /^TextString another$/,
  },
  {
    title: 'another Unique Batch Item ID',
    case: 'OWN-M-1-14',
    exchange: 1,
    at: [['BatchItem', 1], 'UniqueBatchItemID'],
    to: value(new Uint8Array([9])),
    path: 'ResponseMessage.BatchItem[1].UniqueBatchItemID',
    expected: /^ByteString 02$/,
    got: /^ByteString 09$/,
  },
  {
    title: 'one batch item too many',
    case: 'OWN-M-1-14',
    exchange: 0,
    at: ['BatchItem'],
    to: twice,
    path: 'ResponseMessage.BatchItem[1]',
    expected: /^nothing$/,
    got: /^Structure/,
  },
  {
    title: 'an item that has no place there',
    case: 'OWN-M-1-14',
    exchange: 1,
    at: [...payload(1), 'SymmetricKey', 'KeyBlock', 'CryptographicLength'],
    to: more({ tag: 0x540001, type: ItemType.Integer, value: 1 }),
    path: 'ResponseMessage.BatchItem[1].ResponsePayload.SymmetricKey.KeyBlock.0x540001',
    expected: /^nothing$/,
    got: /^Integer 1$/,
  },
  {
    title: 'batch items in another order',
    case: 'OWN-M-1-14',
    exchange: 1,
    at: ['ResponseHeader'],
    to: item => item,
    path: 'ResponseMessage.BatchItem[0].Operation',
    expected: /GetAttributes/,
    got: /^Enumeration Get$/,
  },
  {
    title: 'fields in another order',
    case: 'OWN-M-1-14',
    exchange: 1,
    at: [...payload(1), 'SymmetricKey', 'KeyBlock'],
    to: reversed,
    path: 'ResponseMessage.BatchItem[1].ResponsePayload.SymmetricKey.KeyBlock',
    expected: /in this order: KeyFormatType, KeyValue, CryptographicAlgorithm, CryptographicLength/,
    got: /CryptographicLength, CryptographicAlgorithm, KeyValue, KeyFormatType/,
  },
  {
    title: 'an attribute that nobody asked for',
    case: 'OWN-M-1-14',
    exchange: 1,
    at: [...payload(0), ['Attribute', 2]],
    to: more(attribute('Contact Information', text(Tag.AttributeValue, 'Joe'))),
    path: 'ResponseMessage.BatchItem[0].ResponsePayload.Attribute[Contact Information]',
    expected: /^nothing$/,
    got: /Structure \(AttributeName, AttributeValue\)/,
  },
  {
    title: 'an attribute too few',
    case: 'OWN-M-1-14',
    exchange: 1,
    at: [...payload(0), ['Attribute', 1]],
    to: nothing,
    path: 'ResponseMessage.BatchItem[0].ResponsePayload.Attribute[Deactivation Date]',
    expected: /Structure/,
    got: /^nothing$/,
  },
  {
    title: 'versions in another order',
    case: 'OWN-M-2-11',
    exchange: 0,
    at: payload(0),
    to: reversed,
    path: 'ResponseMessage.BatchItem[0].ResponsePayload.ProtocolVersion[1]',
    expected: /Structure/,
    got: /^nothing$/,
  },
  {
    title: 'Query without an operation that the server is held to',
    case: 'OWN-M-2-11',
    exchange: 0,
    at: [...payload(1), ['Operation', 1]],
    to: nothing,
    path: 'ResponseMessage.BatchItem[1].ResponsePayload.Operation[1]',
    expected: /^Enumeration Get$/,
    got: /^nothing$/,
  },
  {
    title: 'an attribute name too few',
    case: 'OWN-M-2-11',
    exchange: 2,
    at: [...payload(1), ['AttributeName', 1]],
    to: nothing,
    path: 'ResponseMessage.BatchItem[1].ResponsePayload.AttributeName[1]',
    expected: /TextString Digest/,
    got: /nothing/,
  },
  {
    title: 'a located object too many',
    case: 'OWN-M-2-11',
    exchange: 2,
    at: [...payload(0), 'UniqueIdentifier'],
    to: more(text(Tag.UniqueIdentifier, 'stranger')),
    path: 'ResponseMessage.BatchItem[0].ResponsePayload.UniqueIdentifier[1]',
    expected: /^nothing$/,
    got: /stranger/,
  },
  {
    title: 'a located object too few',
    case: 'OWN-M-2-11',
    exchange: 2,
    at: [...payload(0), 'UniqueIdentifier'],
    to: nothing,
    path: 'ResponseMessage.BatchItem[0].ResponsePayload.UniqueIdentifier[0]',
    expected: /UNIQUE_IDENTIFIER_0/,
    got: /^nothing$/,
  },
  {
    title: 'an aid for tests that fails for another reason than that there is none',
    case: 'OWN-M-3-21',
    exchange: 0,
    at: ['BatchItem'],
    to: refused('PermissionDenied'),
    path: 'ResponseMessage.BatchItem[0].ResultStatus',
    expected: /Success/,
    got: /OperationFailed/,
  },
  {
    title: 'a refusal of Create, whatever its reason',
    case: 'OWN-M-3-21',
    exchange: 1,
    at: ['BatchItem'],
    to: refused('OperationNotSupported'),
    path: 'ResponseMessage.BatchItem[0].ResultStatus',
    expected: /Success/,
    got: /OperationFailed/,
  },
  {
    title: 'a value of an attribute of 2.x',
    case: 'OWN-M-3-21',
    exchange: 2,
    at: [...payload(0), 'Attributes', 'State'],
    to: value(registry.State.values.Active[0]),
    path: 'ResponseMessage.BatchItem[0].ResponsePayload.Attributes.State',
    expected: /^Enumeration PreActive$/,
    got: /^Enumeration Active$/,
  },
  {
    title: 'a date of 2.x that a request has set',
    case: 'OWN-M-3-21',
    exchange: 2,
    at: [...payload(0), 'Attributes', 'DeactivationDate'],
    to: value(new Date('2041-01-01T00:00:00Z')),
    path: 'ResponseMessage.BatchItem[0].ResponsePayload.Attributes.DeactivationDate',
    expected: /2040-01-01/,
    got: /2041-01-01/,
  },
  {
    title: 'a value of an attribute of a vendor',
    case: 'OWN-M-3-21',
    exchange: 2,
    at: [...payload(0), 'Attributes', 'Attribute', 'AttributeValue'],
    to: value(8),
    path: 'ResponseMessage.BatchItem[0].ResponsePayload.Attributes.Attribute[x-Shelf].AttributeValue',
    expected: /^Integer 7$/,
    got: /^Integer 8$/,
  },
  {
    title: 'an attribute of another vendor',
    case: 'OWN-M-3-21',
    exchange: 2,
    at: [...payload(0), 'Attributes', 'Attribute', 'VendorIdentification'],
    to: value('z'),
    path: 'ResponseMessage.BatchItem[0].ResponsePayload.Attributes.Attribute[x-Shelf]',
    expected: /^Structure/,
    got: /^nothing$/,
  },
  {
    title: 'an attribute of 2.x too few',
    case: 'OWN-M-3-21',
    exchange: 2,
    at: [...payload(0), 'Attributes', 'InitialDate'],
    to: nothing,
    path: 'ResponseMessage.BatchItem[0].ResponsePayload.Attributes.InitialDate',
    expected: /2012/,
    got: /^nothing$/,
  },
  {
    title: 'an attribute of 2.x that nobody asked for',
    case: 'OWN-M-3-21',
    exchange: 2,
    at: [...payload(0), 'Attributes', 'InitialDate'],
    to: more({ tag: Tag.CryptographicLength, type: ItemType.Integer, value: 128 }),
    path: 'ResponseMessage.BatchItem[0].ResponsePayload.Attributes.CryptographicLength',
    expected: /^nothing$/,
    got: /^Integer 128$/,
  },
  {
    title: 'an attribute of 2.x twice',
    case: 'OWN-M-3-21',
    exchange: 2,
    at: [...payload(0), 'Attributes', 'State'],
    to: twice,
    path: 'ResponseMessage.BatchItem[0].ResponsePayload.Attributes.State[1]',
    expected: /^nothing$/,
    got: /PreActive/,
  },
  {
    title: 'a reference to an attribute too few',
    case: 'OWN-M-3-21',
    exchange: 2,
    at: [...payload(1), ['AttributeReference', 1]],
    to: nothing,
    path: 'ResponseMessage.BatchItem[1].ResponsePayload.AttributeReference[1]',
    expected: /Digest/,
    got: /^nothing$/,
  },
];

t.test('a difference is found, with its path', async t => {
  for (const { title, case: name, exchange, at, to, path, expected, got } of differences) {
    const edit = title === 'batch items in another order' ? swapBatchItems : (tree: TtlvItem) => change(tree, at, to);
    const result = await played(name, exchange, edit);
    t.match(result, { status: 'failed', failure: { exchange, path, expected, got } }, title);
  }
});

const swapBatchItems = items(([header, ...batch]) => [header!, ...batch.toReversed()]);

const tolerated: (Change & { tolerance: string })[] = [
  {
    title: 'other generated key material of the same length',
    case: 'OWN-M-1-14',
    exchange: 1,
    at: [...payload(1), 'SymmetricKey', 'KeyBlock', 'KeyValue', 'KeyMaterial'],
    to: value(new Uint8Array(16)),
    tolerance: 'key-material',
  },
  {
    title: 'a date that the server sets',
    case: 'OWN-M-1-14',
    exchange: 1,
    at: [...payload(0), ['Attribute', 2], 'AttributeValue'],
    to: value(new Date()),
    tolerance: 'date-attribute',
  },
  {
    title: 'another time stamp than that of the print',
    case: 'OWN-M-1-14',
    exchange: 1,
    at: ['ResponseHeader', 'TimeStamp'],
    to: value(new Date()),
    tolerance: 'time-stamp',
  },
  {
    title: 'another Result Message',
    case: 'OWN-M-1-14',
    exchange: 2,
    at: ['BatchItem', 'ResultMessage'],
    to: value('no'),
    tolerance: 'result-message',
  },
  {
    title: 'no Result Message',
    case: 'OWN-M-1-14',
    exchange: 2,
    at: ['BatchItem', 'ResultMessage'],
    to: nothing,
    tolerance: 'result-message',
  },
  {
    title: 'an attribute that was asked for and that the case does not show',
    case: 'OWN-M-1-14',
    exchange: 1,
    at: [...payload(0), ['Attribute', 2]],
    to: more(attribute('Name', text(Tag.AttributeValue, 'x'))),
    tolerance: 'more-attributes',
  },
  {
    title: 'more versions',
    case: 'OWN-M-2-11',
    exchange: 0,
    at: [...payload(0), 'ProtocolVersion'],
    to: item => [change(item, ['ProtocolVersionMinor'], value(4)), item],
    tolerance: 'more-versions',
  },
  {
    title: 'more operations and fewer that are not required',
    case: 'OWN-M-2-11',
    exchange: 0,
    at: [...payload(1), ['Operation', 2]],
    to: value(Operation.values.Sign[0]),
    tolerance: 'query-operations-and-objects',
  },
  {
    title: 'other object types than those required',
    case: 'OWN-M-2-11',
    exchange: 0,
    at: [...payload(1), ['ObjectType', 1]],
    to: value(ObjectType.values.OpaqueObject[0]),
    tolerance: 'query-operations-and-objects',
  },
  {
    title: 'another vendor',
    case: 'OWN-M-2-11',
    exchange: 0,
    at: [...payload(1), 'VendorIdentification'],
    to: value('kmipd'),
    tolerance: 'vendor-identification',
  },
  {
    title: 'what the vendor says of the server',
    case: 'OWN-M-2-11',
    exchange: 0,
    at: [...payload(1), 'ServerInformation'],
    to: items(() => [{ tag: 0x540001, type: ItemType.Integer, value: 1 }]),
    tolerance: 'server-information',
  },
  {
    title: 'more attribute names',
    case: 'OWN-M-2-11',
    exchange: 2,
    at: [...payload(1), 'AttributeName'],
    to: more(text(Tag.AttributeName, 'y-Rack')),
    tolerance: 'more-attributes',
  },
  {
    title: 'no Object Group where no request gave one',
    case: 'OWN-M-2-11',
    exchange: 2,
    at: [...payload(1), ['AttributeName', 2]],
    to: nothing,
    tolerance: 'object-group-of-the-server',
  },
  {
    title: 'no Attribute Index where it is 0',
    case: 'OWN-M-2-11',
    exchange: 2,
    at: [...payload(2), 'Attribute', 'AttributeIndex'],
    to: nothing,
    tolerance: 'attribute-index-0',
  },
  {
    title: 'another digest by another hash',
    case: 'OWN-M-2-11',
    exchange: 2,
    at: [...payload(2), 'Attribute', 'AttributeValue'],
    to: item =>
      change(
        change(item, ['HashingAlgorithm'], value(HashingAlgorithm.values.SHA_512[0])),
        ['DigestValue'],
        value(new Uint8Array(64)),
      ),
    tolerance: 'digest',
  },
  {
    title: 'no Interop',
    case: 'OWN-M-3-21',
    exchange: 0,
    at: ['BatchItem'],
    to: refused('OperationNotSupported'),
    tolerance: 'interop-and-log',
  },
  {
    title: 'a date of 2.x that the server sets',
    case: 'OWN-M-3-21',
    exchange: 2,
    at: [...payload(0), 'Attributes', 'InitialDate'],
    to: value(new Date()),
    tolerance: 'date-attribute',
  },
  {
    title: 'a digest of 2.x of a generated key',
    case: 'OWN-M-3-21',
    exchange: 2,
    at: [...payload(0), 'Attributes', 'Digest', 'DigestValue'],
    to: value(new Uint8Array(32)),
    tolerance: 'digest',
  },
  {
    title: 'an attribute of 2.x that was asked for and that the case does not show',
    case: 'OWN-M-3-21',
    exchange: 2,
    at: [...payload(0), 'Attributes', 'InitialDate'],
    to: more({ tag: Tag.Name, type: ItemType.Structure, value: [text(Tag.NameValue, 'n')] }),
    tolerance: 'more-attributes',
  },
  {
    title: 'more references to attributes',
    case: 'OWN-M-3-21',
    exchange: 2,
    at: [...payload(1), 'AttributeReference'],
    to: more({ tag: Tag.AttributeReference, type: ItemType.Enumeration, value: Tag.Name }),
    tolerance: 'more-attributes',
  },
  {
    title: 'no reference to an Object Group where no request gave one',
    case: 'OWN-M-3-21',
    exchange: 2,
    at: [...payload(1), ['AttributeReference', 2]],
    to: nothing,
    tolerance: 'object-group-of-the-server',
  },
];

t.test('a variation that the standard permits does not fail a case (encodings standard, 8.4)', async t => {
  for (const { title, case: name, exchange, at, to, tolerance } of tolerated) {
    const result = await played(name, exchange, tree => change(tree, at, to));
    t.match(result, { status: 'passed', failure: undefined }, title);
    t.ok(result.tolerances.includes(tolerance), `${title}: ${tolerance}`);
  }
});

t.test(
  'the Object Type that the tables of 1.2 require of split keys may be there, in 1.2 only (1.2 §4.38)',
  async t => {
    const response = (...fields: TtlvItem[]): TtlvItem => {
      const structure = (tag: number, ...value: TtlvItem[]): TtlvItem => ({ tag, type: ItemType.Structure, value });
      const operation: TtlvItem = {
        tag: Tag.Operation,
        type: ItemType.Enumeration,
        value: Operation.values.JoinSplitKey[0],
      };
      return structure(
        Tag.ResponseMessage,
        structure(Tag.BatchItem, operation, structure(Tag.ResponsePayload, ...fields)),
      );
    };
    const objectType: TtlvItem = {
      tag: Tag.ObjectType,
      type: ItemType.Enumeration,
      value: ObjectType.values.SymmetricKey[0],
    };
    const identifier = text(Tag.UniqueIdentifier, '1');
    const differencesIn = (version: Version) => {
      const facts = {
        version,
        request: response(),
        objects: new Map(),
        attributesSent: [],
        required: new Set<string>(),
      };
      const expected = { tree: response(identifier), variables: new Map() };
      const moment = { now: new Date(0), skewSeconds: 1 };
      return compareResponse(expected, response(objectType, identifier), new Map(), facts, moment).differences;
    };
    t.same(differencesIn(V1_2), []);
    t.match(differencesIn(V1_4), [
      { path: 'ResponseMessage.BatchItem[0].ResponsePayload.ObjectType', expected: 'nothing' },
    ]);
  },
);

t.test('answers that are lists may come in any order, by no tolerance', async t => {
  const orders: (readonly [title: string, exchange: number, at: Step[], to: (item: TtlvItem) => TtlvItem])[] = [
    ['located objects', 2, payload(0), reversed],
    ['attribute names', 2, payload(1), items(([id, ...names]) => [id!, ...names.toReversed()])],
  ];
  const orders2: typeof orders = [['attributes of 2.x', 2, [...payload(0), 'Attributes'], reversed]];
  for (const [name, list] of [
    ['OWN-M-2-11', orders],
    ['OWN-M-3-21', orders2],
  ] as const) {
    const plain = await played(name, 0, answer => answer);
    t.equal(plain.status, 'passed');
    for (const [title, exchange, at, to] of list) {
      const result = await played(name, exchange, tree => change(tree, at, to));
      t.match(result, { status: 'passed', tolerances: plain.tolerances }, title);
    }
  }
});
