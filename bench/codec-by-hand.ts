// What somebody would write who needs one message and nothing else: an answer to Get with a symmetric key of KMIP 1.4, in this
// order of items. It checks tags, types and lengths, as one must; it has no versions, no other layouts and no paths in errors.
import type { Operation, ResponseMessage, ResultStatus, TypeOf } from '../kmip-codec/index.ts';

// Tag and item type as they stand on the wire.
const RESPONSE_MESSAGE = 0x42007b01;
const RESPONSE_HEADER = 0x42007a01;
const PROTOCOL_VERSION = 0x42006901;
const MAJOR = 0x42006a02;
const MINOR = 0x42006b02;
const TIME_STAMP = 0x42009209;
const BATCH_COUNT = 0x42000d02;
const BATCH_ITEM = 0x42000f01;
const OPERATION = 0x42005c05;
const UNIQUE_BATCH_ITEM_ID = 0x42009308;
const RESULT_STATUS = 0x42007f05;
const RESPONSE_PAYLOAD = 0x42007c01;
const OBJECT_TYPE = 0x42005705;
const UNIQUE_IDENTIFIER = 0x42009407;
const SYMMETRIC_KEY = 0x42008f01;
const KEY_BLOCK = 0x42004001;
const KEY_FORMAT_TYPE = 0x42004205;
const KEY_VALUE = 0x42004501;
const KEY_MATERIAL = 0x42004308;
const ALGORITHM = 0x42002805;
const LENGTH = 0x42002a02;

let bytes: Buffer;
let at = 0;

/** Length of the value of an item that must be this one; `at` is then where the value begins. */
function open(header: number): number {
  if (bytes.readInt32BE(at) !== header) throw new Error(`not the item that is expected at ${at}`);
  const length = bytes.readUInt32BE(at + 4);
  at += 8;
  if (at + length > bytes.length) throw new Error(`a length that is too long at ${at}`);
  return length;
}
function word(header: number): number {
  if (open(header) !== 4) throw new Error(`a length that is not 4 at ${at}`);
  const value = bytes.readInt32BE(at);
  at += 8;
  return value;
}
function bytesOf(header: number): Buffer {
  const length = open(header);
  const value = bytes.subarray(at, at + length);
  at += length + (-length & 7);
  return value;
}

export function decodeGetAnswer(message: Buffer): ResponseMessage {
  bytes = message;
  at = 0;
  open(RESPONSE_MESSAGE);
  open(RESPONSE_HEADER);
  open(PROTOCOL_VERSION);
  const protocolVersionMajor = word(MAJOR);
  const protocolVersionMinor = word(MINOR);
  if (open(TIME_STAMP) !== 8) throw new Error('a length that is not 8');
  const timeStamp = new Date(Number(bytes.readBigInt64BE(at)) * 1000);
  at += 8;
  const batchCount = word(BATCH_COUNT);
  open(BATCH_ITEM);
  const operation = word(OPERATION) as TypeOf<typeof Operation>;
  const uniqueBatchItemId = bytesOf(UNIQUE_BATCH_ITEM_ID);
  const resultStatus = word(RESULT_STATUS) as TypeOf<typeof ResultStatus>;
  open(RESPONSE_PAYLOAD);
  const objectType = word(OBJECT_TYPE);
  const uniqueIdentifier = bytesOf(UNIQUE_IDENTIFIER).toString();
  open(SYMMETRIC_KEY);
  open(KEY_BLOCK);
  const keyFormatType = word(KEY_FORMAT_TYPE);
  open(KEY_VALUE);
  const keyMaterial = bytesOf(KEY_MATERIAL);
  const cryptographicAlgorithm = word(ALGORITHM);
  const cryptographicLength = word(LENGTH);
  if (at !== bytes.length) throw new Error('something follows');
  const keyValue = { keyMaterial, attributes: [] };
  const keyBlock = { keyFormatType, keyValue, cryptographicAlgorithm, cryptographicLength };
  return {
    responseHeader: {
      protocolVersion: { protocolVersionMajor, protocolVersionMinor },
      timeStamp,
      attestationTypes: [],
      batchCount,
    },
    batchItems: [
      {
        operation,
        uniqueBatchItemId,
        resultStatus,
        responsePayload: { objectType, uniqueIdentifier, object: { keyBlock } },
      },
    ],
  };
}

const into = Buffer.alloc(4096);

function begin(header: number): number {
  into.writeInt32BE(header, at);
  at += 8;
  return at;
}
function end(start: number): void {
  into.writeUInt32BE(at - start, start - 4);
}
function putWord(header: number, value: number): void {
  into.writeInt32BE(header, at);
  into.writeUInt32BE(4, at + 4);
  into.writeInt32BE(value, at + 8);
  into.writeInt32BE(0, at + 12);
  at += 16;
}
function putBytes(header: number, value: Uint8Array): void {
  into.writeInt32BE(header, at);
  into.writeUInt32BE(value.length, at + 4);
  into.set(value, at + 8);
  pad(value.length);
}
function putText(header: number, value: string): void {
  const length = into.write(value, at + 8);
  into.writeInt32BE(header, at);
  into.writeUInt32BE(length, at + 4);
  pad(length);
}
function pad(length: number): void {
  const stop = at + 8 + length;
  at = stop + (-length & 7);
  into.fill(0, stop, at);
}

export function encodeGetAnswer({ responseHeader, batchItems }: ResponseMessage): Buffer {
  const [item] = batchItems!;
  const { objectType, uniqueIdentifier, object } = item!.responsePayload as unknown as {
    objectType: number;
    uniqueIdentifier: string;
    object: {
      keyBlock: {
        keyFormatType: number;
        keyValue: { keyMaterial: Uint8Array };
        cryptographicAlgorithm: number;
        cryptographicLength: number;
      };
    };
  };
  const { keyBlock } = object;
  at = 0;
  const message = begin(RESPONSE_MESSAGE);
  const header = begin(RESPONSE_HEADER);
  const version = begin(PROTOCOL_VERSION);
  putWord(MAJOR, responseHeader.protocolVersion.protocolVersionMajor);
  putWord(MINOR, responseHeader.protocolVersion.protocolVersionMinor);
  end(version);
  const timeStamp = begin(TIME_STAMP);
  into.writeBigInt64BE(BigInt(Math.floor(responseHeader.timeStamp.getTime() / 1000)), at);
  at += 8;
  end(timeStamp);
  putWord(BATCH_COUNT, responseHeader.batchCount);
  end(header);
  const batchItem = begin(BATCH_ITEM);
  putWord(OPERATION, item!.operation!);
  putBytes(UNIQUE_BATCH_ITEM_ID, item!.uniqueBatchItemId!);
  putWord(RESULT_STATUS, item!.resultStatus);
  const payload = begin(RESPONSE_PAYLOAD);
  putWord(OBJECT_TYPE, objectType);
  putText(UNIQUE_IDENTIFIER, uniqueIdentifier);
  const key = begin(SYMMETRIC_KEY);
  const block = begin(KEY_BLOCK);
  putWord(KEY_FORMAT_TYPE, keyBlock.keyFormatType);
  const value = begin(KEY_VALUE);
  putBytes(KEY_MATERIAL, keyBlock.keyValue.keyMaterial);
  end(value);
  putWord(ALGORITHM, keyBlock.cryptographicAlgorithm);
  putWord(LENGTH, keyBlock.cryptographicLength);
  for (const start of [block, key, payload, batchItem, message]) end(start);
  const encoded = Buffer.from(into.subarray(0, at));
  into.fill(0, 0, at); // as ours: no key stays behind
  return encoded;
}
