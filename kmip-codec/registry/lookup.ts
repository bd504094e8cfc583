import { enumerationsByName } from './enumerations.ts';
import { masksByName } from './masks.ts';
import { tagRows, type TagRow } from './tags.ts';
import { ValueNames } from './value-names.ts';
import type { ValueTable } from './value-table.ts';

/** Row of the registry for a tag's number; undefined for extensions and numbers without a name. */
export const findTag = (tag: number): TagRow | undefined => byTag.get(tag);

/** Row of the registry for a name as the specification's tables spell it: 'Cryptographic Usage Mask'. */
export const findTagByName = (name: string): TagRow | undefined => byName.get(name);

/** Row of the registry for an XML name: 'CryptographicUsageMask'. */
export const findTagByXmlName = (xmlName: string): TagRow | undefined => byXmlName.get(xmlName);

/** Number of a tag by its XML name or as '0x540001'; undefined if it is neither. */
export function parseTag(text: string): number | undefined {
  return /^0x[0-9a-fA-F]{6}$/.test(text) ? Number(text) : findTagByXmlName(text)?.[0];
}

/** The values an enumeration under this tag can have, or undefined if none are known. */
export const enumerationFor = (tag: number): ValueNames | undefined => valuesFor(tag, enumerations);

/** The bits an Integer under this tag stands for, or undefined if the Integer is a plain number. */
export const maskFor = (tag: number): ValueNames | undefined => valuesFor(tag, masks);

const byTag = new Map(tagRows.map(row => [row[0], row]));
const byName = new Map(tagRows.map(row => [row[1], row]));
const byXmlName = new Map(tagRows.map(row => [row[2], row]));

const namesOf = (tables: ReadonlyMap<string, ValueTable>) =>
  new Map([...tables].map(([name, table]) => [name, new ValueNames(table)]));
const masks = namesOf(masksByName);

/** Attribute Reference of 2.x is an enumeration of the tags themselves (2.1 §5.5). */
const tagsAsValues = new ValueNames({
  name: 'Tag',
  tag: undefined,
  since: 0x200,
  until: undefined,
  values: Object.fromEntries(tagRows.map(([tag, name, xmlName, since]) => [xmlName, [tag, name, since]])),
  aliases: {},
});
const enumerations = namesOf(enumerationsByName).set('Tag', tagsAsValues);

function valuesFor(tag: number, tables: ReadonlyMap<string, ValueNames>): ValueNames | undefined {
  const values = byTag.get(tag)?.[6];
  return values === undefined ? undefined : tables.get(values);
}
