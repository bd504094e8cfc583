import type { Version } from '../../kmip-codec/index.ts';
import { versionToAnswer } from './answers.ts';

/** How messages are written in the body of an HTTP request and its answer. */
export interface BodyEncoding {
  /** As the profile has it, in lower case and without parameters. */
  readonly contentType: string;
  /** Request body -> TTLV bytes of the message. Throws CodecError. */
  readonly toTtlv: (body: Buffer) => Uint8Array;
  /** TTLV bytes of a message -> response body. */
  readonly fromTtlv: (bytes: Buffer) => Buffer;
  /** The version in which a body that cannot be read is answered; undefined if it names none. */
  readonly versionToAnswer: (body: Buffer) => Version | undefined;
}

const ttlv: BodyEncoding = {
  contentType: 'application/octet-stream',
  toTtlv: body => body,
  fromTtlv: bytes => bytes,
  versionToAnswer,
};

/** By content type (encodings standard, section 2.4). */
const bodyEncodings: ReadonlyMap<string, BodyEncoding> = new Map(
  [ttlv].map(encoding => [encoding.contentType, encoding]),
);

export const contentTypes: readonly string[] = [...bodyEncodings.keys()];

/** The encoding that a Content-Type header names; undefined for others, and for text that is not in UTF-8. */
export function bodyEncodingOf(contentType: string | undefined): BodyEncoding | undefined {
  const [type = '', ...parameters] = (contentType ?? '').split(';').map(part => part.trim().toLowerCase());
  const isUtf8 = parameters.every(each => !each.startsWith('charset=') || UTF8.test(each));
  return isUtf8 ? bodyEncodings.get(type) : undefined;
}

/** ASCII is a part of UTF-8. */
const UTF8 = /^charset="?(utf-8|utf8|us-ascii)"?$/;
