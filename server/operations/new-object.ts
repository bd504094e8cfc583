import {
  AlwaysSensitive,
  AttributeSet,
  CryptographicUsageMask,
  Digest,
  Extractable,
  Fresh,
  InitialDate,
  LastChangeDate,
  LeaseTime,
  NeverExtractable,
  ObjectType,
  Sensitive,
  showVersion,
  State,
  TemplateAttributes,
  UniqueIdentifier,
  type Attribute,
  type GivenAttribute,
  type KeyBlock,
} from '../../kmip-codec/index.ts';
import { advance, digestOf, findAttributeRule, isGivenAtOrigin, type Origin } from '../objects/index.ts';
import { uuid } from '../randomness.ts';
import { checkInstances, checkNames, checkTogether, valueGiven } from './given-attribute.ts';
import type { Context } from './operation.ts';
import { OperationFailure } from './results.ts';

/** The attributes that a client wants for a new object, each allowed and valid; indices count from 0. Throws OperationFailure. */
export function attributesGiven(
  context: Context,
  origin: Origin,
  template: TemplateAttributes | AttributeSet,
): AttributeSet {
  if (template instanceof TemplateAttributes && template.templateNames.length > 0) {
    const name = JSON.stringify(template.templateNames[0]!.nameValue);
    throw new OperationFailure('Item Not Found', `no template ${name}, this server keeps no templates`);
  }
  const set = new AttributeSet();
  for (const given of givenIn(template)) {
    checkAllowed(context, origin, given, set);
    set.add(given.attribute, valueGiven(given));
    checkInstances(set, given.attribute, context);
  }
  for (const { attribute } of [...set]) checkTogether(set, attribute);
  return set;
}

export const givenIn = (template: TemplateAttributes | AttributeSet): readonly GivenAttribute[] =>
  template instanceof TemplateAttributes ? template.given : [...template];

/** Whether the attribute may be given at all, once more, and under this index. */
function checkAllowed(
  { version }: Context,
  origin: Origin,
  { attribute, attributeIndex }: GivenAttribute,
  before: AttributeSet,
): void {
  const { attributeName } = attribute;
  const rule = findAttributeRule(attributeName, version);
  if (rule === undefined)
    throw new OperationFailure(
      'Unsupported Attribute',
      `${attributeName} is no attribute of KMIP ${showVersion(version)}`,
    );
  if (!rule.appliesTo.includes('Symmetric Key'))
    throw new OperationFailure('Invalid Attribute', `${attributeName} does not apply to a Symmetric Key`);
  // Clients before 2.0 are told of an incorrect attribute here, and of a lack of permission only by Add Attribute (1.4 §11.2, §11.4).
  if (!isGivenAtOrigin(rule, attributeName, origin))
    throw new OperationFailure('Read Only Attribute', `${attributeName} may not be given with ${origin}`, {
      before2: 'Invalid Field',
    });
  if (!rule.multipleInstances && before.has(attribute))
    throw new OperationFailure('Attribute Single Valued', `${attributeName} is given more than once`, {
      before2: 'Invalid Field',
    });
  // The server gives the indices; a client that counts along is right, any other is mistaken about what it will get.
  const next = before.all(attribute).length;
  if (attributeIndex !== undefined && attributeIndex !== next)
    throw new OperationFailure('Invalid Field', `${attributeName}: Attribute Index ${attributeIndex}, must be ${next}`);
}

/** The value of an attribute that must be given with a new object. Throws OperationFailure 'Invalid Field'. */
export function required<T>(set: AttributeSet, attribute: Attribute<T>): T {
  const value = set.get(attribute);
  if (value === undefined) throw new OperationFailure('Invalid Field', `${attribute.attributeName} is required`);
  return value;
}

/**
 * Keeps a new symmetric key with the attributes given and those that every object has; sets the ID Placeholder. A key whose
 * Activation Date has passed is Active at once (1.4 §3.22). Throws OperationFailure when a Name is taken.
 */
export async function keepSymmetricKey(context: Context, given: AttributeSet, keyBlock: KeyBlock): Promise<string> {
  const { now, objects, server } = context;
  required(given, CryptographicUsageMask);
  // Random, so that none is ever given twice, not even after a restore.
  const uniqueIdentifier = uuid(context.randomBytes);
  await checkNames(given, uniqueIdentifier, context);

  const set = new AttributeSet().set(UniqueIdentifier, uniqueIdentifier).set(ObjectType, ObjectType.SymmetricKey);
  for (const { attribute, value, index } of given) set.add(attribute, value, index);
  const isSensitive = given.get(Sensitive) ?? false;
  const isExtractable = given.get(Extractable) ?? true;
  set
    .set(State, State.PreActive)
    .set(InitialDate, now)
    .set(LastChangeDate, now)
    .set(LeaseTime, server.leaseTimeSeconds)
    .set(Fresh, given.get(Fresh) ?? true)
    .set(Sensitive, isSensitive)
    .set(AlwaysSensitive, isSensitive)
    .set(Extractable, isExtractable)
    .set(NeverExtractable, !isExtractable);
  const digest = digestOf(keyBlock);
  if (digest !== undefined) set.set(Digest, digest);

  objects.insert(advance(set, now), { keyBlock });
  context.idPlaceholder = uniqueIdentifier;
  return uniqueIdentifier;
}

/** Clients of 1.x learn that an Object Type is not recognised (1.4 §11.2, §11.4). */
export function mustBeSymmetricKey(objectType: number): void {
  if (objectType !== ObjectType.SymmetricKey)
    throw new OperationFailure(
      'Invalid Object Type',
      `Object Type ${ObjectType.names.show(objectType)} is not supported, only Symmetric Key is`,
    );
}
