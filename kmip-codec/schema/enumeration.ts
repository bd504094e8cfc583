import { CodecError } from '../error.ts';
import type { ValueTable } from '../registry/index.ts';
import { ValueNames } from '../registry/index.ts';
import { showVersion, type Version } from '../version.ts';
import { lifespan, type Item, type ItemCodec } from './item.ts';

type Constants<T extends ValueTable> = { readonly [K in keyof T['values']]: T['values'][K][0] };
type NumberOf<T extends ValueTable> = T['values'][keyof T['values']][0];

/** Values from here up are for vendors (2.1 §11): they are read and kept, though no table names them. */
export const EXTENSION_VALUES = 0x80000000;

/** An enumeration is its item and its constants at once: `KeyFormatType.Raw` is a number. */
export type EnumerationItem<T extends ValueTable> = Item<NumberOf<T>> & Constants<T> & { readonly names: ValueNames };

/**
 * Declares the item of a table of the registry. A value that the message's version
 * does not know is refused, unless `isOpen` (the caller answers for it, as for an unknown Operation).
 */
export function enumeration<const T extends ValueTable>(
  table: T,
  options: { isOpen?: boolean; since?: Version } = {},
): EnumerationItem<T> {
  const names = new ValueNames(table);
  const { tag } = table;
  if (tag === undefined) throw new TypeError(`${table.name} has no tag of its own`);
  const codec = (version: Version): ItemCodec<number> => ({
    write: (w, t, v) => w.enumeration(t, v, names),
    read(r, t) {
      const at = r.offset;
      const value = r.enumeration(t, names);
      if (!options.isOpen && value < EXTENSION_VALUES && !names.isKnownIn(value, version)) {
        throw new CodecError(`${names.show(value)} is not a ${table.name} of KMIP ${showVersion(version)}`, at);
      }
      return value;
    },
  });
  return Object.assign(
    {
      tag,
      ...lifespan({ since: options.since ?? (table.since as Version), until: table.until as Version | undefined }),
      codec: cached(codec),
      describe: (value: number) => names.show(value),
      names,
    },
    constants(table),
  );
}

/** A bit mask: an Integer whose bits have names. Unknown bits are kept. */
export function mask<const T extends ValueTable>(
  table: T,
): Item<number> & Constants<T> & { readonly names: ValueNames } {
  const names = new ValueNames(table);
  const codec: ItemCodec<number> = { write: (w, t, v) => w.mask(t, v, names), read: (r, t) => r.mask(t, names) };
  return Object.assign(
    {
      tag: table.tag!,
      ...lifespan({ since: table.since as Version, until: table.until as Version | undefined }),
      codec: () => codec,
      describe: (value: number) => names.showBits(value),
      names,
    },
    constants(table),
  ) as unknown as Item<number> & Constants<T> & { readonly names: ValueNames };
}

function constants(table: ValueTable): Record<string, number> {
  return Object.fromEntries(Object.entries(table.values).map(([xmlName, [value]]) => [xmlName, value]));
}

/** One codec per version, made when first asked for. */
export function cached<T>(make: (version: Version) => ItemCodec<T>): (version: Version) => ItemCodec<T> {
  const made = new Map<Version, ItemCodec<T>>();
  return version => {
    let codec = made.get(version);
    if (codec === undefined) made.set(version, (codec = make(version)));
    return codec;
  };
}
