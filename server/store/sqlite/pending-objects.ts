import type { NewObject, ObjectChange, StoredObject, Term } from '../store.ts';
import { storedValue } from './term-values.ts';

const TERM_NAME_MAX = 255;

/** An object as a unit of work will leave it. */
export interface PendingObject {
  readonly object: StoredObject;
  /** Revision that was read, to be found again at commit; 0 for a new object. */
  readonly base: number;
  readonly hasNewTerms: boolean;
  readonly hasNewMaterial: boolean;
}

/** The object changes of one unit of work, in the order they were recorded, with a way back. */
export class PendingObjects {
  readonly #byIdentifier = new Map<string, PendingObject>();
  /** What each step replaced, so that the last ones can be taken back. */
  readonly #steps: { uniqueIdentifier: string; before: PendingObject | undefined }[] = [];

  /** Steps recorded; `takeBackTo` takes it. */
  get length(): number {
    return this.#steps.length;
  }
  get(uniqueIdentifier: string): PendingObject | undefined {
    return this.#byIdentifier.get(uniqueIdentifier);
  }
  all(): PendingObject[] {
    return [...this.#byIdentifier.values()];
  }

  insert(object: NewObject): void {
    const { uniqueIdentifier } = object;
    if (this.#byIdentifier.has(uniqueIdentifier)) throw new Error(`object ${uniqueIdentifier} is already in this unit`);
    checkTerms(object.terms);
    this.#set({ object: { ...object, revision: 1 }, base: 0, hasNewTerms: true, hasNewMaterial: true });
  }

  update(object: StoredObject, change: ObjectChange): StoredObject {
    const before = this.#byIdentifier.get(object.uniqueIdentifier);
    const { material, ...rest } = change;
    if (rest.terms) checkTerms(rest.terms);
    const present = before?.object ?? object;
    const after = {
      ...present,
      ...rest,
      material: material === undefined ? present.material : (material ?? undefined),
      revision: before ? present.revision : present.revision + 1,
    };
    this.#set({
      object: after,
      base: before ? before.base : present.revision,
      hasNewTerms: (before?.hasNewTerms ?? false) || rest.terms !== undefined,
      hasNewMaterial: (before?.hasNewMaterial ?? false) || material !== undefined,
    });
    return after;
  }

  takeBackTo(length: number): void {
    while (this.#steps.length > length) {
      const { uniqueIdentifier, before } = this.#steps.pop()!;
      if (before) this.#byIdentifier.set(uniqueIdentifier, before);
      else this.#byIdentifier.delete(uniqueIdentifier);
    }
  }

  #set(pending: PendingObject): void {
    const { uniqueIdentifier } = pending.object;
    this.#steps.push({ uniqueIdentifier, before: this.#byIdentifier.get(uniqueIdentifier) });
    this.#byIdentifier.set(uniqueIdentifier, pending);
  }
}

/** Refuses a term where it is recorded, so that the batch item that brought it fails and not the whole unit at commit. */
function checkTerms(terms: readonly Term[]): void {
  for (const { name, value } of terms) {
    if (name.length > TERM_NAME_MAX)
      throw new RangeError(`term name has ${name.length} characters, at most ${TERM_NAME_MAX}`);
    storedValue(value);
  }
}
