import type { Attribute } from './attribute.ts';

export interface AttributeInstance<T = unknown> {
  readonly attribute: Attribute<T>;
  /** 0 for the first; kept when siblings come and go. */
  readonly index: number;
  readonly value: T;
}

/** The attributes of a managed object in the one form the server works with. Attributes are told apart by name. Values are not to be changed in place. */
export class AttributeSet implements Iterable<AttributeInstance> {
  #instances: AttributeInstance[];
  /** The same by name: a client may send thousands, and none of them may cost a walk over all others. */
  #named: Map<string, Named>;

  constructor(instances: Iterable<AttributeInstance> = []) {
    this.#instances = [...instances];
    this.#named = byName(this.#instances);
  }

  get size(): number {
    return this.#instances.length;
  }
  /** Value of the first instance, or undefined. */
  get<T>(attribute: Attribute<T>): T | undefined {
    return this.#named.get(attribute.attributeName)?.instances[0]?.value as T | undefined;
  }
  has(attribute: Attribute<unknown>): boolean {
    return this.#named.has(attribute.attributeName);
  }
  all<T>(attribute: Attribute<T>): readonly AttributeInstance<T>[] {
    return [...this.#all(attribute)] as AttributeInstance<T>[];
  }
  find<T>(attribute: Attribute<T>, index: number): AttributeInstance<T> | undefined {
    return this.#all(attribute).find(one => one.index === index) as AttributeInstance<T> | undefined;
  }
  /** Adds an instance; without `index` it gets the one after the highest in use, and indices are never renumbered (1.4 §2.1.1). */
  add<T>(attribute: Attribute<T>, value: T, index?: number): this {
    const instance = { attribute, value, index: index ?? this.#named.get(attribute.attributeName)?.next ?? 0 };
    this.#instances.push(instance);
    append(this.#named, instance);
    return this;
  }
  /** Replaces the instance with this index, or adds it. */
  set<T>(attribute: Attribute<T>, value: T, index = 0): this {
    const before = this.find(attribute, index);
    if (before === undefined) return this.add(attribute, value, index);
    const instance = { attribute, value, index };
    for (const list of [this.#instances, this.#all(attribute)]) list[list.indexOf(before)] = instance;
    return this;
  }
  /** Removes one instance, or all of the attribute when no index is given. Returns how many were removed. */
  remove({ attributeName }: Attribute<unknown>, index?: number): number {
    const kept = this.#instances.filter(
      one => one.attribute.attributeName !== attributeName || (index !== undefined && one.index !== index),
    );
    const removed = this.#instances.length - kept.length;
    this.#instances = kept;
    this.#named = byName(kept);
    return removed;
  }
  /** The names in use, each once, in the order of the first instance. */
  names(): string[] {
    return [...this.#named.keys()];
  }
  clone(): AttributeSet {
    return new AttributeSet(this.#instances);
  }
  [Symbol.iterator](): Iterator<AttributeInstance> {
    return this.#instances[Symbol.iterator]();
  }
  /** Name to value in words; a list where there are several instances. For events and listings. */
  describe(): Record<string, unknown> {
    // From entries, since a client may name an attribute '__proto__'.
    return Object.fromEntries(
      [...this.#named].map(([name, { instances }]) => {
        const values = instances.map(one => one.attribute.describe(one.value));
        return [name, values.length === 1 ? values[0] : values];
      }),
    );
  }

  #all(attribute: Attribute<unknown>): AttributeInstance[] {
    return this.#named.get(attribute.attributeName)?.instances ?? [];
  }
}

/** The instances of one name, and the index after the highest in use. */
interface Named {
  readonly instances: AttributeInstance[];
  next: number;
}

function byName(instances: readonly AttributeInstance[]): Map<string, Named> {
  const named = new Map<string, Named>();
  for (const instance of instances) append(named, instance);
  return named;
}

function append(named: Map<string, Named>, instance: AttributeInstance): void {
  const { attributeName } = instance.attribute;
  let group = named.get(attributeName);
  if (group === undefined) named.set(attributeName, (group = { instances: [], next: 0 }));
  group.instances.push(instance);
  if (instance.index >= group.next) group.next = instance.index + 1;
}
