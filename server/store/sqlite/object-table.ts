import type { Database, Statement } from 'better-sqlite3';
import { ConflictError, type StoredObject, type Term } from '../store.ts';
import { MaterialTable } from './material-table.ts';
import type { Numbers } from './numbers.ts';
import type { PendingObject } from './pending-objects.ts';
import { distinct, missing, TermTable } from './term-table.ts';
import { termsFromJson, termsToJson } from './term-values.ts';

interface Row {
  object: number;
  vault: string;
  uniqueIdentifier: string;
  objectType: number;
  state: number | null;
  isArchived: number;
  revision: number;
  createdAt: number;
  nextTransitionAt: number | null;
  material: Buffer | null;
  attributes: Buffer;
  terms: string;
}
/** What the write transaction finds of an object that is to change. */
interface Present {
  object: number;
  vault: number;
  revision: number;
  material: number | null;
  terms: string;
}
interface Update {
  pending: PendingObject;
  present: Present;
  /** Terms that the object did not have. */
  added: Term[];
}
type Changeable = [number | null, number, number | null, number | null, Uint8Array, string];

const SELECT = `SELECT object, v.id AS vault, unique_identifier AS uniqueIdentifier, object_type AS objectType, state,
  is_archived AS isArchived, revision, o.created_at AS createdAt, next_transition_at AS nextTransitionAt,
  m.wrapped AS material, attributes, terms
  FROM managed_object o JOIN vault v ON v.number = o.vault LEFT JOIN material m ON m.number = o.material`;

/** Managed objects with their material and terms. */
export class ObjectTable {
  readonly #numbers: Numbers;
  readonly #materials: MaterialTable;
  readonly #terms: TermTable;
  readonly #find: Statement<[string], Row>;
  readonly #findByNumber: Statement<[number], Row>;
  readonly #numberOf: Statement<[string], number>;
  readonly #identifierOf: Statement<[number], string>;
  readonly #identifiersBetween: Statement<[string, string, number], string>;
  readonly #due: Statement<[number, number, string, number], Row>;
  readonly #newest: Statement<[number, number], Row>;
  readonly #newestOfVault: Statement<[number, number, number], Row>;
  readonly #present: Statement<[string], Present>;
  readonly #insert: Statement<[number, string, number, number, ...Changeable]>;
  readonly #update: Statement<[...Changeable, number]>;

  constructor(database: Database, numbers: Numbers) {
    this.#numbers = numbers;
    this.#materials = new MaterialTable(database);
    this.#terms = new TermTable(database, numbers);
    this.#find = database.prepare(`${SELECT} WHERE unique_identifier = ?`);
    this.#findByNumber = database.prepare(`${SELECT} WHERE object = ?`);
    this.#numberOf = database
      .prepare<[string], number>('SELECT object FROM managed_object WHERE unique_identifier = ?')
      .pluck();
    this.#identifierOf = database
      .prepare<[number], string>('SELECT unique_identifier FROM managed_object WHERE object = ?')
      .pluck();
    this.#identifiersBetween = database
      .prepare<[string, string, number], string>(
        `SELECT unique_identifier FROM managed_object WHERE unique_identifier >= ? AND unique_identifier < ?
          ORDER BY unique_identifier LIMIT ?`,
      )
      .pluck();
    this.#due = database.prepare(`${SELECT} WHERE o.vault = ? AND next_transition_at <= ?
      AND unique_identifier NOT IN (SELECT value FROM json_each(?)) ORDER BY next_transition_at, object LIMIT ?`);
    this.#newest = database.prepare(`${SELECT} WHERE object < ? ORDER BY object DESC LIMIT ?`);
    this.#newestOfVault = database.prepare(`${SELECT} WHERE o.vault = ? AND object < ? ORDER BY object DESC LIMIT ?`);
    this.#present = database.prepare(
      'SELECT object, vault, revision, material, terms FROM managed_object WHERE unique_identifier = ?',
    );
    this.#insert = database.prepare(`INSERT INTO managed_object (vault, unique_identifier, object_type, created_at,
      state, is_archived, next_transition_at, material, attributes, terms, revision) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)`);
    this.#update = database.prepare(`UPDATE managed_object SET state = ?, is_archived = ?, next_transition_at = ?,
      material = ?, attributes = ?, terms = ?, revision = revision + 1 WHERE object = ?`);
  }

  find(uniqueIdentifier: string): StoredObject | undefined {
    const row = this.#find.get(uniqueIdentifier);
    return row && storedObject(row);
  }

  findByNumber(object: number): StoredObject | undefined {
    const row = this.#findByNumber.get(object);
    return row && storedObject(row);
  }

  numberOf(uniqueIdentifier: string): number | undefined {
    return this.#numberOf.get(uniqueIdentifier);
  }

  /** Unique Identifier of an object that exists: none is ever deleted. */
  identifierOf(object: number): string {
    const uniqueIdentifier = this.#identifierOf.get(object);
    if (uniqueIdentifier === undefined) throw new Error(`no object has the number ${object}`);
    return uniqueIdentifier;
  }

  /** Unique Identifiers that begin so, in their order. */
  identifiersFrom(beginning: string, limit: number): string[] {
    return this.#identifiersBetween.all(beginning, `${beginning}\u{10ffff}`, limit);
  }

  /** Those of the vault whose state changes not after `now`, soonest first, without those named. */
  due(vault: string, now: Date, without: readonly string[], limit: number): StoredObject[] {
    const number = this.#numbers.ofVault(vault);
    if (number === undefined) return [];
    return this.#due.all(number, now.getTime(), JSON.stringify(without), limit).map(storedObject);
  }

  /** Newest first, of one vault or of all, those created before `before`. */
  list({ vault, before, limit }: { vault?: string; before?: string; limit: number }): StoredObject[] {
    const from = before === undefined ? Number.MAX_SAFE_INTEGER : this.numberOf(before);
    const number = vault === undefined ? undefined : this.#numbers.ofVault(vault);
    if (from === undefined || (vault !== undefined && number === undefined)) return [];
    const rows = number === undefined ? this.#newest.all(from, limit) : this.#newestOfVault.all(number, from, limit);
    return rows.map(storedObject);
  }

  /**
   * Writes a unit's objects. Throws ConflictError when one that is changed is no longer at the revision that was read, and
   * SQLite's constraint error when a Unique Identifier or unique term is taken. Returns whether wrapped material was forgotten.
   */
  write(pendings: readonly PendingObject[]): boolean {
    // All terms that go are taken away before any is added, so that objects may exchange their names in one unit.
    const updates = pendings.filter(({ base }) => base > 0).map(pending => this.#prepareUpdate(pending));
    for (const update of updates) this.#writeUpdate(update);
    for (const { base, object } of pendings) if (base === 0) this.#writeInsert(object);
    return updates.some(({ pending, present }) => pending.hasNewMaterial && present.material !== null);
  }

  #writeInsert(object: StoredObject): void {
    const vault = this.#numbers.ofVault(object.vault);
    if (vault === undefined) throw new Error(`vault ${object.vault} does not exist`);
    const material = object.material ? this.#materials.insert(object.material) : null;
    const { lastInsertRowid } = this.#insert.run(
      vault,
      object.uniqueIdentifier,
      object.objectType,
      object.createdAt.getTime(),
      ...changeable(object, material, termsToJson(object.terms)),
    );
    this.#terms.add(vault, Number(lastInsertRowid), distinct(object.terms).values());
  }

  #prepareUpdate(pending: PendingObject): Update {
    const { uniqueIdentifier, terms } = pending.object;
    const present = this.#present.get(uniqueIdentifier);
    if (present?.revision !== pending.base) {
      throw new ConflictError(
        `object ${uniqueIdentifier} is at revision ${present?.revision ?? 'none'}, was ${pending.base} when it was read`,
      );
    }
    let added: Term[] = [];
    if (pending.hasNewTerms) {
      const before = distinct(termsFromJson(present.terms));
      const after = distinct(terms);
      added = missing(after, before);
      this.#terms.remove(present.vault, present.object, missing(before, after));
    }
    return { pending, present, added };
  }

  #writeUpdate({ pending, present, added }: Update): void {
    const { object, hasNewMaterial, hasNewTerms } = pending;
    let { material } = present;
    if (hasNewMaterial) {
      if (material !== null) this.#materials.forget(material);
      material = object.material ? this.#materials.insert(object.material) : null;
    }
    const terms = hasNewTerms ? termsToJson(object.terms) : present.terms;
    this.#update.run(...changeable(object, material, terms), present.object);
    this.#terms.add(present.vault, present.object, added);
  }
}

const changeable = (object: StoredObject, material: number | null, terms: string): Changeable => [
  object.state ?? null,
  object.isArchived ? 1 : 0,
  object.nextTransitionAt?.getTime() ?? null,
  material,
  object.attributes,
  terms,
];

/** Terms are needed only where an object changes or is searched among changes, and are read then. */
function storedObject(row: Row): StoredObject {
  let terms: Term[] | undefined;
  return {
    vault: row.vault,
    uniqueIdentifier: row.uniqueIdentifier,
    objectType: row.objectType,
    state: row.state ?? undefined,
    attributes: row.attributes,
    material: row.material ?? undefined,
    get terms() {
      return (terms ??= termsFromJson(row.terms));
    },
    isArchived: row.isArchived === 1,
    createdAt: new Date(row.createdAt),
    nextTransitionAt: row.nextTransitionAt === null ? undefined : new Date(row.nextTransitionAt),
    revision: row.revision,
  };
}
