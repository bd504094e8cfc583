import type { Reader, Writer } from '../encodings/index.ts';
import { CodecError } from '../error.ts';
import { existsIn, showVersion, type Lifespan, type Version } from '../version.ts';
import { lifespan, tagOf, type Item, type ItemCodec, type Span } from './item.ts';

export type Presence = 'required' | 'optional' | 'repeated';

/** One row of a structure: which item, how often, and in which versions. */
export interface Field<T, P extends Presence> extends Lifespan {
  readonly item: Item<T>;
  readonly presence: P;
}
const field =
  <P extends Presence>(presence: P) =>
  <T>(item: Item<T>, span: Span = {}): Field<T, P> => ({
    item,
    presence,
    since: span.since ?? item.since,
    until: span.until ?? item.until,
  });
export const required = field('required');
export const optional = field('optional');
/** None, one or many. */
export const repeated = field('repeated');

/** A member whose layout follows from a sibling that stands before it: payload by Operation, object by Object Type. */
export interface Chosen<T, P extends Presence = Presence> extends Field<T, P> {
  readonly sibling: string;
  readonly layouts: ReadonlyMap<number, Item<unknown>>;
  /** For values that `layouts` does not have. */
  readonly otherwise?: Item<unknown> | undefined;
  readonly isForgiving: boolean;
  /** Where a version leaves the sibling out of the message, the item tag tells its value. */
  readonly isToldByTag?: boolean | undefined;
}

/**
 * `layouts` by the sibling's value. `isForgiving`: a value without a layout, or content that does not decode, is passed over and
 * leaves `undefined` or the CodecError in its place, so that the items around it stay usable (a batch item among others). The
 * path of that CodecError is whole, and it cannot be encoded again.
 */
export function chosenBy<T>(
  sibling: string,
  layouts: ReadonlyMap<number, Item<unknown>>,
  span?: Span,
): Chosen<T, 'required'> {
  return { presence: 'required', sibling, layouts, isForgiving: false, ...lifespan(span) } as unknown as Chosen<
    T,
    'required'
  >;
}
export function optionalChosenBy<T>(
  sibling: string,
  layouts: ReadonlyMap<number, Item<unknown>>,
  span?: Span,
): Chosen<T | CodecError, 'optional'> {
  return { presence: 'optional', sibling, layouts, isForgiving: true, ...lifespan(span) } as unknown as Chosen<
    T | CodecError,
    'optional'
  >;
}

/** One that may be absent, is as invalid as any other item where it does not decode, and has a layout for every value. */
export function chosenIfPresent<T>(
  sibling: string,
  layouts: ReadonlyMap<number, Item<unknown>>,
  otherwise: Item<unknown>,
  span?: Span,
): Chosen<T, 'optional'> {
  const row = { presence: 'optional', sibling, layouts, otherwise, isForgiving: false, ...lifespan(span) };
  return row as unknown as Chosen<T, 'optional'>;
}

/** One whose sibling some versions leave out: there the item tag chooses the layout, and with it the sibling's value in memory. */
export const chosenByTag = <T>(
  sibling: string,
  layouts: ReadonlyMap<number, Item<unknown>>,
  span?: Span,
): Chosen<T, 'required'> => ({ ...chosenBy<T>(sibling, layouts, span), isToldByTag: true });

type Fields = Record<string, Field<unknown, Presence>>;
type KeysOf<F extends Fields, P extends Presence> = {
  [K in keyof F]: F[K] extends Field<unknown, P> ? K : never;
}[keyof F];
type ValueOf<X> = X extends Field<infer T, infer P> ? (P extends 'repeated' ? readonly T[] : T) : never;
type Shape<F extends Fields> = { [K in KeysOf<F, 'required'>]: ValueOf<F[K]> } & {
  [K in KeysOf<F, 'optional' | 'repeated'>]?: ValueOf<F[K]> | undefined;
};

export interface StructureItem<T> extends Item<T> {
  readonly fields: Readonly<Record<string, Field<unknown, Presence>>>;
}

/** A TTLV structure. Rows stand in the specification's order, which is the order on the wire. A repeated row that is absent reads as an empty list. */
export function structure<const F extends Fields>(tag: number, fields: F, span?: Span): StructureItem<Shape<F>> {
  const made = new Map<Version, ItemCodec<unknown>>();
  const codec = (version: Version): ItemCodec<unknown> => {
    const known = made.get(version);
    if (known !== undefined) return known;
    let compiled: ItemCodec<unknown> | undefined;
    // A structure may contain itself: while it is compiled, others see this.
    made.set(version, { write: (w, t, v) => compiled!.write(w, t, v), read: (r, t) => compiled!.read(r, t) });
    made.set(version, (compiled = compile(fields, version)));
    return compiled;
  };
  return {
    tag,
    ...lifespan(span),
    fields,
    codec: codec as (version: Version) => ItemCodec<Shape<F>>,
    describe: value => describeFields(fields, value),
  };
}

/** The same structure with every member optional, for where a part of it is enough. */
export const partly = <T>({ tag, since, until, fields }: StructureItem<T>): StructureItem<Partial<T>> =>
  structure(
    tag,
    Object.fromEntries(
      Object.entries(fields).map(([key, row]) => [
        key,
        row.presence === 'required' ? { ...row, presence: 'optional' as const } : row,
      ]),
    ),
    until === undefined ? { since } : { since, until },
  );

function describeFields(fields: Fields, value: Record<string, unknown>): Record<string, unknown> {
  const words: Record<string, unknown> = {};
  for (const key in fields) {
    const member = value[key];
    if (member === undefined || 'sibling' in fields[key]!) continue;
    const { item, presence } = fields[key]!;
    const described =
      presence === 'repeated' ? (member as unknown[]).map(one => item.describe(one)) : item.describe(member);
    if (described !== undefined) words[key] = described;
  }
  return words;
}

interface Step {
  readonly key: string;
  write(writer: Writer, from: Record<string, unknown>): void;
  read(reader: Reader, into: Record<string, unknown>): void;
}

function compile(fields: Fields, version: Version): ItemCodec<Record<string, unknown>> {
  const steps: Step[] = [];
  for (const key in fields) {
    const row = fields[key]!;
    if (existsIn(row, version))
      steps.push('sibling' in row ? chosenStep(key, row as Chosen<unknown>, version) : step(key, row, version));
  }
  const count = steps.length;
  return {
    write(w, tag, value) {
      w.begin(tag);
      let i = 0;
      try {
        for (; i < count; i++) steps[i]!.write(w, value);
      } catch (error) {
        throw CodecError.within(error, steps[i]!.key);
      }
      w.end();
    },
    read(r, tag) {
      r.begin(tag);
      const value: Record<string, unknown> = {};
      let i = 0;
      try {
        for (; i < count; i++) {
          const forgiven = r.forgiven.length;
          steps[i]!.read(r, value);
          if (r.forgiven.length > forgiven) addSegment(r, forgiven, steps[i]!.key);
        }
      } catch (error) {
        throw CodecError.within(error, steps[i]!.key);
      }
      r.end();
      return value;
    },
  };
}

function step(key: string, { item, presence }: Field<unknown, Presence>, version: Version): Step {
  const all = presence === 'repeated' ? item.gathered?.(version) : undefined;
  if (all !== undefined) return gatheredStep(key, all, version);
  const tag = tagOf(item, version);
  const codec = item.codec(version);
  switch (presence) {
    case 'required':
      return {
        key,
        write(w, from) {
          const value = from[key];
          if (value === undefined) throw new CodecError(`required in KMIP ${showVersion(version)}`);
          codec.write(w, tag, value);
        },
        read(r, into) {
          into[key] = codec.read(r, tag);
        },
      };
    case 'optional':
      return {
        key,
        write(w, from) {
          const value = from[key];
          if (value !== undefined) codec.write(w, tag, value);
        },
        read(r, into) {
          if (r.peek() === tag) into[key] = codec.read(r, tag);
        },
      };
    case 'repeated':
      return {
        key,
        write(w, from) {
          const list = (from[key] ?? []) as unknown[];
          let i = 0;
          try {
            for (; i < list.length; i++) codec.write(w, tag, list[i]);
          } catch (error) {
            throw CodecError.within(error, i);
          }
        },
        read(r, into) {
          const list: unknown[] = [];
          try {
            while (r.peek() === tag) {
              const forgiven = r.forgiven.length;
              list.push(codec.read(r, tag));
              if (r.forgiven.length > forgiven) addSegment(r, forgiven, list.length - 1);
            }
          } catch (error) {
            throw CodecError.within(error, list.length);
          }
          into[key] = list;
        },
      };
  }
}

/** All values of a repeated row in one item, which is there even when it is empty. */
function gatheredStep(key: string, all: Item<readonly unknown[]>, version: Version): Step {
  const tag = tagOf(all, version);
  const codec = all.codec(version);
  return {
    key,
    write: (w, from) => codec.write(w, tag, (from[key] ?? []) as unknown[]),
    read(r, into) {
      into[key] = r.peek() === tag ? codec.read(r, tag) : [];
    },
  };
}

/** Names the enclosing item in the paths of what was passed over within it. */
function addSegment({ forgiven }: Reader, from: number, segment: string | number): void {
  for (let i = from; i < forgiven.length; i++) CodecError.within(forgiven[i], segment);
}

function chosenStep(
  key: string,
  { sibling, layouts, otherwise, presence, isForgiving, isToldByTag }: Chosen<unknown>,
  version: Version,
): Step {
  const byValue = new Map<number, { tag: number; codec: ItemCodec<unknown> }>();
  for (const [value, item] of layouts)
    if (existsIn(item, version)) byValue.set(value, { tag: tagOf(item, version), codec: item.codec(version) });
  const valueByTag = new Map([...byValue].map(([value, { tag }]) => [tag, value]));
  const tags = new Set([...layouts.values()].map(item => tagOf(item, version)));
  const fallback = otherwise && { tag: tagOf(otherwise, version), codec: otherwise.codec(version) };
  if (fallback) tags.add(fallback.tag);
  const absent = (from: Record<string, unknown>, offset?: number) =>
    new CodecError(`no layout for ${sibling} ${String(from[sibling])} in KMIP ${showVersion(version)}`, offset);
  return {
    key,
    write(w, from) {
      const value = from[key];
      if (value === undefined && presence === 'optional') return;
      if (value === undefined) throw new CodecError(`required in KMIP ${showVersion(version)}`);
      if (value instanceof CodecError) throw new CodecError(`was not decoded: ${value.message}`);
      const layout = byValue.get(from[sibling] as number) ?? fallback;
      if (layout === undefined) throw absent(from);
      layout.codec.write(w, layout.tag, value);
    },
    read(r, into) {
      if (presence === 'optional' && !tags.has(r.peek())) return;
      if (isToldByTag) into[sibling] ??= valueByTag.get(r.peek());
      const layout = byValue.get(into[sibling] as number) ?? fallback;
      if (!isForgiving) {
        if (layout === undefined) throw absent(into, r.offset);
        into[key] = layout.codec.read(r, layout.tag);
        return;
      }
      const mark = r.mark();
      const forgiven = r.forgiven.length;
      try {
        if (layout === undefined) r.skip();
        else into[key] = layout.codec.read(r, layout.tag);
      } catch (error) {
        if (!(error instanceof CodecError)) throw error;
        r.reset(mark);
        r.skip();
        r.forgiven.length = forgiven;
        r.forgiven.push(error);
        into[key] = error;
      }
    },
  };
}
