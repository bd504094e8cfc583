import type { Condition, Term } from '../store.ts';

const INTEGER_MIN = -(2n ** 63n);
const INTEGER_MAX = 2n ** 63n - 1n;

/** A term's value as it is stored: text, or an integer of 64 bits. Throws RangeError for any other number. */
export function storedValue(value: Term['value']): string | bigint {
  if (typeof value === 'string') return value;
  const integer = BigInt(value);
  if (integer < INTEGER_MIN || integer > INTEGER_MAX) throw new RangeError(`term value ${value} does not fit 64 bits`);
  return integer;
}

/** Whether an integer can be stored at all, so that a search for one that cannot simply finds nothing. */
export const isStorable = (value: Term['value']) =>
  typeof value === 'string' || (BigInt(value) >= INTEGER_MIN && BigInt(value) <= INTEGER_MAX);

/** Both ends of a range condition, included, as far as integers are stored. */
export function rangeOf({ from, to }: { from?: number | bigint; to?: number | bigint }): [bigint, bigint] {
  const low = from === undefined ? INTEGER_MIN : BigInt(from);
  const high = to === undefined ? INTEGER_MAX : BigInt(to);
  return [low < INTEGER_MIN ? INTEGER_MIN : low, high > INTEGER_MAX ? INTEGER_MAX : high];
}

/** Whether an object with these terms meets the condition: what the index search says of stored ones. */
export function meets(terms: readonly Term[], condition: Condition): boolean {
  return terms.some(term => {
    if (term.name !== condition.name) return false;
    if ('exists' in condition) return true;
    if ('equals' in condition) return isEqual(term.value, condition.equals);
    if (typeof term.value === 'string') return false;
    const [low, high] = rangeOf(condition);
    const value = BigInt(term.value);
    return value >= low && value <= high;
  });
}

function isEqual(a: Term['value'], b: Term['value']): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  return BigInt(a) === BigInt(b);
}

/** Name and value, and 1 where unique; a bigint is `{ i: digits }`, so that each comes back as the type it was. */
type TermJson = [string, string | number | { i: string }, 1?];

export function termsToJson(terms: readonly Term[]): string {
  return JSON.stringify(
    terms.map(({ name, value, unique }): TermJson => {
      const json = typeof value === 'bigint' ? { i: value.toString() } : value;
      return unique ? [name, json, 1] : [name, json];
    }),
  );
}

export function termsFromJson(json: string): Term[] {
  return (JSON.parse(json) as TermJson[]).map(([name, stored, unique]) => {
    const value = typeof stored === 'object' ? BigInt(stored.i) : stored;
    return unique ? { name, value, unique: true } : { name, value };
  });
}
