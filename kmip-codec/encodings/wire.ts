import type { CodecError } from '../error.ts';
import type { ValueNames } from '../registry/index.ts';
import type { TtlvItem } from './ttlv-item.ts';

/** The item types as verbs. Every encoding implements this and nothing else; none knows a structure. */
export interface Writer {
  begin(tag: number): void;
  end(): void;
  integer(tag: number, value: number): void;
  longInteger(tag: number, value: bigint): void;
  bigInteger(tag: number, value: bigint): void;
  enumeration(tag: number, value: number, names: ValueNames): void;
  mask(tag: number, value: number, names: ValueNames): void;
  boolean(tag: number, value: boolean): void;
  textString(tag: number, value: string): void;
  byteString(tag: number, value: Uint8Array): void;
  dateTime(tag: number, value: Date): void;
  /** Seconds, 0 to 2^32 - 1. */
  interval(tag: number, value: number): void;
  /** An item that no declaration knows, under the tag it has. */
  item(item: TtlvItem): void;
}

/** Reads the items of the structure that is open, in order. Every method throws CodecError for anything but what it expects. */
export interface Reader {
  /** Where the next item begins, for error messages: bytes from the start. */
  readonly offset: number;
  /** Errors of items that were passed over, in order. Whoever encloses such an item adds its own name to their paths. */
  readonly forgiven: CodecError[];
  /** Tag of the next item in the open structure; 0 when there is none, -1 when what follows cannot be an item. */
  peek(): number;
  /** Item type of the next item; 0 when there is none. */
  peekType(): number;
  begin(tag: number): void;
  /** Closes the structure; throws if items are left. */
  end(): void;
  integer(tag: number): number;
  longInteger(tag: number): bigint;
  bigInteger(tag: number): bigint;
  enumeration(tag: number, names: ValueNames): number;
  mask(tag: number, names: ValueNames): number;
  boolean(tag: number): boolean;
  textString(tag: number): string;
  byteString(tag: number): Uint8Array;
  dateTime(tag: number): Date;
  interval(tag: number): number;
  /** The next item whatever it is, as a tree. */
  item(): TtlvItem;
  /** All that is left in the open structure, as trees; the path of an error begins with the item that is wrong. */
  items(): TtlvItem[];
  /** Passes over the next item. */
  skip(): void;
  /** Where the reader stands, to come back after an item that could not be read. */
  mark(): ReaderMark;
  reset(mark: ReaderMark): void;
}
export type ReaderMark = { readonly __readerMark: unique symbol };
