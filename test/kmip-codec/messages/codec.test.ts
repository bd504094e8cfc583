import t from 'tap';
import type { CodecError } from '../../../kmip-codec/index.ts';
import {
  BatchTooLargeError,
  decodeItemAs,
  decodeRequest,
  decodeResponse,
  encodeItemAs,
  encodeRequest,
  Name,
  NameType,
  Operation,
  RequestHeader,
  Tag,
  toProtocolVersion,
  UnsupportedVersionError,
  V1_0,
  V1_1,
  V1_4,
  type RequestMessage,
  type Version,
} from '../../../kmip-codec/index.ts';
import { codecErrorOf, hex, raw, rawEnumeration, rawInteger, rawStructure, rawText } from '../raw.ts';

const rawVersion = (major: number, minor: number) =>
  rawStructure(
    Tag.ProtocolVersion,
    rawInteger(Tag.ProtocolVersionMajor, major),
    rawInteger(Tag.ProtocolVersionMinor, minor),
  );
const rawHeader = (major: number, minor: number, count: number) =>
  rawStructure(Tag.RequestHeader, rawVersion(major, minor), rawInteger(Tag.BatchCount, count));
const rawItem = (operation: number, ...payload: Buffer[]) =>
  rawStructure(Tag.BatchItem, rawEnumeration(Tag.Operation, operation), rawStructure(Tag.RequestPayload, ...payload));
const rawRequest = (...items: Buffer[]) => rawStructure(Tag.RequestMessage, rawHeader(1, 4, items.length), ...items);
const rawId = (text: string) => rawText(Tag.UniqueIdentifier, text);

const destroy = (uniqueIdentifier: string, version: Version): RequestMessage => ({
  requestHeader: { protocolVersion: toProtocolVersion(version), batchCount: 1 },
  batchItems: [{ operation: Operation.Destroy, requestPayload: { uniqueIdentifier } }],
});

t.test('a request and its bytes (1.4 §7.1)', async t => {
  const bytes = hex(
    `420078 01 00000078
       420077 01 00000038
         420069 01 00000020 42006A 02 00000004 00000001 00000000 42006B 02 00000004 00000001 00000000
         42000D 02 00000004 00000001 00000000
       42000F 01 00000030
         42005C 05 00000004 00000014 00000000
         420079 01 00000018 420094 07 0000000A 6B65792D3132333435360000 00000000`.replaceAll(/\s/g, ''),
  );
  t.equal(encodeRequest(destroy('key-123456', V1_1), V1_1).toString('hex'), bytes.toString('hex'));
  const { version, message } = decodeRequest(bytes);
  t.equal(version, V1_1);
  t.same(message.batchItems![0]!.requestPayload, { uniqueIdentifier: 'key-123456' });
});

t.test('a payload that is wrong stands in its place, its neighbours are decoded', async t => {
  const { message } = decodeRequest(
    rawRequest(
      rawItem(Operation.Get, rawId('a')),
      rawItem(Operation.Get, rawId('b'), rawEnumeration(Tag.KeyFormatType, 99)),
      rawItem(0x80000001, rawText(0x540001, 'for others')),
      rawItem(Operation.Interop, rawText(Tag.InteropIdentifier, 'of 2.1')),
      rawItem(Operation.Destroy, rawId('c')),
    ),
  );
  const payloads = message.batchItems!.map(item => item.requestPayload);
  t.same(payloads[0], { uniqueIdentifier: 'a' });
  const error = payloads[1] as CodecError;
  t.equal(error.message, 'batchItems[1].requestPayload.keyFormatType: 0x00000063 is not a Key Format Type of KMIP 1.4');
  t.same(error.path, ['batchItems', 1, 'requestPayload', 'keyFormatType']);
  t.type(error.offset, 'number');
  t.equal(payloads[2], undefined, 'an unknown operation leaves no payload');
  t.equal(payloads[3], undefined, 'as does one of a later version');
  t.same(payloads[4], { uniqueIdentifier: 'c' });
  t.match(
    codecErrorOf(() => encodeRequest(message, V1_4)).message,
    /^batchItems\[1\]\.requestPayload: was not decoded/,
  );
});

t.test('the object of a Register is named in full, too', async t => {
  const bad = rawStructure(Tag.SymmetricKey, rawStructure(Tag.KeyBlock, rawText(Tag.KeyFormatType, 'Raw')));
  const { message } = decodeRequest(
    rawRequest(
      rawItem(Operation.Register, rawEnumeration(Tag.ObjectType, 2), rawStructure(Tag.TemplateAttribute), bad),
    ),
  );
  const { object } = message.batchItems![0]!.requestPayload as { object: CodecError };
  t.equal(object.where(), 'batchItems[0].requestPayload.object.keyBlock.keyFormatType');
});

t.test('Discover Versions has no payload in 1.0', async t => {
  const request = rawStructure(Tag.RequestMessage, rawHeader(1, 0, 1), rawItem(Operation.DiscoverVersions));
  t.equal(decodeRequest(request).message.batchItems![0]!.requestPayload, undefined);
});

t.test('values that must not encode, and their paths', async t => {
  const good = destroy('a', V1_4);
  const [item] = good.batchItems!;
  const list: [title: string, message: RequestMessage, problem: RegExp][] = [
    ['header missing', { batchItems: [] } as never, /^requestHeader: required in KMIP 1.4/],
    [
      'date',
      { ...good, requestHeader: { ...good.requestHeader, timeStamp: new Date(NaN) } },
      /^requestHeader\.timeStamp: not a date/,
    ],
    [
      'count',
      { ...good, requestHeader: { ...good.requestHeader, batchCount: 2 ** 40 } },
      /^requestHeader\.batchCount: .* 32 bits/,
    ],
    [
      'payload',
      { ...good, batchItems: [item!, { operation: Operation.Revoke, requestPayload: {} }] },
      /^batchItems\[1\]\.requestPayload\.revocationReason: required/,
    ],
    [
      'operation of a later version',
      { ...good, batchItems: [{ operation: Operation.Interop, requestPayload: {} }] },
      /^batchItems\[0\]\.requestPayload: no layout for operation/,
    ],
  ];
  for (const [title, message, problem] of list) {
    t.match(codecErrorOf(() => encodeRequest(message, V1_4)).message, problem, title);
    t.same(
      encodeRequest(good, V1_4),
      rawRequest(rawItem(Operation.Destroy, rawId('a'))),
      'the next one is right again',
    );
  }
});

t.test('encoding inside encoding is safe', async t => {
  const name = { nameType: NameType.URI, nameValue: 'outer' };
  const inner = () => encodeItemAs(Name, { nameType: NameType.URI, nameValue: 'inner' }, V1_4);
  const wanted = encodeItemAs(Name, name, V1_4);
  let within: Buffer | undefined;
  const bytes = encodeItemAs(
    Name,
    {
      nameValue: 'outer',
      get nameType() {
        within = inner();
        return NameType.URI;
      },
    },
    V1_4,
  );
  t.same(bytes, wanted);
  t.same(within, inner());
});

t.test('bytes that must not decode, the path and the offset they fail at', async t => {
  const list: [title: string, bytes: Buffer, path: string, offset: number, problem: RegExp][] = [
    ['nothing', hex(''), '', 0, /RequestMessage expected, the structure ended/],
    ['a response', rawStructure(Tag.ResponseMessage), '', 0, /RequestMessage expected, got ResponseMessage/],
    ['no header', rawStructure(Tag.RequestMessage), 'requestHeader', 8, /RequestHeader expected/],
    [
      'no version',
      rawStructure(Tag.RequestMessage, rawStructure(Tag.RequestHeader)),
      'requestHeader.protocolVersion',
      16,
      /ProtocolVersion expected/,
    ],
    [
      'half a version',
      rawStructure(Tag.RequestMessage, rawStructure(Tag.RequestHeader, rawStructure(Tag.ProtocolVersion))),
      'requestHeader.protocolVersion.protocolVersionMajor',
      24,
      /expected/,
    ],
    [
      'no batch count',
      rawStructure(Tag.RequestMessage, rawStructure(Tag.RequestHeader, rawVersion(1, 4))),
      'requestHeader.batchCount',
      56,
      /BatchCount expected/,
    ],
    ['no operation', rawRequest(rawStructure(Tag.BatchItem)), 'batchItems[0].operation', 80, /Operation expected/],
    [
      'payload longer than its item',
      rawRequest(
        rawStructure(Tag.BatchItem, rawEnumeration(Tag.Operation, 1), raw(Tag.RequestPayload, 1, hex(''), 64)),
      ),
      'batchItems[0].requestPayload',
      100,
      /length 64 exceeds/,
    ],
    [
      'something after it',
      Buffer.concat([rawRequest(), rawRequest()]),
      '',
      72,
      /bytes after the end of RequestMessage/,
    ],
  ];
  for (const [title, bytes, path, offset, problem] of list) {
    const error = codecErrorOf(() => decodeRequest(bytes, { batchCountMax: 5 }));
    t.equal(error.where(), path, title);
    t.equal(error.offset, offset, `${title}: offset`);
    t.match(error.problem, problem, title);
  }
  t.match(codecErrorOf(() => decodeResponse(rawRequest())).message, /ResponseMessage expected/);
  t.match(codecErrorOf(() => decodeItemAs(RequestHeader, rawHeader(1, 4, 1).subarray(0, 24), V1_0)).message, /exceeds/);
});

t.test('a version that is not spoken is an error of its own (1.4 §6.1)', async t => {
  for (const [major, minor] of [
    [3, 0],
    [1, 5],
    [0, 9],
    [-1, 4],
    [1, 256],
  ] as const) {
    const error = codecErrorOf(() => decodeRequest(rawStructure(Tag.RequestMessage, rawHeader(major, minor, 1))));
    t.type(error, UnsupportedVersionError);
    t.same((error as UnsupportedVersionError).protocolVersion, {
      protocolVersionMajor: major,
      protocolVersionMinor: minor,
    });
    t.equal(error.message, `requestHeader.protocolVersion: KMIP ${major}.${minor} is not supported`);
  }
});

t.test('batch items are counted before they are read, whatever Batch Count says', async t => {
  const items = Array.from({ length: 4 }, () => rawItem(Operation.Activate));
  const lying = rawStructure(Tag.RequestMessage, rawHeader(1, 4, 1), ...items);
  t.equal(decodeRequest(lying, { batchCountMax: 4 }).message.batchItems!.length, 4);
  const error = codecErrorOf(() => decodeRequest(lying, { batchCountMax: 3 }));
  t.type(error, BatchTooLargeError);
  t.equal(error.message, 'batchItems: 4 batch items, at most 3 are taken');
});

t.test("the depth is the caller's choice", async t => {
  const request = rawRequest(rawItem(Operation.Activate));
  t.ok(decodeRequest(request, { depthMax: 3 }));
  t.match(codecErrorOf(() => decodeRequest(request, { depthMax: 2 })).problem, /deeper than 2 structures/);
});
