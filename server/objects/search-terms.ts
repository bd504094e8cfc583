import { createHash } from 'node:crypto';
import {
  CryptographicUsageMask,
  DestroyDate,
  ItemType,
  Name,
  State,
  Tag,
  type Attribute,
  type AttributeSet,
  type CustomValue,
  type NameStructure,
  type TypeOf,
} from '../../kmip-codec/index.ts';
import type { Condition, Term } from '../store/index.ts';

/** Characters of a term's name or value, so that the index stays small whatever clients write. */
const TERM_LENGTH_MAX = 255;
/** Characters that stay legible of a text that is longer; its hash follows. */
const LEGIBLE_LENGTH = 180;

/** A term of its own that says whether the object is destroyed; no attribute has this name. */
const DESTROYED = 'Destroyed';
/** Searches pass over destroyed objects with it. */
export const isNotDestroyed: Condition = { name: DESTROYED, equals: 0 };
export const isDestroyed: Condition = { name: DESTROYED, equals: 1 };

/**
 * What an object can be found by: each instance of an attribute by its value, one that is a structure by each of its fields.
 * A destroyed object keeps its Name but no longer keeps others from taking it.
 */
export function termsOf(attributes: AttributeSet): Term[] {
  // Objects without a State have the date alone.
  const wasDestroyed = destroyedStates.has(attributes.get(State)) || attributes.has(DestroyDate);
  const terms: Term[] = [{ name: DESTROYED, value: wasDestroyed ? 1 : 0 }];
  for (const { attribute, value } of attributes) {
    for (const term of valueTerms(attribute, value))
      terms.push(term.name === NAME_VALUE && !wasDestroyed ? { ...term, unique: true } : term);
  }
  return terms;
}

/** The objects that hold this Name Value, so that no other may take it (1.4 §3.2). */
export const namedConditions = (nameValue: string): Condition[] => [
  { name: NAME_VALUE, equals: bounded(nameValue) },
  isNotDestroyed,
];

/** The terms of one attribute value, or of the fields that are given of it. None for a mask without bits and an empty structure. */
export function valueTerms(attribute: Attribute<unknown>, value: unknown): Term[] {
  const name = bounded(attribute.attributeName);
  if (attribute.attributeName === CryptographicUsageMask.attributeName) return bitsOf(value as number).map(term(name));
  if (attribute.attributeName === Name.attributeName) {
    const { nameValue, nameType } = value as Partial<TypeOf<typeof NameStructure>>;
    const terms: Term[] = [];
    if (nameValue !== undefined) terms.push({ name: NAME_VALUE, value: bounded(nameValue) });
    if (nameType !== undefined) terms.push({ name: 'Name.nameType', value: nameType });
    return terms;
  }
  if (attribute.tag === Tag.AttributeValue) return [customTerm(attribute.attributeName, value as CustomValue)];
  return plainTerms(name, value);
}

/** Name Value has the attribute's own name, since clients search by it most of all. */
const NAME_VALUE = Name.attributeName;

const destroyedStates: ReadonlySet<number | undefined> = new Set([State.Destroyed, State.DestroyedCompromised]);

const term =
  (name: string) =>
  (value: Term['value']): Term => ({ name, value });

function plainTerms(name: string, value: unknown): Term[] {
  if (typeof value === 'string') return [{ name, value: bounded(value) }];
  if (typeof value === 'number' || typeof value === 'bigint') return [{ name, value }];
  if (typeof value === 'boolean') return [{ name, value: value ? 1 : 0 }];
  if (value instanceof Date) return [{ name, value: seconds(value) }];
  if (value instanceof Uint8Array) return [{ name, value: bounded(Buffer.from(value).toString('hex')) }];
  if (Array.isArray(value)) return value.flatMap(one => plainTerms(name, one));
  return Object.entries(value as object)
    .filter(([, member]) => member !== undefined)
    .flatMap(([field, member]) => plainTerms(`${name}.${field}`, member));
}

/** Seconds since 1970, as the wire has them. */
export const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);

/** A custom attribute is told apart by its item type too: the Text String '1' is not the Integer 1. Texts have the plain name. */
function customTerm(attributeName: string, item: CustomValue): Term {
  if (item.type === ItemType.TextString) return { name: bounded(attributeName), value: bounded(item.value) };
  const name = bounded(`${typeNames.get(item.type)} ${attributeName}`);
  if (item.type === ItemType.Structure) return { name, value: bounded(JSON.stringify(item.value.map(canonical))) };
  if (item.type === ItemType.BigInteger) return { name, value: bounded(item.value.toString()) };
  return plainTerms(name, item.value)[0]!;
}

const typeNames = new Map<number, string>(Object.entries(ItemType).map(([name, type]) => [type, name]));

function canonical(item: CustomValue): unknown {
  const { tag, type, value } = item;
  if (type === ItemType.Structure) return [tag, type, value.map(canonical)];
  if (value instanceof Uint8Array) return [tag, type, Buffer.from(value).toString('hex')];
  return [tag, type, value instanceof Date ? seconds(value) : typeof value === 'bigint' ? value.toString() : value];
}

const bitsOf = (mask: number): number[] =>
  Array.from({ length: 32 }, (_, bit) => (1 << bit) >>> 0).filter(bit => (mask & bit) !== 0);

/** A text that is too long keeps its beginning and gets its hash: it is still found by its whole value, and nothing else is. */
function bounded(text: string): string {
  if (text.length <= TERM_LENGTH_MAX) return text;
  return `${text.slice(0, LEGIBLE_LENGTH)}#${createHash('sha256').update(text).digest('hex')}`;
}
