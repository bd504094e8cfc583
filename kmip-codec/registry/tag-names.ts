import { tagRows } from './tags.ts';

const xmlNames = new Map<number, string>(tagRows.map(([tag, , xmlName]) => [tag, xmlName]));

/** The tag's XML name ('UniqueIdentifier'), or its number as hex; for error messages and tools. */
export function tagName(tag: number): string {
  if (tag < 0) return 'an incomplete item';
  if (tag === 0) return 'nothing';
  return xmlNames.get(tag) ?? `0x${tag.toString(16).padStart(6, '0')}`;
}
