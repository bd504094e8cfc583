import type { Attribute } from './attribute.ts';

export interface AttributeInstance<T = unknown> {
  readonly attribute: Attribute<T>;
  /** 0 for the first; kept when siblings come and go. */
  readonly index: number;
  readonly value: T;
}

/** The attributes of a managed object in the one form the server works with. Attributes are told apart by name. Values are not to be changed in place. */
export class AttributeSet implements Iterable<AttributeInstance> {
  readonly #instances: AttributeInstance<any>[];

  constructor(instances: Iterable<AttributeInstance<any>> = []) {
    this.#instances = [...instances];
  }

  get size(): number {
    return this.#instances.length;
  }
  /** Value of the first instance, or undefined. */
  get<T>(attribute: Attribute<T>): T | undefined {
    return this.#instances.find(one => one.attribute.attributeName === attribute.attributeName)?.value as T | undefined;
  }
  has(attribute: Attribute<any>): boolean {
    return this.#instances.some(one => one.attribute.attributeName === attribute.attributeName);
  }
  all<T>(attribute: Attribute<T>): readonly AttributeInstance<T>[] {
    return this.#instances.filter(one => one.attribute.attributeName === attribute.attributeName);
  }
  find<T>(attribute: Attribute<T>, index: number): AttributeInstance<T> | undefined {
    return this.#instances.find(one => one.attribute.attributeName === attribute.attributeName && one.index === index);
  }
  /** Adds an instance; without `index` it gets the one after the highest in use, and indices are never renumbered (1.4 §2.1.1). */
  add<T>(attribute: Attribute<T>, value: T, index?: number): this {
    this.#instances.push({
      attribute,
      value,
      index: index ?? this.all(attribute).reduce((next, one) => Math.max(next, one.index + 1), 0),
    });
    return this;
  }
  /** Replaces the instance with this index, or adds it. */
  set<T>(attribute: Attribute<T>, value: T, index = 0): this {
    const at = this.#instances.findIndex(
      one => one.attribute.attributeName === attribute.attributeName && one.index === index,
    );
    if (at < 0) return this.add(attribute, value, index);
    this.#instances[at] = { attribute, value, index };
    return this;
  }
  /** Removes one instance, or all of the attribute when no index is given. Returns how many were removed. */
  remove(attribute: Attribute<any>, index?: number): number {
    const before = this.#instances.length;
    for (let i = before - 1; i >= 0; i--) {
      const one = this.#instances[i]!;
      if (one.attribute.attributeName === attribute.attributeName && (index === undefined || one.index === index))
        this.#instances.splice(i, 1);
    }
    return before - this.#instances.length;
  }
  /** The names in use, each once, in the order of the first instance. */
  names(): string[] {
    return [...new Set(this.#instances.map(one => one.attribute.attributeName))];
  }
  clone(): AttributeSet {
    return new AttributeSet(this.#instances);
  }
  [Symbol.iterator](): Iterator<AttributeInstance> {
    return this.#instances[Symbol.iterator]();
  }
  /** Name to value in words; a list where there are several instances. For events and listings. */
  describe(): Record<string, unknown> {
    const words: Record<string, unknown> = {};
    for (const name of this.names()) {
      const values = this.#instances
        .filter(one => one.attribute.attributeName === name)
        .map(one => one.attribute.describe(one.value));
      words[name] = values.length === 1 ? values[0] : values;
    }
    return words;
  }
}
