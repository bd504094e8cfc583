import type { Database, Statement } from 'better-sqlite3';
import type { EventFilter } from '../store.ts';
import type { EventNumbers } from './event-index-numbers.ts';
import {
  beginningOf,
  textQuery,
  tokenOfClass,
  tokenOfCorrelation,
  tokenOfIdentifier,
  tokenOfInitiator,
  tokenOfTarget,
  tokenOfWord,
} from './event-index-words.ts';

/** Words that begin alike are looked up one by one up to this number. */
const WORDS_MAX = 100;
/** Beyond it FTS5 merges the events of all of them at once, if those are at most this many; it counts at most so many words. */
const MERGED_EVENTS_MAX = 50_000;
const MERGED_WORDS_MAX = 20_000;
/** Identifiers are spread evenly: those that begin with a single digit are in too many events to merge them. */
const DIGITS_MIN = 2;

/** How the index finds what may match. */
export interface Plan {
  /** Numbers of the classes, as positions of a table that holds 1 for each; undefined: any. */
  readonly classes: Uint8Array | undefined;
  /** Numbers of the initiators; undefined: any. */
  readonly initiators: ReadonlySet<number> | undefined;
  /** Expressions for FTS5 (see `inEpoch`), undefined where they leave nothing out: for what is only found there; */
  readonly match: string | undefined;
  /** for classes and initiators, which the blocks tell too. */
  readonly columns: string | undefined;
  /** Whether an event can only be known to match by a look at it. */
  readonly needsTest: boolean;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly until: number;
}
/** An expression for FTS5, 'any' where the index is of no help, 'none' where no event can match. */
type Expression = { readonly match: string } | 'any' | 'none';

export class EventPlanner {
  readonly #numbers: EventNumbers;
  readonly #words: Statement<[string, string, number], { word: string; events: number }>;

  constructor(database: Database, numbers: EventNumbers) {
    this.#numbers = numbers;
    this.#words = database.prepare('SELECT word, events FROM event_word WHERE word >= ? AND word < ? LIMIT ?');
  }

  /** Undefined when no event in the index can match. */
  plan(filter: EventFilter): Plan | undefined {
    const classes = this.#classes(filter);
    const initiators = this.#initiators(filter);
    const query = filter.text === undefined ? [] : textQuery(filter.text);
    let isExact = filter.target === undefined && filter.correlationId === undefined;
    const expressionOf = (word: string) => {
      const expression = this.#word(word);
      isExact &&= expression !== 'any' && beginningOf(word).isExact;
      return expression;
    };
    const matches = query.map(alternatives => any(alternatives.map(words => all(words.map(expressionOf)))));
    if (filter.target !== undefined) matches.push({ match: quoted(tokenOfTarget(filter.target)) });
    if (filter.correlationId !== undefined) matches.push({ match: quoted(tokenOfCorrelation(filter.correlationId)) });
    const found = all(matches);
    if (found === 'none' || classes?.every(isWanted => isWanted === 0)) return undefined;
    if (initiators?.size === 0) return undefined;
    const columns = all([ofClasses(classes), ofInitiators(initiators)]);
    return {
      classes,
      initiators,
      // What few events have is then found among what many have.
      match: found === 'any' ? undefined : matchOf(all([found, columns])),
      columns: matchOf(columns),
      needsTest: !isExact,
      since: filter.since?.getTime() ?? -Infinity,
      until: filter.until?.getTime() ?? Infinity,
    };
  }

  #classes({ actions, outcomes, severities, vault }: EventFilter): Uint8Array | undefined {
    if (!actions && !outcomes && !severities && vault === undefined) return undefined;
    const classes = this.#numbers.classes();
    const table = new Uint8Array(Math.max(0, ...classes.map(({ number }) => number)) + 1);
    for (const each of classes) {
      const isWanted =
        (!actions || actions.includes(each.action)) &&
        (!outcomes || outcomes.includes(each.outcome)) &&
        (!severities || severities.includes(each.severity)) &&
        (vault === undefined || each.vault === vault);
      if (isWanted) table[each.number] = 1;
    }
    return table;
  }

  /** Those that the index knows. */
  #initiators({ initiators }: EventFilter): Set<number> | undefined {
    return initiators && new Set(initiators.flatMap(id => this.#numbers.ofInitiator(id) ?? []));
  }

  #word(text: string): Expression {
    const { word, digits } = beginningOf(text);
    const expressions: Expression[] = [];
    if (word !== undefined) expressions.push(this.#commonWords(word));
    if (digits !== undefined) {
      expressions.push(digits.length < DIGITS_MIN ? 'any' : { match: `${quoted(tokenOfIdentifier(digits))} *` });
    }
    return any(expressions);
  }

  #commonWords(beginning: string): Expression {
    const words = this.#words.all(beginning, `${beginning}\u{10ffff}`, MERGED_WORDS_MAX);
    if (words.length <= WORDS_MAX) return any(words.map(({ word }) => ({ match: quoted(tokenOfWord(word)) })));
    const events = words.reduce((sum, word) => sum + word.events, 0);
    if (words.length === MERGED_WORDS_MAX || events > MERGED_EVENTS_MAX) return 'any';
    return { match: `${quoted(tokenOfWord(beginning))} *` };
  }
}

function ofClasses(classes: Uint8Array | undefined): Expression {
  if (!classes) return 'any';
  const numbers = [...classes.keys()].filter(number => classes[number] === 1);
  return numbers.length > WORDS_MAX ? 'any' : any(numbers.map(number => ({ match: quoted(tokenOfClass(number)) })));
}

function ofInitiators(initiators: ReadonlySet<number> | undefined): Expression {
  if (!initiators || initiators.size > WORDS_MAX) return 'any';
  return any([...initiators].map(number => ({ match: quoted(tokenOfInitiator(number)) })));
}

const matchOf = (expression: Expression) => (typeof expression === 'string' ? undefined : expression.match);
const quoted = (token: string) => `"${token}"`;

function any(expressions: readonly Expression[]): Expression {
  if (expressions.includes('any')) return 'any';
  return joined(expressions, 'none', ' OR ');
}

function all(expressions: readonly Expression[]): Expression {
  if (expressions.includes('none')) return 'none';
  return joined(expressions, 'any', ' AND ');
}

/** `neutral` says nothing in this connection. */
function joined(expressions: readonly Expression[], neutral: 'any' | 'none', word: string): Expression {
  const matches = expressions.flatMap(each => (typeof each === 'string' ? [] : [each.match]));
  if (matches.length === 0) return neutral;
  return { match: matches.length === 1 ? matches[0]! : `(${matches.join(word)})` };
}
