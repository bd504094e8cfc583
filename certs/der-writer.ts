import { DerTag } from './der.ts';

/** One DER element: its tag octet around what it holds. */
export function element(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  const size = content.reduce((sum, part) => sum + part.length, 0);
  const header = [tag, ...lengthOctets(size)];
  // Memory of its own, not of a Buffer's pool: what lies around a key must not travel with it.
  const whole = new Uint8Array(header.length + size);
  whole.set(header);
  let offset = header.length;
  for (const part of content) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

export const sequence = (...content: readonly Uint8Array[]) => element(DerTag.sequence, ...content);
export const set = (...content: readonly Uint8Array[]) => element(DerTag.set, ...content);
export const octetString = (octets: Uint8Array) => element(DerTag.octetString, octets);
export const bmpString = (text: string) => element(DerTag.bmpString, utf16be(text));
export const nothing = element(0x05);
/** [number], constructed: EXPLICIT. */
export const context = (number: number, ...content: readonly Uint8Array[]) =>
  element(DerTag.context(number), ...content);
/** [number], primitive: IMPLICIT. */
export const contextPrimitive = (number: number, octets: Uint8Array) =>
  element(DerTag.contextPrimitive(number), octets);

/** A whole number from 0 to 2^32 - 1. */
export function integer(value: number): Uint8Array {
  const hex = value.toString(16);
  const octets = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  // A first bit that is set would be a sign.
  return element(DerTag.integer, octets[0]! >= 0x80 ? Uint8Array.of(0) : Uint8Array.of(), octets);
}

/** An OBJECT IDENTIFIER, given dotted. Arcs up to 2^31 - 1. */
export function objectIdentifier(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return element(DerTag.objectIdentifier, Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)));
}

/** UTF-16, first the high octet: what a BMPString holds. */
export const utf16be = (text: string): Uint8Array => Buffer.from(text, 'utf16le').swap16();

function base128(arc: number): number[] {
  const octets = [arc & 0x7f];
  for (let left = arc >> 7; left > 0; left >>= 7) octets.unshift((left & 0x7f) | 0x80);
  return octets;
}

function lengthOctets(size: number): number[] {
  if (size < 0x80) return [size];
  const octets: number[] = [];
  for (let left = size; left > 0; left = Math.floor(left / 256)) octets.unshift(left % 256);
  return [0x80 | octets.length, ...octets];
}
