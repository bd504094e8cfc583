// The few forms of DER (X.690 §8 to §10) that keys are written in.

export const INTEGER = 0x02;
export const BIT_STRING = 0x03;
export const OCTET_STRING = 0x04;
export const NULL = 0x05;
export const OBJECT_IDENTIFIER = 0x06;
export const SEQUENCE = 0x30;

/** One value with the tag byte given; contents are put after each other. */
export function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  const hex = length.toString(16);
  const size = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return Buffer.concat([Buffer.of(tag, 0x80 | size.length), size, content]);
}

export const sequence = (...items: readonly Uint8Array[]): Buffer => der(SEQUENCE, ...items);
export const octets = (bytes: Uint8Array): Buffer => der(OCTET_STRING, bytes);
export const bits = (bytes: Uint8Array): Buffer => der(BIT_STRING, Buffer.of(0), bytes);
/** An unsigned number. */
export function integer(value: bigint): Buffer {
  const bytes = unsignedBytes(value);
  return der(INTEGER, (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes);
}

/** '1.2.840.10045.2.1' as a value. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return der(OBJECT_IDENTIFIER, Buffer.from([first * 40 + second, ...rest].flatMap(base128)));
}
const base128 = (arc: number): number[] => {
  const groups = [arc & 0x7f];
  for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
  return groups;
};

export interface DerValue {
  readonly tag: number;
  readonly content: Buffer;
  /** Tag, length and content. */
  readonly whole: Buffer;
}

/** The values that stand after each other in well-formed DER, such as OpenSSL writes it. Throws RangeError for others. */
export function derValues(bytes: Buffer): DerValue[] {
  const values: DerValue[] = [];
  for (let at = 0; at < bytes.length;) {
    const short = bytes.readUInt8(at + 1);
    const sizeBytes = short < 0x80 ? 0 : short & 0x7f;
    const length = sizeBytes === 0 ? short : bytes.readUIntBE(at + 2, sizeBytes);
    const start = at + 2 + sizeBytes;
    if (start + length > bytes.length) throw new RangeError('a DER value is cut off');
    values.push({
      tag: bytes.readUInt8(at),
      content: bytes.subarray(start, start + length),
      whole: bytes.subarray(at, start + length),
    });
    at = start + length;
  }
  return values;
}

/** What stands in the one value that `bytes` are. */
export const derContents = (bytes: Buffer): DerValue[] => derValues(derValues(bytes)[0]!.content);
/** The number that a value's content is; it is unsigned. */
export const derNumber = (value: DerValue | undefined): bigint => unsignedNumber(value!.content);

export const unsignedNumber = (bytes: Uint8Array): bigint =>
  bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`);

/** Big-endian, in as few bytes as possible or in `length`. Throws RangeError for a negative or too long number. */
export function unsignedBytes(value: bigint, length = 0): Buffer {
  if (value < 0n) throw new RangeError('a number is negative');
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  if (length > 0 && bytes.length > length) throw new RangeError('a number is too long');
  return bytes.length < length ? Buffer.concat([Buffer.alloc(length - bytes.length), bytes]) : bytes;
}
