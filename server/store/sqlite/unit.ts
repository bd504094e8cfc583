import type {
  DirectoryChange,
  KeptEvent,
  LogChange,
  Mark,
  NewObject,
  ObjectChange,
  SearchQuery,
  SearchResult,
  StoredObject,
  UnitOfWork,
} from '../store.ts';
import { LOCATED_MAX } from '../store.ts';
import type { Connection, Tables } from './connection.ts';
import { changesTrust } from './directory-tables.ts';
import type { Work, Written } from './group-commit.ts';
import { PendingObjects, type PendingObject } from './pending-objects.ts';
import { meets } from './term-values.ts';

/** How much was recorded, of objects and of directory changes. */
interface Recorded {
  readonly objects: number;
  readonly directory: number;
}

export class SqliteUnit implements UnitOfWork {
  readonly #connection: Connection;
  readonly #commitWork: (work: Work) => Promise<void>;
  readonly #objects = new PendingObjects();
  readonly #directory: DirectoryChange[] = [];
  readonly #events: KeptEvent[] = [];
  readonly #log: LogChange[] = [];
  readonly #marks: Recorded[] = [];
  #isUsed = false;

  /** `commitWork` makes durable what the unit recorded. */
  constructor(connection: Connection, commitWork: (work: Work) => Promise<void>) {
    this.#connection = connection;
    this.#commitWork = commitWork;
  }

  async find(vault: string, uniqueIdentifier: string): Promise<StoredObject | undefined> {
    const object =
      this.#objects.get(uniqueIdentifier)?.object ??
      (await this.#connection.read(({ objects }) => objects.find(uniqueIdentifier)));
    return object?.vault === vault ? object : undefined;
  }

  async vaultOf(uniqueIdentifier: string): Promise<string | undefined> {
    const pending = this.#objects.get(uniqueIdentifier);
    if (pending) return pending.object.vault;
    return (await this.#connection.read(({ objects }) => objects.find(uniqueIdentifier)))?.vault;
  }

  search(vault: string, query: SearchQuery): Promise<SearchResult> {
    return this.#connection.read(async tables => {
      const pendings = this.#objects.all().filter(({ object }) => object.vault === vault);
      if (pendings.length === 0) {
        const { objects, located } = await tables.search.search(vault, query, []);
        return { uniqueIdentifiers: objects.map(number => identifierOf(tables, number)), located };
      }
      return searchWith(tables, vault, query, pendings);
    });
  }

  due(vault: string, now: Date, limit: number): Promise<StoredObject[]> {
    return this.#connection.read(({ objects }) => {
      const pendings = this.#objects.all().map(({ object }) => object);
      const changed = pendings.map(({ uniqueIdentifier }) => uniqueIdentifier);
      const time = (object: StoredObject) => object.nextTransitionAt?.getTime() ?? Infinity;
      return pendings
        .filter(object => object.vault === vault && time(object) <= now.getTime())
        .concat(objects.due(vault, now, changed, limit))
        .sort((a, b) => time(a) - time(b))
        .slice(0, limit);
    });
  }

  insert(object: NewObject): void {
    this.#objects.insert(object);
  }

  update(object: StoredObject, change: ObjectChange): StoredObject {
    return this.#objects.update(object, change);
  }

  administer(change: DirectoryChange): void {
    this.#directory.push(change);
  }

  record(event: KeptEvent): void {
    this.#events.push(event);
  }

  keepLog(change: LogChange): void {
    this.#log.push(change);
  }

  mark(): Mark {
    this.#marks.push({ objects: this.#objects.length, directory: this.#directory.length });
    return (this.#marks.length - 1) as Mark;
  }

  rollback(mark: Mark): void {
    const recorded = this.#marks[mark];
    if (!recorded) throw new Error(`mark ${mark} is not of this unit of work`);
    this.#objects.takeBackTo(recorded.objects);
    this.#directory.splice(recorded.directory);
  }

  async commit(): Promise<void> {
    if (this.#isUsed) throw new Error('this unit of work was committed before');
    this.#isUsed = true;
    const objects = this.#objects.all();
    if (objects.length + this.#directory.length + this.#events.length + this.#log.length === 0) return;
    await this.#commitWork({ write: tables => this.#write(tables, objects) });
  }

  #write(tables: Tables, objects: readonly PendingObject[]): Written {
    for (const change of this.#directory) tables.directory.write(change);
    const forgotMaterial = tables.objects.write(objects);
    tables.events.append(this.#events);
    for (const change of this.#log) tables.log.write(change);
    return { forgotMaterial, hasEvents: this.#events.length > 0, changedTrust: this.#directory.some(changesTrust) };
  }
}

/** The search as if the unit's own changes were stored: changed objects are left out there and tested here. */
async function searchWith(
  tables: Tables,
  vault: string,
  query: SearchQuery,
  pendings: readonly PendingObject[],
): Promise<SearchResult> {
  // New objects will be the newest, in the order in which they were inserted.
  const placed = pendings.map(({ object }, index) => {
    const number = tables.objects.numberOf(object.uniqueIdentifier);
    return { object, number, place: number ?? Number.MAX_SAFE_INTEGER - pendings.length + index };
  });
  const without = placed.flatMap(({ number }) => (number === undefined ? [] : [number]));
  const { offset, limit } = query;
  const stored = await tables.search.search(vault, { ...query, offset: 0, limit: offset + limit }, without);
  const own = placed.filter(({ object }) => isWanted(object, query));
  const page = own
    .map(({ object, place }) => ({ place, uniqueIdentifier: () => object.uniqueIdentifier }))
    .concat(stored.objects.map(place => ({ place, uniqueIdentifier: () => identifierOf(tables, place) })))
    .sort((a, b) => b.place - a.place)
    .slice(offset, offset + limit);
  return {
    uniqueIdentifiers: page.map(({ uniqueIdentifier }) => uniqueIdentifier()),
    located: Math.min(stored.located + own.length, LOCATED_MAX + 1),
  };
}

function isWanted(object: StoredObject, { conditions, online, archived, filter }: SearchQuery): boolean {
  if (!(object.isArchived ? archived : online)) return false;
  return conditions.every(condition => meets(object.terms, condition)) && (filter?.(object) ?? true);
}

const identifierOf = ({ objects }: Tables, object: number) => objects.identifierOf(object);
