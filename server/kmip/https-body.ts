import {
  CodecError,
  decodeItem,
  decodeItemJson,
  decodeItemXml,
  encodeItem,
  encodeItemJson,
  encodeItemXml,
  parseXml,
  type TtlvItem,
  type Version,
  type XmlElement,
} from '../../kmip-codec/index.ts';
import { OperationFailure } from '../operations/index.ts';
import { spokenVersion, versionToAnswer } from './answers.ts';

/** How messages are written in the body of an HTTP request and its answer. */
export interface BodyEncoding {
  /** As the profile has it, in lower case and without parameters. */
  readonly contentType: string;
  /** Request body -> TTLV bytes of the message. Throws CodecError. */
  readonly toTtlv: (body: Buffer) => Uint8Array;
  /** TTLV bytes of a message -> response body. Throws OperationFailure for what the encoding cannot say. */
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

const xml = textual('text/xml', 'XML', {
  decode: decodeItemXml,
  encode: encodeItemXml,
  protocolVersion(text) {
    const version = elementIn(elementIn(parseXml(text), 'RequestHeader'), 'ProtocolVersion');
    const number = (name: string) => elementIn(version, name)?.attributes.get('value');
    return [number('ProtocolVersionMajor'), number('ProtocolVersionMinor')];
  },
});

const json = textual('application/json', 'JSON', {
  decode: decodeItemJson,
  encode: encodeItemJson,
  protocolVersion(text) {
    const version = jsonIn(jsonIn(parsedJson(text), 'RequestHeader'), 'ProtocolVersion');
    const number = (name: string) => jsonIn(version, name)?.value;
    return [number('ProtocolVersionMajor'), number('ProtocolVersionMinor')];
  },
});

/** By content type (encodings standard, section 2.4). */
const bodyEncodings: ReadonlyMap<string, BodyEncoding> = new Map(
  [ttlv, xml, json].map(encoding => [encoding.contentType, encoding]),
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

interface TextForm {
  readonly decode: (text: string) => TtlvItem;
  readonly encode: (message: TtlvItem) => string;
  /** Protocol Version Major and Minor, as far as they are found. Throws CodecError. */
  readonly protocolVersion: (text: string) => readonly [unknown, unknown];
}

function textual(contentType: string, name: string, { decode, encode, protocolVersion }: TextForm): BodyEncoding {
  return {
    contentType,
    toTtlv(body) {
      try {
        return encodeItem(decode(textOf(body)));
      } catch (error) {
        throw error instanceof CodecError ? withoutQuotes(error) : error;
      }
    },
    fromTtlv(bytes) {
      try {
        return Buffer.from(encode(decodeItem(bytes)));
      } catch (error) {
        // Text that came in another encoding may hold characters that this one has no form for.
        if (!(error instanceof CodecError)) throw error;
        throw new OperationFailure('General Failure', `the answer cannot be said in ${name}: ${error.message}`);
      }
    },
    versionToAnswer(body) {
      try {
        const [major, minor] = protocolVersion(textOf(body)).map(part => Number(part));
        return Number.isInteger(major) && Number.isInteger(minor) ? spokenVersion(major!, minor!) : undefined;
      } catch (error) {
        if (!(error instanceof CodecError)) throw error;
        return undefined;
      }
    },
  };
}

/** The same without what was found, which may be key material or a password in a wrong place. */
function withoutQuotes({ problem, offset, path }: CodecError): CodecError {
  const error = new CodecError(problem.replace(/'.*'/s, "'…'"), offset);
  for (const segment of path.toReversed()) CodecError.within(error, shortened(segment));

  return error;
}

/** Names of elements are the client's, of any length; the longest tag has less. */
const shortened = (segment: string | number) => (typeof segment === 'string' ? segment.slice(0, 60) : segment);

function textOf(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new CodecError('the body is not UTF-8');
  }
}

interface JsonItem {
  readonly tag?: unknown;
  readonly value?: unknown;
}

function parsedJson(text: string): JsonItem | undefined {
  try {
    return JSON.parse(text) as JsonItem;
  } catch {
    return undefined;
  }
}

function jsonIn(parent: JsonItem | null | undefined, tag: string): JsonItem | undefined {
  const items: unknown = parent?.value;
  return Array.isArray(items) ? (items.find((item: JsonItem | null) => item?.tag === tag) as JsonItem) : undefined;
}

const elementIn = (parent: XmlElement | undefined, name: string): XmlElement | undefined =>
  parent?.children.find((child): child is XmlElement => child.kind === 'element' && child.name === name);
