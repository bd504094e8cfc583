/** What requestData and responseData are made of. */
export type Plain = string | number | boolean | null | readonly Plain[] | PlainObject;
export interface PlainObject {
  readonly [name: string]: Plain;
}

/**
 * How an event shows a byte string: by its length only. It may be key material or a packed host address, and a digest
 * of four bytes is searched through in minutes.
 */
export const plainBytes = (bytes: Uint8Array): string => `[${bytes.length} bytes]`;

const DEPTH_MAX = 32;

/**
 * A codec's value in the form of an event: a Date as ISO 8601 text, a Long or Big Integer as a number where that is exact
 * and as decimal text otherwise, bytes by their length. Members that are undefined are left out.
 */
export function toPlain(value: unknown, depth = 0): Plain {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : null;
    case 'bigint':
      return BigInt.asIntN(53, value) === value ? Number(value) : value.toString();
    case 'object':
      return value === null ? null : plainObject(value, depth);
    default:
      return null;
  }
}

function plainObject(value: object, depth: number): Plain {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return plainBytes(value);
  if (depth >= DEPTH_MAX) return '[deeper]';
  if (Array.isArray(value)) return value.map(item => toPlain(item, depth + 1));
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(
    entries
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [String(name), toPlain(member, depth + 1)]),
  );
}
