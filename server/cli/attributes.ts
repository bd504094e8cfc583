import { type PlainObject, toPlain } from '../audit/index.ts';
import { attributesFromBytes } from '../objects/index.ts';
import type { StoredObject } from '../store/index.ts';

/** An object's attributes by name, as events spell them: bytes only by their length, for they may be a key's digest. */
export function shownAttributes({ attributes }: StoredObject): PlainObject {
  return toPlain(attributesFromBytes(attributes).describe()) as PlainObject;
}
