import { ItemType, Tag, tagName, type TtlvItem, registry } from '../../kmip-codec/index.ts';
import { attributeIn } from './attribute-items.ts';
import { child, children, integer, show, text, typeName } from './items.ts';
import type { ExchangeFacts, Place } from './place.ts';
import { operationName } from './test-case.ts';
import { tolerances } from './tolerances.ts';
import { type Bindings, moment, sameValue, type Template } from './variables.ts';

/** One item that is not as expected. `path` names it by tags, outermost first; repeated items carry an index or a name. */
export interface Difference {
  readonly path: string;
  readonly expected: string;
  readonly got: string;
}

export interface Comparison {
  /** In the order of the response; empty when it is as expected. */
  readonly differences: readonly Difference[];
  /** What the variables stand for after this response. */
  readonly bindings: Bindings;
  /** Ids of the tolerances that were needed. */
  readonly tolerances: ReadonlySet<string>;
}

/** When the response came, and how far from it a time near now may be. */
export interface Moment {
  readonly now: Date;
  readonly skewSeconds: number;
}

/**
 * Compares a response with what the case expects: fields, their order, types and values strictly, but for what the table of
 * tolerances permits. A variable takes its value here where it has none yet.
 */
export function compareResponse(
  expected: Template,
  actual: TtlvItem,
  bindings: Bindings,
  facts: ExchangeFacts,
  moment: Moment,
): Comparison {
  const comparer = new Comparer(expected, facts, moment);
  const state: State = { differences: [], bindings: new Map(bindings), used: new Set() };
  const place: Place = { tags: [expected.tree.tag], expectedParents: [], actualParents: [], exchange: facts };
  comparer.item(expected.tree, actual, place, tagName(expected.tree.tag), state);
  return { differences: state.differences, bindings: state.bindings, tolerances: state.used };
}

interface State {
  differences: Difference[];
  bindings: Map<string, TtlvItem>;
  used: Set<string>;
}

class Comparer {
  readonly #template: Template;
  readonly #facts: ExchangeFacts;
  readonly #moment: Moment;

  constructor(template: Template, facts: ExchangeFacts, moment: Moment) {
    this.#template = template;
    this.#facts = facts;
    this.#moment = moment;
  }

  item(expected: TtlvItem, actual: TtlvItem, place: Place, path: string, state: State): void {
    const differs = (got: string) => {
      state.differences.push({ path, expected: this.#showExpected(expected, place, state), got });
    };
    if (actual.tag !== expected.tag) return differs(tagName(actual.tag));
    if (actual.type !== expected.type) return differs(show(actual, namesOf(actual, place)));
    if (expected.type === ItemType.Structure) return this.#structure(expected, actual, place, path, state);
    const variable = this.#template.variables.get(expected);
    if (variable && 'seconds' in variable) {
      if (!this.#isNear(actual, variable.seconds)) differs(show(actual));
      return;
    }
    if (variable) {
      const bound = isAlwaysNew(place) ? undefined : state.bindings.get(variable.name);
      if (!bound) state.bindings.set(variable.name, actual);
      else if (!sameValue(bound, actual)) differs(show(actual));
      return;
    }
    if (sameValue(expected, actual)) return;
    const tolerance = tolerances.find(row => row.value?.(place, expected, actual));
    if (tolerance) state.used.add(tolerance.id);
    else differs(show(actual, namesOf(actual, place)));
  }

  #structure(expected: TtlvItem, actual: TtlvItem, place: Place, path: string, state: State): void {
    const before = state.differences.length;
    const tags = new Set([...children(expected), ...children(actual)].map(item => item.tag));
    for (const tag of tags) {
      const inner: Place = {
        tags: [...place.tags, tag],
        expectedParents: [...place.expectedParents, expected],
        actualParents: [...place.actualParents, actual],
        exchange: this.#facts,
      };
      const wanted = children(expected).filter(item => item.tag === tag);
      const found = children(actual).filter(item => item.tag === tag);
      this.#repeated(wanted, found, inner, path, state);
    }
    // The attributes in a structure of 2.x are a list, whatever their tags.
    if (expected.tag === Tag.Attributes) return;
    if (state.differences.length === before) this.#order(expected, actual, path, state);
  }

  /** The items of one tag within a structure. */
  #repeated(wanted: readonly TtlvItem[], found: readonly TtlvItem[], place: Place, path: string, state: State): void {
    const order = orderOf(place);
    const pathOf = (item: TtlvItem, index: number, all: number) => `${path}.${segment(item, index, all)}`;
    if (order === 'strict') {
      wanted.forEach((item, index) => {
        const itemPath = pathOf(item, index, Math.max(wanted.length, found.length));
        const match = found[index];
        if (match) this.item(item, match, place, itemPath, state);
        else this.#missing(item, place, itemPath, state);
      });
      found.slice(wanted.length).forEach((item, index) => {
        this.#extra(item, place, pathOf(item, wanted.length + index, found.length), state);
      });
      return;
    }
    const left = new Set(found);
    const unmatched: TtlvItem[] = [];
    let from = 0;
    for (const item of this.#knownFirst(wanted, state)) {
      const candidates = order === 'subsequence' ? found.slice(from) : found;
      const match = candidates.find(candidate => left.has(candidate) && this.#attempt(item, candidate, place, state));
      if (!match) unmatched.push(item);
      else {
        left.delete(match);
        from = found.indexOf(match) + 1;
      }
    }
    for (const item of unmatched) {
      const itemPath = pathOf(item, wanted.indexOf(item), wanted.length);
      const similar = [...left].find(candidate => isSimilar(item, candidate, place));
      if (similar) {
        left.delete(similar);
        this.item(item, similar, place, itemPath, state);
      } else this.#missing(item, place, itemPath, state);
    }
    for (const item of left) this.#extra(item, place, pathOf(item, found.indexOf(item), found.length), state);
  }

  /** Items whose value is known are matched before those that take what is left. */
  #knownFirst(items: readonly TtlvItem[], state: State): TtlvItem[] {
    const isOpen = (item: TtlvItem) => {
      const variable = this.#template.variables.get(item);
      return variable !== undefined && !('seconds' in variable) && !state.bindings.has(variable.name);
    };
    return [...items.filter(item => !isOpen(item)), ...items.filter(isOpen)];
  }

  /** Compares, and keeps what it learned only if there is no difference. */
  #attempt(expected: TtlvItem, actual: TtlvItem, place: Place, state: State): boolean {
    const trial: State = { differences: [], bindings: new Map(state.bindings), used: new Set(state.used) };
    this.item(expected, actual, place, '', trial);
    if (trial.differences.length > 0) return false;
    state.bindings = trial.bindings;
    state.used = trial.used;
    return true;
  }

  #missing(expected: TtlvItem, place: Place, path: string, state: State): void {
    const tolerance = tolerances.find(row => row.missing?.(place, expected));
    if (tolerance) state.used.add(tolerance.id);
    else state.differences.push({ path, expected: this.#showExpected(expected, place, state), got: 'nothing' });
  }

  #extra(actual: TtlvItem, place: Place, path: string, state: State): void {
    const tolerance = tolerances.find(row => row.extra?.(place, actual));
    if (tolerance) state.used.add(tolerance.id);
    else state.differences.push({ path, expected: 'nothing', got: show(actual, namesOf(actual, place)) });
  }

  /** The fields of a structure come in the order in which it is declared (1.4 §9.1.1.4), which is the order of the case. */
  #order(expected: TtlvItem, actual: TtlvItem, path: string, state: State): void {
    const inBoth = (item: TtlvItem, other: TtlvItem) => children(other).some(each => each.tag === item.tag);
    const run = (items: readonly TtlvItem[], other: TtlvItem) =>
      items
        .filter(item => inBoth(item, other))
        .map(item => tagName(item.tag))
        .filter((name, index, names) => name !== names[index - 1]);
    const wanted = run(children(expected), actual).join(', ');
    const found = run(children(actual), expected).join(', ');
    if (wanted !== found) state.differences.push({ path, expected: `in this order: ${wanted}`, got: found });
  }

  #isNear(actual: TtlvItem, seconds: number): boolean {
    const { now, skewSeconds } = this.#moment;
    if (actual.type !== ItemType.DateTime) return false;
    return Math.abs(actual.value.getTime() - moment(seconds, now).getTime()) <= skewSeconds * 1000;
  }

  #showExpected(expected: TtlvItem, place: Place, state: State): string {
    const variable = this.#template.variables.get(expected);
    if (!variable) return show(expected, namesOf(expected, place));
    if ('seconds' in variable) {
      return `${typeName(expected)} near ${moment(variable.seconds, this.#moment.now).toISOString().slice(0, 19)}Z`;
    }
    const bound = state.bindings.get(variable.name);
    return bound ? `$${variable.name}: ${show(bound)}` : `$${variable.name}: any ${typeName(expected)}`;
  }
}

/** Each operation that is begun asynchronously has a correlation value of its own, under whichever name the case has it. */
const isAlwaysNew = (place: Place) =>
  place.tags.at(-1) === Tag.AsynchronousCorrelationValue && place.tags.at(-2) === Tag.BatchItem;

/** How items of one tag within a structure are matched: place by place, in order with others between, or in any order. */
function orderOf(place: Place): 'strict' | 'subsequence' | 'any' {
  const tag = place.tags.at(-1);
  const parent = place.tags.at(-2);
  const item = place.expectedParents.find(each => each.tag === Tag.BatchItem);
  const operation = operationName(child(item, Tag.Operation));
  if (parent === Tag.Attributes) return 'any';
  if (tag === Tag.Attribute) return 'any';
  if (parent !== Tag.ResponsePayload) return 'strict';
  if (operation === 'DiscoverVersions') return 'subsequence';
  if (operation === 'Query' || operation === 'GetAttributeList') return 'any';
  return operation === 'Locate' && tag === Tag.UniqueIdentifier ? 'any' : 'strict';
}

/** Attributes of the same name and index: a difference between them is one of value. */
function isSimilar(expected: TtlvItem, actual: TtlvItem, place: Place): boolean {
  const parent = place.tags.at(-2);
  const attribute = attributeIn(parent, expected);
  if (!attribute) return expected.type === ItemType.Structure && expected.tag !== Tag.ProtocolVersion;
  const index = (item: TtlvItem) => integer(child(item, Tag.AttributeIndex)) ?? 0;
  return attribute.name === attributeIn(parent, actual)?.name && index(expected) === index(actual);
}

/** The tag whose names the value of an item is one of: that of the attribute, for an Attribute Value. */
function namesOf(item: TtlvItem, place: Place): number | undefined {
  if (item.tag !== Tag.AttributeValue) return undefined;
  const name = text(child(place.expectedParents.at(-1), Tag.AttributeName));
  return name === undefined ? undefined : registry.findTagByName(name)?.[0];
}

/** 'BatchItem[1]', 'Attribute[State]', 'TimeStamp'. */
function segment(item: TtlvItem, index: number, all: number): string {
  const name = item.tag === Tag.Attribute ? attributeIn(undefined, item)?.name : undefined;
  if (name !== undefined) return `${tagName(item.tag)}[${name}]`;
  return all > 1 || item.tag === Tag.BatchItem ? `${tagName(item.tag)}[${index}]` : tagName(item.tag);
}
