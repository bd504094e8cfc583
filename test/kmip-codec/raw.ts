import { CodecError, ItemType } from '../../kmip-codec/index.ts';

/** Bytes from hex digits; spaces and bars are for the reader. */
export const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(/[ |]/g, ''), 'hex');

/** One item as bytes, padded. Nothing is checked, so that it can be wrong: `length` may lie. */
export function raw(tag: number, type: number, value: Uint8Array = Buffer.alloc(0), length = value.length): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32BE(((tag << 8) | type) >>> 0, 0);
  header.writeUInt32BE(length, 4);
  return Buffer.concat([header, value, Buffer.alloc(-value.length & 7)]);
}
export const rawStructure = (tag: number, ...items: Uint8Array[]): Buffer =>
  raw(tag, ItemType.Structure, Buffer.concat(items));
export const rawText = (tag: number, text: string): Buffer => raw(tag, ItemType.TextString, Buffer.from(text));
export const rawInteger = (tag: number, value: number, type: number = ItemType.Integer): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return raw(tag, type, bytes);
};
export const rawEnumeration = (tag: number, value: number): Buffer => rawInteger(tag, value, ItemType.Enumeration);

/** The CodecError that `attempt` must throw; any other outcome is thrown. */
export function codecErrorOf(attempt: () => unknown): CodecError {
  let outcome: unknown;
  try {
    outcome = attempt();
  } catch (error) {
    if (error instanceof CodecError) return error;
    throw error;
  }
  throw new Error(`no CodecError but ${String(outcome)}`);
}
