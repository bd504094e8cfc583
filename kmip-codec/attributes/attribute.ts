import type { Item } from '../schema/index.ts';

/** An item that can also be an attribute of a managed object. */
export interface Attribute<T> extends Item<T> {
  /** As KMIP 1.x spells it on the wire: 'Cryptographic Length', 'x-Product'. */
  readonly attributeName: string;
}

/** Makes an attribute of an item. */
export const attribute = <T, I extends Item<T>>(attributeName: string, item: I & Item<T>): I & Attribute<T> => ({
  ...item,
  attributeName,
});
