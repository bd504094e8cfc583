import { DEPTH_MAX, TtlvReader } from '../encodings/index.ts';
import { TtlvWriter } from '../encodings/index.ts';
import { CodecError } from '../error.ts';
import { Tag, tagName } from '../registry/index.ts';
import { tagOf, type Item } from '../schema/index.ts';
import { supportedVersions, type Version } from '../version.ts';
import { RequestMessage, ResponseMessage } from './messages.ts';
import { fromProtocolVersion, ProtocolVersion } from '../payloads/index.ts';

/** A request whose Protocol Version is not spoken here; the answer names one that is (1.4 §6.1). */
export class UnsupportedVersionError extends CodecError {
  readonly protocolVersion: ProtocolVersion;
  constructor(protocolVersion: ProtocolVersion, offset?: number) {
    const { protocolVersionMajor: major, protocolVersionMinor: minor } = protocolVersion;
    super(`KMIP ${major}.${minor} is not supported`, offset);
    this.protocolVersion = protocolVersion;
  }
}

export interface DecodeLimits {
  /** Structures inside structures. */
  readonly depthMax?: number;
  /** Batch items; more are a CodecError before they are read. */
  readonly batchCountMax?: number;
}

/**
 * TTLV bytes of one whole message -> Request Message and its version. Byte Strings are views of `bytes`.
 * Throws UnsupportedVersionError, or CodecError with the path of the item that is wrong; a wrong request payload is no error of the
 * message: it stands in its batch item.
 */
export function decodeRequest(
  bytes: Uint8Array,
  limits: DecodeLimits = {},
): { version: Version; message: RequestMessage } {
  const reader = new TtlvReader(bytes, limits.depthMax ?? DEPTH_MAX);
  const version = versionOf(reader, Tag.RequestMessage, Tag.RequestHeader, 'requestHeader');
  if (limits.batchCountMax !== undefined) checkBatchCount(reader, limits.batchCountMax);
  return { version, message: whole(reader, RequestMessage, version) };
}

/** TTLV bytes of one whole message -> Response Message and its version. Throws as decodeRequest does. */
export function decodeResponse(
  bytes: Uint8Array,
  limits: DecodeLimits = {},
): { version: Version; message: ResponseMessage } {
  const reader = new TtlvReader(bytes, limits.depthMax ?? DEPTH_MAX);
  const version = versionOf(reader, Tag.ResponseMessage, Tag.ResponseHeader, 'responseHeader');
  return { version, message: whole(reader, ResponseMessage, version) };
}

/** Request Message -> TTLV bytes. Throws CodecError for a message that this version cannot say. */
export const encodeRequest = (message: RequestMessage, version: Version): Buffer =>
  encodeItemAs(RequestMessage, message, version);
/** Response Message -> TTLV bytes. Throws CodecError for a message that this version cannot say. */
export const encodeResponse = (message: ResponseMessage, version: Version): Buffer =>
  encodeItemAs(ResponseMessage, message, version);

/** Kept for the next message, so that its buffer is not made anew; absent while somebody writes with it. */
let idle: TtlvWriter | undefined;

/** Any declared item -> TTLV bytes, a copy that the caller owns. */
export function encodeItemAs<T>(item: Item<T>, value: T, version: Version): Buffer {
  const writer: TtlvWriter = idle ?? new TtlvWriter(4096);
  idle = undefined;
  try {
    item.codec(version).write(writer, tagOf(item, version), value);
    return Buffer.from(writer.finish());
  } finally {
    idle = writer.reset();
  }
}

/** TTLV bytes -> value of a declared item; bytes left over are an error. */
export function decodeItemAs<T>(item: Item<T>, bytes: Uint8Array, version: Version): T {
  return whole(new TtlvReader(bytes), item, version);
}

function whole<T>(reader: TtlvReader, item: Item<T>, version: Version): T {
  const value = item.codec(version).read(reader, tagOf(item, version));
  if (reader.peek() !== 0)
    throw new CodecError(`bytes after the end of ${tagName(tagOf(item, version))}`, reader.offset);
  return value;
}

/** Reads as far as the Protocol Version, then goes back to the start. */
function versionOf(reader: TtlvReader, messageTag: number, headerTag: number, name: string): Version {
  const start = reader.mark();
  reader.begin(messageTag);
  try {
    reader.begin(headerTag);
    const version = readVersion(reader);
    reader.reset(start);
    return version;
  } catch (error) {
    throw CodecError.within(error, name);
  }
}

function readVersion(reader: TtlvReader): Version {
  const at = reader.offset;
  try {
    const protocolVersion = ProtocolVersion.codec(supportedVersions[0]!).read(reader, ProtocolVersion.tag);
    const version = fromProtocolVersion(protocolVersion);
    if (version === undefined || !supportedVersions.includes(version)) {
      throw new UnsupportedVersionError(protocolVersion, at);
    }
    return version;
  } catch (error) {
    throw CodecError.within(error, 'protocolVersion');
  }
}

/** Counts what is there, not what Batch Count says, so that a count that lies costs nothing. Then goes back to the start. */
function checkBatchCount(reader: TtlvReader, batchCountMax: number): void {
  const start = reader.mark();
  let batchCount = 0;
  try {
    reader.begin(Tag.RequestMessage);
    reader.skip();
    for (; reader.peek() === Tag.BatchItem; batchCount++) reader.skip();
  } catch (error) {
    // A length that lies: whoever reads the message next says where.
    if (!(error instanceof CodecError)) throw error;
  }
  reader.reset(start);
  if (batchCount > batchCountMax)
    throw CodecError.within(new BatchTooLargeError(batchCount, batchCountMax), 'batchItems');
}

/** More batch items than the receiver takes. */
export class BatchTooLargeError extends CodecError {
  constructor(batchCount: number, batchCountMax: number) {
    super(`${batchCount} batch items, at most ${batchCountMax} are taken`);
  }
}
