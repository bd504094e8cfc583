import { isCustomName, registry, type Version } from '../../kmip-codec/index.ts';

/** The rules table of one attribute in one version (1.4 §3), as the specification prints it. */
export type AttributeRule = registry.AttributeRule;

/** The rules of an attribute in this version; of every 'x-' and 'y-' name those of Custom Attribute; undefined for names that the version does not have. */
export function findAttributeRule(attributeName: string, version: Version): AttributeRule | undefined {
  const name = isCustomName(attributeName) ? 'Custom Attribute' : attributeName;
  return byName.get(name)?.find(rule => rule.since <= version && version <= rule.until);
}

/** Whether the attribute exists in this version, so that a client of this version may see it. */
export const isAttributeOf = (attributeName: string, version: Version): boolean =>
  findAttributeRule(attributeName, version) !== undefined;

/** 'y-' names are the server's own: clients may read them only (1.4 §3.39). */
export const isServerCustomName = (attributeName: string): boolean => attributeName.startsWith('y-');

const byName = new Map<string, AttributeRule[]>();
for (const rule of registry.attributeRules) {
  const rules = byName.get(rule.attribute);
  if (rules === undefined) byName.set(rule.attribute, [rule]);
  else rules.push(rule);
}
