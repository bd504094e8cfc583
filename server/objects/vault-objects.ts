import type { AttributeSet } from '../../kmip-codec/index.ts';
import {
  decodeItemAs,
  encodeItemAs,
  managedObjects,
  ObjectType,
  State,
  UniqueIdentifier,
  STORED,
  type Item,
  type ManagedObjectValue,
} from '../../kmip-codec/index.ts';
import type { SearchQuery, SearchResult, StoredObject, UnitOfWork } from '../store/index.ts';
import { attributesFromBytes, attributesToBytes } from './attribute-bytes.ts';
import { advance, nextTransitionAt } from './life-cycle.ts';
import { stateOf, type ManagedObject } from './managed-object.ts';
import { termsOf } from './search-terms.ts';
import { withShortIdentifier } from './short-identifier.ts';

/** Wraps and unwraps material under the vault's own key; Unique Identifier and vault are bound to it. */
export interface MaterialKey {
  wrap(uniqueIdentifier: string, plaintext: Uint8Array): Uint8Array;
  unwrap(uniqueIdentifier: string, wrapped: Uint8Array): Uint8Array;
  /** Bytes that follow from the vault's key, the same each time for the same purpose; wiped by the caller. */
  derive(purpose: string, length: number): Uint8Array;
}

/** Time-driven changes of state that one search writes down at most; the others follow with the next. */
const DUE_MAX = 1000;

/** The managed objects of one vault within one unit of work. */
export class VaultObjects {
  readonly vault: string;
  readonly #unit: UnitOfWork;
  readonly #key: MaterialKey;
  readonly #now: Date;

  constructor(vault: string, unit: UnitOfWork, key: MaterialKey, now: Date) {
    this.vault = vault;
    this.#unit = unit;
    this.#key = key;
    this.#now = now;
  }

  /** The object with its state as it is now, or undefined when this vault has none of that name. */
  async find(uniqueIdentifier: string): Promise<ManagedObject | undefined> {
    const stored = await this.#unit.find(this.vault, uniqueIdentifier);
    return stored && this.#read(stored);
  }

  /** Whether another vault holds this Unique Identifier. For the auditor only: the client must not learn it. */
  async isElsewhere(uniqueIdentifier: string): Promise<boolean> {
    const vault = await this.#unit.vaultOf(uniqueIdentifier);
    return vault !== undefined && vault !== this.vault;
  }

  /** Keeps a new object; `attributes` hold its Unique Identifier, Object Type and State. The value is wrapped before the store sees it. */
  insert(attributes: AttributeSet, value: ManagedObjectValue | undefined): void {
    const uniqueIdentifier = attributes.get(UniqueIdentifier)!;
    const objectType = attributes.get(ObjectType)!;
    this.#unit.insert({
      vault: this.vault,
      uniqueIdentifier,
      objectType,
      ...this.#columns(withShortIdentifier(attributes)),
      material: value === undefined ? undefined : this.#seal(uniqueIdentifier, objectType, value),
      createdAt: this.#now,
      isArchived: false,
    });
  }

  /** Replaces the attributes; returns the object as it now is. */
  update(object: ManagedObject, attributes: AttributeSet): ManagedObject {
    return this.#read(this.#unit.update(object.stored, this.#columns(attributes)));
  }

  /** Replaces the attributes and puts the object into the archive: only what is asked for archived objects finds it. */
  archive(object: ManagedObject, attributes: AttributeSet): ManagedObject {
    return this.#read(this.#unit.update(object.stored, { ...this.#columns(attributes), isArchived: true }));
  }

  /** Replaces the attributes and takes the object out of the archive. */
  recover(object: ManagedObject, attributes: AttributeSet): ManagedObject {
    return this.#read(this.#unit.update(object.stored, { ...this.#columns(attributes), isArchived: false }));
  }

  /** Replaces attributes and value; the Object Type stays. Returns the object as it now is. */
  replace(object: ManagedObject, attributes: AttributeSet, value: ManagedObjectValue | undefined): ManagedObject {
    const { uniqueIdentifier, objectType } = object;
    const material = value === undefined ? null : this.#seal(uniqueIdentifier, objectType, value);
    return this.#read(this.#unit.update(object.stored, { ...this.#columns(attributes), material }));
  }

  /** Replaces the attributes and forgets the material for good. */
  forget(object: ManagedObject, attributes: AttributeSet): ManagedObject {
    return this.#read(this.#unit.update(object.stored, { ...this.#columns(attributes), material: null }));
  }

  /** The object itself, unwrapped; undefined when there is no material. Throws RootKeyError when it cannot be unwrapped. */
  open(object: ManagedObject): ManagedObjectValue | undefined {
    const { uniqueIdentifier, objectType, material } = object.stored;
    if (material === undefined) return undefined;
    const bytes = this.#key.unwrap(uniqueIdentifier, material);
    return decodeItemAs(layoutOf(objectType), bytes, STORED);
  }

  /** Bytes of secret that only this vault has, the same each time for the same purpose; wiped by the caller. */
  derive(purpose: string, length: number): Uint8Array {
    return this.#key.derive(purpose, length);
  }

  /** Searches the vault after writing down the changes of state that time has brought. */
  async search(query: SearchQuery): Promise<SearchResult> {
    for (const stored of await this.#unit.due(this.vault, this.#now, DUE_MAX)) {
      this.#unit.update(stored, this.#columns(advance(attributesFromBytes(stored.attributes), this.#now)));
    }
    return this.#unit.search(this.vault, query);
  }

  #read(stored: StoredObject): ManagedObject {
    const attributes = withShortIdentifier(advance(attributesFromBytes(stored.attributes), this.#now));
    return {
      uniqueIdentifier: stored.uniqueIdentifier,
      objectType: stored.objectType,
      attributes,
      state: stateOf(attributes),
      isArchived: stored.isArchived,
      hasMaterial: stored.material !== undefined,
      stored,
    };
  }

  #columns(attributes: AttributeSet) {
    return {
      state: attributes.get(State),
      attributes: attributesToBytes(attributes),
      terms: termsOf(attributes),
      nextTransitionAt: nextTransitionAt(attributes, this.#now),
    };
  }

  #seal(uniqueIdentifier: string, objectType: number, value: ManagedObjectValue): Uint8Array {
    const plaintext = encodeItemAs(layoutOf(objectType), value, STORED);
    try {
      return this.#key.wrap(uniqueIdentifier, plaintext);
    } finally {
      plaintext.fill(0);
    }
  }
}

function layoutOf(objectType: number): Item<ManagedObjectValue> {
  const layout = managedObjects.get(objectType);
  if (layout === undefined) throw new TypeError(`no layout for Object Type ${objectType}`);
  return layout;
}
