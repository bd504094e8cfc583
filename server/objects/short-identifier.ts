import { createHash } from 'node:crypto';
import { ShortUniqueIdentifier, UniqueIdentifier, type AttributeSet } from '../../kmip-codec/index.ts';

/** The attributes with the Short Unique Identifier that every object has since 2.0, the SHA-256 of the Unique Identifier (2.1 §4.56). */
export function withShortIdentifier(attributes: AttributeSet): AttributeSet {
  const uniqueIdentifier = attributes.get(UniqueIdentifier);
  if (uniqueIdentifier === undefined || attributes.has(ShortUniqueIdentifier)) return attributes;
  return attributes.clone().set(ShortUniqueIdentifier, createHash('sha256').update(uniqueIdentifier, 'utf8').digest());
}
