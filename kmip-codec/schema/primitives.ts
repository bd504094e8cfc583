import { ItemType, type Reader, type TtlvItem } from '../encodings/index.ts';
import { CodecError } from '../error.ts';
import { lifespan, type Item, type ItemCodec, type Span } from './item.ts';

const primitive =
  <T>(codec: ItemCodec<T>) =>
  (tag: number, span?: Span): Item<T> => ({ tag, ...lifespan(span), codec: () => codec, describe: value => value });

export const textString = primitive<string>({
  write: (w, t, v) => w.textString(t, v),
  read: (r, t) => r.textString(t),
});
export const byteString = primitive<Uint8Array>({
  write: (w, t, v) => w.byteString(t, v),
  read: (r, t) => r.byteString(t),
});
export const integer = primitive<number>({ write: (w, t, v) => w.integer(t, v), read: (r, t) => r.integer(t) });
export const longInteger = primitive<bigint>({
  write: (w, t, v) => w.longInteger(t, v),
  read: (r, t) => r.longInteger(t),
});
export const bigInteger = primitive<bigint>({
  write: (w, t, v) => w.bigInteger(t, v),
  read: (r, t) => r.bigInteger(t),
});
export const boolean = primitive<boolean>({ write: (w, t, v) => w.boolean(t, v), read: (r, t) => r.boolean(t) });
/** Whole seconds; a Date's milliseconds are cut off on the wire. */
export const dateTime = primitive<Date>({ write: (w, t, v) => w.dateTime(t, v), read: (r, t) => r.dateTime(t) });
/** Seconds, unsigned 32 bits. */
export const interval = primitive<number>({ write: (w, t, v) => w.interval(t, v), read: (r, t) => r.interval(t) });
/** Microseconds since 1970. */
export const dateTimeExtended = primitive<bigint>({
  write: (w, tag, value) => w.item({ tag, type: ItemType.DateTimeExtended, value }),
  read(r, tag) {
    const at = r.offset;
    if (r.peek() === tag && r.peekType() === ItemType.DateTimeExtended) return r.item().value as bigint;
    // Says what else is there, or that nothing is.
    r.dateTime(tag);
    throw new CodecError(`item type DateTime, DateTimeExtended is expected`, at);
  },
});
/** A structure whose content nobody here knows, kept as a tree (Vendor Extension, Server Information). */
export const opaqueStructure = primitive<readonly TtlvItem[]>({
  write: (w, tag, value) => w.item({ tag, type: ItemType.Structure, value }),
  read(r, tag) {
    r.begin(tag);
    const value = r.items();
    r.end();
    return value;
  },
});

/** One item whose type its sender chooses, kept as a tree; numbers, dates and truth are described. */
export const itemOfAnyType = (tag: number, span?: Span): Item<TtlvItem> => ({
  ...primitive<TtlvItem>({ write: (w, t, item) => w.item({ ...item, tag: t }), read: readTree })(tag, span),
  describe: ({ type, value }) => (describable.has(type) ? value : undefined),
});
const describable: ReadonlySet<number> = new Set([
  ItemType.Integer,
  ItemType.LongInteger,
  ItemType.BigInteger,
  ItemType.Enumeration,
  ItemType.Boolean,
  ItemType.DateTime,
  ItemType.Interval,
  ItemType.DateTimeExtended,
]);
function readTree(r: Reader, tag: number): TtlvItem {
  // Says what else is there, or that nothing is.
  if (r.peek() !== tag) r.begin(tag);
  return r.item();
}

/** Bytes that never appear in a description: key material, passwords. */
export const secret = <T>(item: Item<T>): Item<T> => ({ ...item, describe: () => undefined });
