import type { Reader, Writer } from '../encodings/index.ts';
import { V1_0, V2_0, type Lifespan, type Version } from '../version.ts';

/** Writes and reads one value under a given tag. Made once per item and version. */
export interface ItemCodec<T> {
  write(writer: Writer, tag: number, value: T): void;
  read(reader: Reader, tag: number): T;
}

/** A declared item: its tag, what its value is, and in which versions it exists. */
export interface Item<T> extends Lifespan {
  readonly tag: number;
  /** The tag in one version, where it is not `tag` in all of them. */
  tagIn?(version: Version): number;
  codec(version: Version): ItemCodec<T>;
  /** Where a version has one item that holds all values of a repeated row, instead of one item for each. */
  gathered?(version: Version): Item<readonly T[]> | undefined;
  /** The value in words for people and events: enumerations by name, masks as lists of names. Key material is left out. */
  describe(value: T): unknown;
}
/** The tag under which the item stands in messages of this version. */
export const tagOf = (item: Pick<Item<unknown>, 'tag' | 'tagIn'>, version: Version): number =>
  item.tagIn?.(version) ?? item.tag;

/** One value in memory that 1.x and 2.x spell as different items: Template-Attribute and Attributes. */
export const respelled = <T>(before2: Item<T>, since2: Item<T>): Item<T> => {
  const of = (version: Version) => (version < V2_0 ? before2 : since2);
  return {
    tag: before2.tag,
    tagIn: version => of(version).tag,
    since: before2.since,
    until: since2.until,
    codec: version => of(version).codec(version),
    describe: value => since2.describe(value),
  };
};

/** A repeated row whose values stand side by side in 1.x, and within one item in 2.x. */
export const gatheredSince2 = <T>(one: Item<T>, all: Item<readonly T[]>): Item<T> => ({
  ...one,
  until: undefined,
  gathered: version => (version < V2_0 ? undefined : all),
});

export type TypeOf<X> = X extends Item<infer T> ? T : never;

export type Span = Partial<Lifespan>;
export const lifespan = ({ since = V1_0, until }: Span = {}): Lifespan => ({ since, until });
