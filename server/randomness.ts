/** Gives that many bytes from a cryptographic random source, in memory of their own. */
export type RandomBytes = (length: number) => Buffer;

/** A random UUID (version 4, RFC 9562 §5.4) from the randomness given, in lower case. */
export function uuid(randomBytes: RandomBytes): string {
  const bytes = Buffer.from(randomBytes(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
