import {
  DestroyDate,
  State,
  UsageLimits,
  V1_4,
  type Attribute,
  type GivenAttribute,
  type TypeOf,
  type UsageLimitsStructure,
} from '../../kmip-codec/index.ts';
import type { Condition, SearchQuery, StoredObject, Term } from '../store/index.ts';
import { attributesFromBytes } from './attribute-bytes.ts';
import { findAttributeRule } from './attribute-rules.ts';
import { isDestroyed, isNotDestroyed, seconds, valueTerms } from './search-terms.ts';

export type SearchCriteria = Pick<SearchQuery, 'conditions' | 'filter'>;

export interface Wanted {
  /** Whether destroyed objects are found; when left out, if the attributes given are those of a destroyed one. */
  readonly destroyed?: boolean | undefined;
  /** Which are found beside the destroyed; all that the query does not leave out unless said. */
  readonly others?: 'all' | 'archived' | 'none';
}

/**
 * What Locate asks of an object (1.4 §4.9): all of the given attributes; of a date given twice the time between, both ends
 * included; of the Cryptographic Usage Mask at least these bits; of Usage Limits at least as much; of a structure the fields
 * given. The attribute index is ignored.
 */
export function searchCriteria(given: readonly GivenAttribute[], wanted: Wanted = {}): SearchCriteria {
  const conditions: Condition[] = [];
  const filters: Filter[] = [];
  const dates = new Map<string, Date[]>();
  for (const { attribute, value } of given) {
    if (value instanceof Date) {
      dates.set(attribute.attributeName, [...(dates.get(attribute.attributeName) ?? []), value]);
    } else if (attribute.attributeName === UsageLimits.attributeName) {
      conditions.push(...atLeast(value as Partial<TypeOf<typeof UsageLimitsStructure>>));
    } else {
      const terms = valueTerms(attribute, value);
      conditions.push(...terms.map(({ name, value: equals }) => ({ name, equals })));
      if (terms.length === 0 || (terms.length > 1 && hasInstances(attribute)))
        filters.push(isOneInstance(attribute, terms));
    }
  }
  for (const [name, values] of dates) conditions.push(during(name, values.map(seconds)));
  const { destroyed = given.some(isOfDestroyed), others = 'all' } = wanted;
  if (!destroyed) conditions.push(isNotDestroyed);
  else if (others === 'none') conditions.push(isDestroyed);
  else if (others === 'archived')
    filters.push(object => object.isArchived || attributesFromBytes(object.attributes).has(DestroyDate));
  return filters.length === 0
    ? { conditions }
    : { conditions, filter: object => filters.every(filter => filter(object)) };
}

type Filter = (object: StoredObject) => boolean;

const during = (name: string, values: readonly number[]): Condition =>
  values.length === 1 ? { name, equals: values[0]! } : { name, from: Math.min(...values), to: Math.max(...values) };

/** Where terms cannot say it: all the fields in one and the same instance, or any instance at all. */
function isOneInstance(attribute: Attribute<unknown>, terms: readonly Term[]): Filter {
  const asked = terms.map(keyOf);
  return object =>
    attributesFromBytes(object.attributes)
      .all(attribute)
      .some(({ value }) => {
        const has = new Set(valueTerms(attribute, value).map(keyOf));
        return asked.every(key => has.has(key));
      });
}

const keyOf = ({ name, value }: Term): string => `${name}\0${typeof value === 'string' ? 't' : 'i'}${value}`;

function atLeast(limits: Partial<TypeOf<typeof UsageLimitsStructure>>): Condition[] {
  return valueTerms(UsageLimits, limits).map(({ name, value }) =>
    name.endsWith('.usageLimitsUnit') || typeof value === 'string' ? { name, equals: value } : { name, from: value },
  );
}

/** Whether an object may have several; of one that it has once, the terms cannot be of two. */
const hasInstances = ({ attributeName }: Attribute<unknown>): boolean =>
  findAttributeRule(attributeName, V1_4)?.multipleInstances !== false;

const isOfDestroyed = ({ attribute: { attributeName }, value }: GivenAttribute): boolean =>
  attributeName === DestroyDate.attributeName ||
  (attributeName === State.attributeName && (value === State.Destroyed || value === State.DestroyedCompromised));
