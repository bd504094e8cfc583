import type { Database, Statement } from 'better-sqlite3';
import { LOCATED_MAX, StoreUnavailable, type Condition, type SearchQuery, type StoredObject } from '../store.ts';
import type { Numbers } from './numbers.ts';
import type { ObjectTable } from './object-table.ts';
import { isStorable, meets, rangeOf, storedValue } from './term-values.ts';

/** If one condition leaves at most this many objects, they are read and tested against the others one by one. */
const FEW = 200;
/** Objects tested against a filter before others get their turn of the event loop. */
const TESTED_AT_ONCE = 200;
/** Candidates fetched from the index at a time. */
const CANDIDATES_AT_ONCE = 10_000;
/** Shapes of queries kept ready; clients choose how many conditions there are, so it is bounded. */
const STATEMENTS_MAX = 200;

/** Object numbers of a page, newest first, and how many match in all (at most `LOCATED_MAX` + 1). */
export interface Found {
  readonly objects: readonly number[];
  readonly located: number;
}
type Value = string | number | bigint;
interface Part {
  readonly sql: string;
  readonly values: readonly Value[];
}

/** Searches committed objects along the index of terms. */
export class ObjectSearch {
  readonly #database: Database;
  readonly #numbers: Numbers;
  readonly #objects: ObjectTable;
  readonly #statements = new Map<string, Statement<Value[], number>>();

  constructor(database: Database, numbers: Numbers, objects: ObjectTable) {
    this.#database = database;
    this.#numbers = numbers;
    this.#objects = objects;
  }

  /** `without`: numbers of objects that are left out, because the unit that asks has changed them. */
  async search(vault: string, query: SearchQuery, without: readonly number[]): Promise<Found> {
    const number = this.#numbers.ofVault(vault);
    const rows = number === undefined ? undefined : this.#rowsOf(number, query.conditions);
    if (number === undefined || !rows || (!query.online && !query.archived)) return { objects: [], located: 0 };
    const among = (chosen: readonly Part[]) => candidates(number, chosen, query, without);

    const selective = rows.length > 1 ? this.#selective(rows) : undefined;
    if (selective) {
      const others = query.conditions.filter((_, index) => rows[index] !== selective);
      const test = (object: StoredObject) => others.every(condition => meets(object.terms, condition));
      const { filter } = query;
      return this.#scan(among([selective]), query, filter ? object => test(object) && filter(object) : test);
    }
    return query.filter ? this.#scan(among(rows), query, query.filter) : this.#page(among(rows), query);
  }

  /** The index rows that meet each condition; undefined when nothing stored can meet all. */
  #rowsOf(vault: number, conditions: readonly Condition[]): Part[] | undefined {
    const parts: Part[] = [];
    for (const condition of conditions) {
      const name = this.#numbers.ofName(vault, condition.name);
      if (name === undefined) return undefined;
      if ('exists' in condition) {
        parts.push({ sql: 'name = ?', values: [name] });
      } else if ('equals' in condition) {
        if (!isStorable(condition.equals)) return undefined;
        parts.push({ sql: 'name = ? AND value = ?', values: [name, storedValue(condition.equals)] });
      } else {
        parts.push({ sql: 'name = ? AND value BETWEEN ? AND ?', values: [name, ...rangeOf(condition)] });
      }
    }
    return parts;
  }

  /** The condition that fewest rows meet, if they are few. */
  #selective(rows: readonly Part[]): Part | undefined {
    let best: { part: Part; count: number } | undefined;
    for (const part of rows) {
      const sql = `SELECT count(*) FROM (SELECT 1 FROM term WHERE ${part.sql} LIMIT ${FEW + 1})`;
      const count = this.#statement(sql).get(...part.values) ?? 0;
      if (count <= FEW && (!best || count < best.count)) best = { part, count };
    }
    return best?.part;
  }

  #page({ sql, values }: Part, { offset, limit }: SearchQuery): Found {
    const page = this.#statement(`${sql} ORDER BY object DESC LIMIT ? OFFSET ?`);
    const objects = page.all(...values, Number.MAX_SAFE_INTEGER, limit, offset);
    if (objects.length < limit && (objects.length > 0 || offset === 0)) {
      return { objects, located: capped(offset + objects.length) };
    }
    const count = this.#statement(`SELECT count(*) FROM (${sql} LIMIT ${LOCATED_MAX + 1})`);
    return { objects, located: count.get(...values, Number.MAX_SAFE_INTEGER) ?? 0 };
  }

  async #scan({ sql, values }: Part, { offset, limit }: SearchQuery, test: (object: StoredObject) => boolean) {
    const objects: number[] = [];
    let located = 0;
    let tested = 0;
    let before = Number.MAX_SAFE_INTEGER;
    for (;;) {
      const next = this.#statement(`${sql} ORDER BY object DESC LIMIT ${CANDIDATES_AT_ONCE}`).all(...values, before);
      for (const number of next) {
        if (++tested % TESTED_AT_ONCE === 0) await this.#othersTurn();
        const object = this.#objects.findByNumber(number);
        if (!object || !test(object)) continue;
        if (located >= offset && objects.length < limit) objects.push(number);
        if (++located > LOCATED_MAX) return { objects, located };
      }
      const last = next.at(-1);
      if (last === undefined || next.length < CANDIDATES_AT_ONCE) return { objects, located };
      before = last;
    }
  }

  async #othersTurn(): Promise<void> {
    await new Promise(resolve => setImmediate(resolve));
    if (!this.#database.open) throw new StoreUnavailable('the database was closed during a search');
  }

  #statement(sql: string): Statement<Value[], number> {
    let statement = this.#statements.get(sql);
    if (!statement) {
      if (this.#statements.size >= STATEMENTS_MAX) this.#statements.clear();
      statement = this.#database.prepare<Value[], number>(sql).pluck();
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/**
 * Selects the numbers of objects that meet all conditions. One more value is bound last: only objects below it.
 * Each condition on a value is a walk in the order of `object`, so that INTERSECT merges them without sorting.
 */
function candidates(vault: number, rows: readonly Part[], query: SearchQuery, without: readonly number[]): Part {
  const [first, ...others] = rows.length > 0 ? rows : [{ sql: 'vault = ?', values: [vault] }];
  const values: Value[] = [];
  let sql = '';
  for (const other of others) {
    sql += `SELECT object FROM term WHERE ${other.sql} INTERSECT `;
    values.push(...other.values);
  }
  // An object may have several values of a name; one that equals a given value it has once.
  const isOnce = rows.length === 0 || first!.sql.endsWith('value = ?') || others.length > 0;
  sql += `SELECT ${isOnce ? '' : 'DISTINCT '}object FROM ${rows.length > 0 ? 'term' : 'managed_object'} WHERE ${first!.sql}`;
  values.push(...first!.values);
  if (!query.archived) sql += ' AND object NOT IN (SELECT object FROM managed_object WHERE is_archived = 1)';
  if (!query.online) sql += ' AND object IN (SELECT object FROM managed_object WHERE is_archived = 1)';
  if (without.length > 0) {
    sql += ' AND object NOT IN (SELECT value FROM json_each(?))';
    values.push(JSON.stringify(without));
  }
  return { sql: `${sql} AND object < ?`, values };
}

const capped = (count: number) => Math.min(count, LOCATED_MAX + 1);
