import {
  decodeItem,
  decodeItemJson,
  decodeItemXml,
  encodeItem,
  encodeItemJson,
  encodeItemXml,
} from '../../kmip-codec/index.ts';
import type { Channel, Identity, Target } from './channel.ts';
import { Connection } from './connection.ts';
import { type BodyEncoding, HttpsConnection } from './https-connection.ts';

/** How messages travel: binary over TLS, or as the body of HTTPS requests (encodings standard, sections 2, 4 and 6). */
export type Way = 'ttlv' | 'https' | 'xml' | 'json';

const text = (body: Buffer) => body.toString('utf8');

const bodies: Readonly<Record<Exclude<Way, 'ttlv'>, BodyEncoding>> = {
  https: { contentType: 'application/octet-stream', encode: encodeItem, decode: body => decodeItem(body) },
  xml: {
    contentType: 'text/xml',
    encode: message => Buffer.from(encodeItemXml(message)),
    decode: body => decodeItemXml(text(body)),
  },
  json: {
    contentType: 'application/json',
    encode: message => Buffer.from(encodeItemJson(message)),
    decode: body => decodeItemJson(text(body)),
  },
};

export const WAYS: readonly Way[] = ['ttlv', 'https', 'xml', 'json'];

export function openChannel(way: Way, target: Target, identity: Identity): Channel {
  if (way === 'ttlv') return new Connection(target, identity);
  return new HttpsConnection(target, identity, bodies[way]);
}

/** The way that a case is about; the one given for all others. */
export function wayOf(family: string, otherwise: Way): Way {
  const encoding = /^MSGENC-(\w+)$/.exec(family)?.[1]?.toLowerCase();
  return WAYS.find(way => way === encoding) ?? otherwise;
}
