export * from './enumerations.ts';
export * from './masks.ts';
export { Tag, tagRows, type TagRow } from './tags.ts';
export { tagName } from './tag-names.ts';
export { ValueNames } from './value-names.ts';
export type { ValueRow, ValueTable } from './value-table.ts';
export { attributeRules, type AttributeRule } from './attribute-rules.ts';
export { enumerationFor, findTag, findTagByName, findTagByXmlName, maskFor, parseTag } from './lookup.ts';
