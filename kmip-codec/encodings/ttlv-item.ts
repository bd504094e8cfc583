import { CodecError } from '../error.ts';
import { tagName } from '../registry/index.ts';

/** The item types of TTLV with the numbers that go over the wire (2.1 §10.1.2). Date Time Extended exists since 2.0. */
export const ItemType = {
  Structure: 1,
  Integer: 2,
  LongInteger: 3,
  BigInteger: 4,
  Enumeration: 5,
  Boolean: 6,
  TextString: 7,
  ByteString: 8,
  DateTime: 9,
  Interval: 10,
  DateTimeExtended: 11,
} as const;
export type ItemType = (typeof ItemType)[keyof typeof ItemType];

/**
 * Any item as a tree, for what no declaration knows: custom attributes, vendor extensions, tools.
 * Integer and Interval (seconds, unsigned 32 bits) are numbers, Date-Time has whole seconds, Date Time Extended counts microseconds.
 */
export type TtlvItem =
  | { readonly tag: number; readonly type: typeof ItemType.Structure; readonly value: readonly TtlvItem[] }
  | { readonly tag: number; readonly type: typeof ItemType.Integer; readonly value: number }
  | { readonly tag: number; readonly type: typeof ItemType.LongInteger; readonly value: bigint }
  | { readonly tag: number; readonly type: typeof ItemType.BigInteger; readonly value: bigint }
  | { readonly tag: number; readonly type: typeof ItemType.Enumeration; readonly value: number }
  | { readonly tag: number; readonly type: typeof ItemType.Boolean; readonly value: boolean }
  | { readonly tag: number; readonly type: typeof ItemType.TextString; readonly value: string }
  | { readonly tag: number; readonly type: typeof ItemType.ByteString; readonly value: Uint8Array }
  | { readonly tag: number; readonly type: typeof ItemType.DateTime; readonly value: Date }
  | { readonly tag: number; readonly type: typeof ItemType.Interval; readonly value: number }
  | { readonly tag: number; readonly type: typeof ItemType.DateTimeExtended; readonly value: bigint };

/** Adds the item that comes after `before` to the path of an error: 'BatchItem', the second of its kind 'BatchItem[1]'. */
export function withinItem(error: unknown, tag: number, before: readonly TtlvItem[]): unknown {
  const index = before.filter(item => item.tag === tag).length;
  return CodecError.within(index === 0 ? error : CodecError.within(error, index), tagName(tag));
}
