import { DEPTH_MAX, TtlvReader } from '../encodings/index.ts';
import { TtlvWriter } from '../encodings/index.ts';
import type { Reader, Writer } from '../encodings/index.ts';
import { CodecError } from '../error.ts';
import { Tag, tagName } from '../registry/index.ts';
import type { Item } from '../schema/index.ts';
import { supportedVersions, type Version } from '../version.ts';
import { RequestHeader } from './headers.ts';
import { RequestMessage, ResponseMessage } from './messages.ts';
import { fromProtocolVersion, ProtocolVersion } from '../payloads/index.ts';

/** A request whose Protocol Version is not spoken here; the answer names one that is (1.4 §6.1). */
export class UnsupportedVersionError extends CodecError {
  readonly protocolVersion: ProtocolVersion;
  constructor(protocolVersion: ProtocolVersion) {
    super(`KMIP ${protocolVersion.protocolVersionMajor}.${protocolVersion.protocolVersionMinor} is not supported`);
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
  const header = peekHeader(reader, Tag.RequestMessage, Tag.RequestHeader, 'requestHeader');
  const version = fromProtocolVersion(header);
  if (version === undefined || !supportedVersions.includes(version)) throw new UnsupportedVersionError(header);
  if (limits.batchCountMax !== undefined) checkBatchCount(new TtlvReader(bytes), version, limits.batchCountMax);
  return { version, message: whole(reader, RequestMessage, version) };
}

/** TTLV bytes of one whole message -> Response Message and its version. Throws as decodeRequest does. */
export function decodeResponse(
  bytes: Uint8Array,
  limits: DecodeLimits = {},
): { version: Version; message: ResponseMessage } {
  const reader = new TtlvReader(bytes, limits.depthMax ?? DEPTH_MAX);
  const header = peekHeader(reader, Tag.ResponseMessage, Tag.ResponseHeader, 'responseHeader');
  const version = fromProtocolVersion(header);
  if (version === undefined || !supportedVersions.includes(version)) throw new UnsupportedVersionError(header);
  return { version, message: whole(reader, ResponseMessage, version) };
}

/** Request Message -> TTLV bytes. Throws CodecError for a message that this version cannot say. */
export const encodeRequest = (message: RequestMessage, version: Version): Buffer =>
  encodeItemAs(RequestMessage, message, version);
/** Response Message -> TTLV bytes. Throws CodecError for a message that this version cannot say. */
export const encodeResponse = (message: ResponseMessage, version: Version): Buffer =>
  encodeItemAs(ResponseMessage, message, version);

const shared = new TtlvWriter(4096);

/** Any declared item -> TTLV bytes, a copy that the caller owns. */
export function encodeItemAs<T>(item: Item<T>, value: T, version: Version): Buffer {
  try {
    item.codec(version).write(shared as Writer, item.tag, value);
    return Buffer.from(shared.finish());
  } finally {
    shared.reset();
  }
}

/** TTLV bytes -> value of a declared item; bytes left over are an error. */
export function decodeItemAs<T>(item: Item<T>, bytes: Uint8Array, version: Version): T {
  return whole(new TtlvReader(bytes), item, version);
}

function whole<T>(reader: TtlvReader, item: Item<T>, version: Version): T {
  const value = item.codec(version).read(reader as Reader, item.tag);
  if (reader.peek() !== 0)
    throw new CodecError(`${tagName(reader.peek())} after the end of the message`, reader.offset);
  return value;
}

/** Reads as far as the Protocol Version, then goes back to the start. */
function peekHeader(reader: TtlvReader, messageTag: number, headerTag: number, name: string): ProtocolVersion {
  const start = reader.mark();
  reader.begin(messageTag);
  try {
    reader.begin(headerTag);
    const protocolVersion = ProtocolVersion.codec(supportedVersions[0]!).read(reader, ProtocolVersion.tag);
    reader.reset(start);
    return protocolVersion;
  } catch (error) {
    throw CodecError.within(error, name);
  }
}

function checkBatchCount(reader: TtlvReader, version: Version, batchCountMax: number): void {
  reader.begin(Tag.RequestMessage);
  try {
    const { batchCount } = RequestHeader.codec(version).read(reader, Tag.RequestHeader);
    if (batchCount > batchCountMax) throw new BatchTooLargeError(batchCount, batchCountMax);
  } catch (error) {
    throw CodecError.within(error, 'requestHeader');
  }
}

/** More batch items than the receiver takes. */
export class BatchTooLargeError extends CodecError {
  constructor(batchCount: number, batchCountMax: number) {
    super(`Batch Count ${batchCount}, at most ${batchCountMax} are taken`);
  }
}
