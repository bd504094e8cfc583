/** Gives that many bytes from a cryptographic random source, in memory of their own. */
export type RandomBytes = (length: number) => Buffer;

/** A random UUID (version 4, RFC 9562 §5.4) from the randomness given, in lower case. */
export function uuid(randomBytes: RandomBytes): string {
  return shown(Buffer.from(randomBytes(16)), 4);
}

/**
 * A UUID of version 7 (RFC 9562 §5.7): milliseconds since 1970, then randomness. Those made later are greater, so that they stand
 * beside each other in an index.
 */
export function timeOrderedUuid(now: Date, randomBytes: RandomBytes): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(now.getTime(), 0, 6);
  randomBytes(10).copy(bytes, 6);
  return shown(bytes, 7);
}

function shown(bytes: Buffer, version: number): string {
  bytes[6] = (bytes[6]! & 0x0f) | (version << 4);
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
