import type { Database, Statement } from 'better-sqlite3';
import type { Term } from '../store.ts';
import type { Numbers } from './numbers.ts';
import { storedValue } from './term-values.ts';

/** The search index: one row for each distinct name and value of an object. */
export class TermTable {
  readonly #numbers: Numbers;
  readonly #insert: Statement<[number, string | bigint, number, number]>;
  readonly #remove: Statement<[number, string | bigint, number]>;

  constructor(database: Database, numbers: Numbers) {
    this.#numbers = numbers;
    this.#insert = database.prepare('INSERT INTO term (name, value, object, is_unique) VALUES (?, ?, ?, ?)');
    this.#remove = database.prepare('DELETE FROM term WHERE name = ? AND value = ? AND object = ?');
  }

  add(vault: number, object: number, terms: Iterable<Term>): void {
    for (const { name, value, unique } of terms) {
      this.#insert.run(this.#numbers.ofNewName(vault, name), storedValue(value), object, unique ? 1 : 0);
    }
  }

  remove(vault: number, object: number, terms: Iterable<Term>): void {
    for (const { name, value } of terms) {
      this.#remove.run(this.#numbers.ofNewName(vault, name), storedValue(value), object);
    }
  }
}

/** Each name and value once; unique if any of the same is. */
export function distinct(terms: readonly Term[]): Map<string, Term> {
  const found = new Map<string, Term>();
  for (const term of terms) {
    const key = `${typeof term.value === 'string' ? 't' : 'i'}${term.name}\0${term.value}`;
    if (term.unique || !found.has(key)) found.set(key, term);
  }
  return found;
}

/** The terms of `these` that `others` do not have, or have with another `unique`. */
export function missing(these: Map<string, Term>, others: Map<string, Term>): Term[] {
  const isMissing = ([key, term]: [string, Term]) => {
    const other = others.get(key);
    return !other || !other.unique !== !term.unique;
  };
  return [...these].filter(isMissing).map(([, term]) => term);
}
