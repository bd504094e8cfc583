import type { Reader, Writer } from '../encodings/index.ts';
import { V1_0, type Lifespan, type Version } from '../version.ts';

/** Writes and reads one value under a given tag. Made once per item and version. */
export interface ItemCodec<T> {
  write(writer: Writer, tag: number, value: T): void;
  read(reader: Reader, tag: number): T;
}

/** A declared item: its tag, what its value is, and in which versions it exists. */
export interface Item<T> extends Lifespan {
  readonly tag: number;
  codec(version: Version): ItemCodec<T>;
  /** The value in words for people and events: enumerations by name, masks as lists of names. Key material is left out. */
  describe(value: T): unknown;
}
export type TypeOf<X> = X extends Item<infer T> ? T : never;

export type Span = Partial<Lifespan>;
export const lifespan = ({ since = V1_0, until }: Span = {}): Lifespan => ({ since, until });
