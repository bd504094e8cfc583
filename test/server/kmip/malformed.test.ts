import t from 'tap';
import {
  BatchErrorContinuationOption,
  decodeResponse,
  ItemType,
  Operation,
  ResultReason,
  ResultStatus,
  showVersion,
  Tag,
  V1_0,
  V1_1,
  V1_4,
  V2_0,
  V2_1,
  supportedVersions,
  toProtocolVersion,
} from '../../../kmip-codec/index.ts';
import { runServer, type KmipClient } from '../running-server.ts';
import { bytesOf, createItem, ending, endings, getItem, identifierIn } from './messages.ts';

const base = () =>
  bytesOf([getItem('some-key')], {
    header: {
      clientCorrelationValue: 'correlation',
      batchErrorContinuationOption: BatchErrorContinuationOption.Continue,
    },
  });

/** Offset of the first item with this tag. */
const find = (bytes: Buffer, tag: number) => bytes.indexOf(Buffer.of(tag >> 16, (tag >> 8) & 0xff, tag & 0xff));

/** The base message, spoilt at one place within the item with this tag. */
function spoilt(tag: number, spoil: (bytes: Buffer, at: number) => void): Buffer {
  const bytes = base();
  const at = find(bytes, tag);
  if (at < 0) throw new Error('no such item');
  spoil(bytes, at);
  return bytes;
}

/** The base message with further bytes at the end of its last structure or after it. */
function longer(more: Buffer): Buffer {
  const bytes = Buffer.concat([base(), more]);
  bytes.writeUInt32BE(bytes.length - 8, 4);
  return bytes;
}

function nested(levels: number): Buffer {
  let inner = Buffer.alloc(0);
  for (let i = 0; i < levels; i++) {
    const head = Buffer.from([0x54, 0x00, 0x01, ItemType.Structure, 0, 0, 0, 0]);
    head.writeUInt32BE(inner.length, 4);
    inner = Buffer.concat([head, inner]);
  }
  return inner;
}

const tooDeep = () => {
  const extension = (vendor: Buffer) => {
    const head = Buffer.from([0x42, 0x00, 0x9c, ItemType.Structure, 0, 0, 0, 0]);
    head.writeUInt32BE(vendor.length, 4);
    return Buffer.concat([head, vendor]);
  };
  const bytes = base();
  const vendorExtension = extension(nested(40));
  const messageExtension = Buffer.from([0x42, 0x00, 0x51, ItemType.Structure, 0, 0, 0, 0]);
  messageExtension.writeUInt32BE(vendorExtension.length, 4);
  const whole = Buffer.concat([bytes, messageExtension, vendorExtension]);
  const more = vendorExtension.length + 8;
  const item = find(bytes, Tag.BatchItem);
  whole.writeUInt32BE(whole.readUInt32BE(item + 4) + more, item + 4);
  whole.writeUInt32BE(whole.length - 8, 4);
  return whole;
};

/** What is sent, and where the answer says that it is wrong. */
const inStep: Record<string, [bytes: () => Buffer, message: RegExp]> = {
  'a wrong tag': [
    () => spoilt(Tag.BatchCount, (bytes, at) => (bytes[at + 2] = 0x0e)),
    /^requestHeader\.batchCount: BatchCount expected/,
  ],
  'a wrong type': [
    () => spoilt(Tag.ClientCorrelationValue, (bytes, at) => (bytes[at + 3] = ItemType.ByteString)),
    /^requestHeader\.clientCorrelationValue: item type TextString expected, got ByteString/,
  ],
  'a wrong type in the version': [
    () => spoilt(Tag.ProtocolVersionMajor, (bytes, at) => (bytes[at + 3] = ItemType.Enumeration)),
    /^requestHeader\.protocolVersion\.protocolVersionMajor: /,
  ],
  'a type that does not exist': [
    () => spoilt(Tag.BatchCount, (bytes, at) => (bytes[at + 3] = 0x7f)),
    /^requestHeader\.batchCount: item type Integer expected, got 0x7f/,
  ],
  'a length beyond the enclosing structure': [
    () => spoilt(Tag.ClientCorrelationValue, (bytes, at) => bytes.writeUInt32BE(0x7fffffff, at + 4)),
    /^requestHeader\.clientCorrelationValue: length 2147483647 exceeds/,
  ],
  'a header longer than the message': [
    () => spoilt(Tag.RequestHeader, (bytes, at) => bytes.writeUInt32BE(0x10000, at + 4)),
    /^requestHeader: length 65536 exceeds/,
  ],
  'a structure whose length is no multiple of eight': [
    () => spoilt(Tag.RequestHeader, (bytes, at) => (bytes[at + 7]! -= 3)),
    /^requestHeader: length \d+ of a Structure, a multiple of 8/,
  ],
  'an Integer of two bytes': [
    () => spoilt(Tag.BatchCount, (bytes, at) => (bytes[at + 7] = 2)),
    /^requestHeader\.batchCount: length 2, 4 is expected/,
  ],
  'structures that are too deep': [
    tooDeep,
    /^batchItems\[0\]\.messageExtension\.vendorExtension.*: deeper than 32 structures/,
  ],
  'an item after the last batch item': [
    () => longer(Buffer.from([0x42, 0x00, 0x0d, ItemType.Integer, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0])),
    /unexpected BatchCount/,
  ],
  'zeros after the last batch item': [() => longer(Buffer.alloc(8)), /unexpected/],
  'text that is not UTF-8': [
    () => spoilt(Tag.ClientCorrelationValue, (bytes, at) => (bytes[at + 8] = 0xff)),
    /^requestHeader\.clientCorrelationValue: .*UTF-8/,
  ],
  'an unknown enumeration': [
    () => spoilt(Tag.BatchErrorContinuationOption, (bytes, at) => bytes.writeUInt32BE(9, at + 8)),
    /^requestHeader\.batchErrorContinuationOption: .*Batch Error Continuation Option of KMIP 1\.4/,
  ],
  'an empty message': [() => Buffer.from([0x42, 0x00, 0x78, 1, 0, 0, 0, 0]), /^requestHeader: /],
};

t.test('a malformed message gets Invalid Message and the path, and the connection is kept (1.4 §11.1)', async t => {
  const server = await runServer(t);
  const vcenter = await server.addClient('vcenter');
  const client = await server.connect(vcenter);
  const works = await worker(client);
  for (const [what, [bytes, message]] of Object.entries(inStep)) {
    const answer = await client.sendBytes(bytes());
    const { message: response } = decodeResponse(answer!);
    t.match(
      response.batchItems,
      [
        {
          operation: undefined,
          resultStatus: ResultStatus.OperationFailed,
          resultReason: ResultReason.InvalidMessage,
          resultMessage: message,
        },
      ],
      what,
    );
    t.equal(await works(), 'Success', `${what}: the next message is answered`);
    const events = await server.events();
    t.match(
      events.at(-2),
      {
        action: 'hs-crypto.kmip-key.default',
        outcome: 'failure',
        initiator: { id: vcenter.initiatorId, name: 'vcenter' },
        reason: { reasonCode: 400 },
        responseData: { resultReason: 'Invalid Message', resultMessage: message },
      },
      `${what}: event`,
    );
  }
});

t.test('a malformed payload makes its item fail and not the message (1.4 §11.1)', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  const spoil = (tag: number, how: (bytes: Buffer, at: number) => void) => {
    const bytes = bytesOf([getItem('some-key'), createItem()], {
      header: { batchErrorContinuationOption: BatchErrorContinuationOption.Continue },
    });
    how(bytes, find(bytes, tag));
    return bytes;
  };
  const cases: [string, Buffer, RegExp][] = [
    [
      'wrong type',
      spoil(Tag.UniqueIdentifier, (bytes, at) => (bytes[at + 3] = ItemType.ByteString)),
      /item type TextString/,
    ],
    ['not UTF-8', spoil(Tag.UniqueIdentifier, (bytes, at) => (bytes[at + 9] = 0xc0)), /UTF-8/],
    ['too long', spoil(Tag.UniqueIdentifier, (bytes, at) => (bytes[at + 5] = 0xff)), /exceeds the enclosing structure/],
  ];
  for (const [what, bytes, problem] of cases) {
    const { message } = decodeResponse((await client.sendBytes(bytes))!);
    t.same(endings(message), ['Invalid Message', 'Success'], what);
    t.equal(message.batchItems?.[0]?.operation, Operation.Get);
    t.match(message.batchItems?.[0]?.resultMessage, /^batchItems\[0\]\.requestPayload\.uniqueIdentifier: /);
    t.match(message.batchItems?.[0]?.resultMessage, problem);
    t.match((await server.events()).slice(-2), [
      { action: /read|retrieve/, outcome: 'failure', requestData: { batchItem: 1, batchCount: 2 } },
      { outcome: 'success', requestData: { batchItem: 2, batchCount: 2 } },
    ]);
  }
});

t.test('what is out of step gets Invalid Message, and the connection ends', async t => {
  const server = await runServer(t, { settings: { 'limits.messageBytesMax': 1024 } });
  const identity = await server.addClient('a');
  const cases: [string, Buffer, RegExp, number][] = [
    ['some text', Buffer.from('"GET" is no method of HTTP'), /begins with/, 400],
    ['a response', Buffer.from([0x42, 0x00, 0x7b, 1, 0, 0, 0, 8]), /ResponseMessage/, 400],
    ['one wrong byte', Buffer.of(0x16), /other bytes/, 400],
    ['no structure', Buffer.from([0x42, 0x00, 0x78, 2, 0, 0, 0, 4]), /item type 0x02/, 400],
    ['no multiple of eight', Buffer.from([0x42, 0x00, 0x78, 1, 0, 0, 0, 9]), /multiple of 8/, 400],
    ['more than allowed', bytesOf([getItem('x'.repeat(1000))], { version: V1_1 }), /at most 1024 are taken/, 413],
    ['a length that lies', Buffer.from([0x42, 0x00, 0x78, 1, 0xff, 0xff, 0xff, 0xf8]), /at most 1024 are taken/, 413],
  ];
  for (const [what, bytes, message, reasonCode] of cases) {
    const client = await server.connect(identity);
    const answer = decodeResponse((await client.sendBytes(bytes))!);
    t.match(answer.message.batchItems, [{ resultReason: ResultReason.InvalidMessage, resultMessage: message }], what);
    t.equal(answer.version, what === 'more than allowed' ? V1_1 : V1_0, `${what}: in its version if it has one`);
    t.equal(await client.nextMessage(), undefined, `${what}: closed`);
    t.equal(await client.closed, undefined, `${what}: without a reset`);
    t.match((await server.events()).at(-1), { action: 'hs-crypto.kmip-key.default', reason: { reasonCode } });
  }
});

t.test('a version that is not spoken is answered in the nearest older one that is (1.4 §6.1, §11.1)', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  const works = await worker(client);
  for (const [major, minor, spoken] of [
    [0, 0, V1_0],
    [0, 9, V1_0],
    [1, 5, V1_4],
    [1, 9, V1_4],
    [2, 2, V2_1],
    [3, 0, V2_1],
    [255, 255, V2_1],
    [-1, 0, V2_1],
    [1, -1, V2_1],
    [256, 4, V2_1],
    [2 ** 31 - 1, 0, V2_1],
  ] as const) {
    const bytes = bytesOf([getItem('x')]);
    bytes.writeInt32BE(major, 32);
    bytes.writeInt32BE(minor, 48);
    const { version, message } = decodeResponse((await client.sendBytes(bytes))!);
    t.equal(version, spoken, `${major}.${minor}`);
    t.match(message.batchItems, [
      {
        operation: undefined,
        resultStatus: ResultStatus.OperationFailed,
        resultReason: spoken < V2_0 ? ResultReason.InvalidMessage : ResultReason.UnsupportedProtocolVersion,
        resultMessage: `requestHeader.protocolVersion: KMIP ${major}.${minor} is not supported`,
      },
    ]);
    t.equal(await works(), 'Success');
  }
});

t.test('an answer is in the version of its request (1.4 §6.1)', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  for (const version of supportedVersions) {
    const { responseHeader, batchItems } = await client.batch([createItem(), getItem()], { version });
    t.match(responseHeader, {
      protocolVersion: toProtocolVersion(version),
      batchCount: 2,
    });
    t.same(batchItems?.map(ending), ['Success', 'Success'], showVersion(version));
  }
});

/** Gets a key of its own: whether the connection still works. */
async function worker(client: KmipClient): Promise<() => Promise<string>> {
  const { batchItems } = await client.batch([createItem()]);
  const uniqueIdentifier = identifierIn(batchItems![0]);
  return async () => ending(await client.item(Operation.Get, { uniqueIdentifier }));
}
