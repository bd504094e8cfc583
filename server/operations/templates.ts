import type { AttributeSet } from '../../kmip-codec/index.ts';
import {
  Name,
  ObjectType,
  TemplateAttributes,
  V1_2,
  type GivenAttribute,
  type NameStructure,
  type Template,
  type TypeOf,
} from '../../kmip-codec/index.ts';
import { findAttributeRule, namedConditions } from '../objects/index.ts';
import { valueGiven } from './given-attribute.ts';
import type { Context } from './operation.ts';
import { OperationFailure } from './results.ts';

/** A Template to be kept, and its attributes as an object. */
interface GivenTemplate {
  readonly objectType: number;
  readonly given: AttributeSet;
  readonly value: Template;
}

/**
 * A Template as it is kept: its own attributes apart from those for objects to come (1.4 §2.2.6). Its Name stands beside it since 1.2;
 * before, clients also put it inside. Throws OperationFailure where an attribute could not be given to any object.
 */
export function templateOf({ version }: Context, { objectType, given, value }: GivenTemplate): GivenTemplate {
  const set = given.clone();
  const attributes: GivenAttribute[] = [];
  for (const one of value.attributes ?? []) {
    const { attribute } = one;
    if (attribute.attributeName === Name.attributeName) {
      if (version >= V1_2) throw invalid('a Name inside the Template, must be beside it');
      set.add(Name, valueGiven(one) as TypeOf<typeof NameStructure>);
      continue;
    }
    const rule = findAttributeRule(attribute.attributeName, version);
    if (rule === undefined) throw invalid(`${attribute.attributeName} is no attribute`);
    attributes.push({ ...one, value: valueGiven(one) });
  }
  return { objectType, given: set, value: { attributes } };
}

/**
 * The attributes of the templates that a Template-Attribute names, and its own: of a single-instance attribute the own one counts,
 * or else that of the last template; of others all do (1.4 §4). Throws OperationFailure when there is no such template.
 */
export async function withTemplates(
  context: Context,
  template: TemplateAttributes | AttributeSet,
): Promise<TemplateAttributes | AttributeSet> {
  if (!(template instanceof TemplateAttributes) || template.templateNames.length === 0) return template;
  let all: GivenAttribute[] = [];
  for (const { nameValue } of template.templateNames)
    all = merged(context, all, await attributesOf(context, nameValue));
  return new TemplateAttributes(merged(context, all, template.given));
}

function merged({ version }: Context, before: GivenAttribute[], after: readonly GivenAttribute[]): GivenAttribute[] {
  const replaced = new Set<string>();
  for (const { attribute } of after)
    if (findAttributeRule(attribute.attributeName, version)?.multipleInstances !== true)
      replaced.add(attribute.attributeName);
  // The indices are those of the new object.
  return [...before.filter(one => !replaced.has(one.attribute.attributeName)), ...after].map(one => ({
    ...one,
    attributeIndex: before.length === 0 ? one.attributeIndex : undefined,
  }));
}

async function attributesOf({ objects }: Context, nameValue: string): Promise<readonly GivenAttribute[]> {
  const { uniqueIdentifiers } = await objects.search({
    conditions: namedConditions(nameValue),
    online: true,
    archived: true,
    offset: 0,
    limit: 1,
  });
  const object = uniqueIdentifiers[0] === undefined ? undefined : await objects.find(uniqueIdentifiers[0]);
  if (object?.objectType !== ObjectType.Template)
    throw new OperationFailure('Item Not Found', `no template has the Name ${JSON.stringify(nameValue)}`);
  if (object.isArchived)
    throw new OperationFailure('Object Archived', `the template ${JSON.stringify(nameValue)} is archived`);
  return (objects.open(object) as Template | undefined)?.attributes ?? [];
}

const invalid = (message: string) => new OperationFailure('Invalid Field', message);
