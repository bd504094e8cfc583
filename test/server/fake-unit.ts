import type {
  Condition,
  Mark,
  NewObject,
  ObjectChange,
  SearchQuery,
  SearchResult,
  StoredObject,
  UnitOfWork,
} from '../../server/store/store.ts';

/** A unit of work in memory, without durability or conflicts: enough to run operations on. */
export class FakeUnit implements UnitOfWork {
  #objects = new Map<string, StoredObject>();
  readonly #marks: Map<string, StoredObject>[] = [];

  async find(vault: string, uniqueIdentifier: string) {
    const found = this.#objects.get(uniqueIdentifier);
    return found?.vault === vault ? found : undefined;
  }
  async vaultOf(uniqueIdentifier: string) {
    return this.#objects.get(uniqueIdentifier)?.vault;
  }
  async search(vault: string, query: SearchQuery): Promise<SearchResult> {
    const found = [...this.#objects.values()]
      .reverse()
      .filter(one => one.vault === vault && (one.isArchived ? query.archived : query.online))
      .filter(one => query.conditions.every(condition => meets(one, condition)))
      .filter(one => query.filter?.(one) ?? true);
    return {
      uniqueIdentifiers: found.slice(query.offset, query.offset + query.limit).map(one => one.uniqueIdentifier),
      located: found.length,
    };
  }
  async due(vault: string, now: Date, limit: number) {
    return [...this.#objects.values()]
      .filter(one => one.vault === vault && one.nextTransitionAt !== undefined && one.nextTransitionAt <= now)
      .slice(0, limit);
  }
  insert(object: NewObject) {
    if (this.#objects.has(object.uniqueIdentifier)) throw new Error(`${object.uniqueIdentifier} is taken`);
    this.#objects.set(object.uniqueIdentifier, { ...object, revision: 1 });
  }
  update(object: StoredObject, change: ObjectChange) {
    const { material, ...rest } = change;
    const updated: StoredObject = {
      ...this.#objects.get(object.uniqueIdentifier)!,
      ...rest,
      ...('material' in change ? { material: material ?? undefined } : {}),
      revision: object.revision + 1,
    };
    this.#objects.set(object.uniqueIdentifier, updated);
    return updated;
  }
  administer(): void {}
  record(): void {}
  mark() {
    return (this.#marks.push(new Map(this.#objects)) - 1) as Mark;
  }
  rollback(mark: Mark) {
    this.#objects = new Map(this.#marks[mark]);
  }
  async commit() {}
}

function meets({ terms }: StoredObject, condition: Condition): boolean {
  return terms.some(({ name, value }) => {
    if (name !== condition.name) return false;
    if ('exists' in condition) return true;
    if ('equals' in condition) return value === condition.equals;
    const { from, to } = condition;
    return typeof value !== 'string' && (from === undefined || value >= from) && (to === undefined || value <= to);
  });
}
