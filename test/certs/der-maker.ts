/** DER by hand, for what no library would write. */

/** One element of this tag octet around these. */
export function element(tag: number, ...content: Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const { length } = body;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), body]);
  const octets = Buffer.from(length.toString(16).padStart(length > 0xffff ? 6 : length > 0xff ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Buffer.of(tag, 0x80 | octets.length), octets, body]);
}

export const sequence = (...content: Uint8Array[]) => element(0x30, ...content);
export const set = (...content: Uint8Array[]) => element(0x31, ...content);
export const octetString = (content: Uint8Array) => element(0x04, content);
export const bitString = (content: Uint8Array, unusedBits = 0) => element(0x03, Buffer.of(unusedBits), content);
export const utf8String = (text: string) => element(0x0c, Buffer.from(text));
export const printableString = (text: string) => element(0x13, Buffer.from(text));
export const ia5String = (text: string) => element(0x16, Buffer.from(text));
export const bmp = (text: string) => element(0x1e, Buffer.from(text, 'utf16le').swap16());
export const universal = (text: string) =>
  element(0x1c, Buffer.from(Array.from(text, c => [0, 0, 0, c.charCodeAt(0)]).flat()));
export const boolean = (value: boolean) => element(0x01, Buffer.of(value ? 0xff : 0));
export const nothing = element(0x05);
/** [number], constructed. */
export const context = (number: number, ...content: Uint8Array[]) => element(0xa0 | number, ...content);
/** [number], primitive. */
export const contextPrimitive = (number: number, content: Uint8Array) => element(0x80 | number, content);

/** A whole number of 0 or more. */
export function integer(value: bigint | number): Buffer {
  const hex = value.toString(16);
  const octets = Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex');
  return element(0x02, octets[0]! >= 0x80 ? Buffer.of(0) : Buffer.alloc(0), octets);
}

export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const octets = [first * 40 + second, ...rest].flatMap(arc => {
    const digits = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      digits.unshift((left & 0x7f) | 0x80);
    return digits;
  });
  return element(0x06, Buffer.from(octets));
}

/** UTCTime through 2049, GeneralizedTime from then on. */
export function time(value: Date): Buffer {
  const text = `${value.toISOString().replace(/\.\d+/, '').replace(/[-:T]/g, '')}`;
  return value.getUTCFullYear() < 2050 ? element(0x17, Buffer.from(text.slice(2))) : element(0x18, Buffer.from(text));
}
