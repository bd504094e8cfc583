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
  type ManagedObjectValue,
  type TypeOf,
} from '../../kmip-codec/index.ts';
import { advance, digestOf, findAttributeRule, isGivenAtOrigin, type Origin } from '../objects/index.ts';
import { uuid } from '../randomness.ts';
import { checkInstances, checkNames, checkTogether, valueGiven } from './given-attribute.ts';
import type { Context } from './operation.ts';
import { OperationFailure } from './results.ts';

/** The attributes that a client wants for a new object, each allowed and valid; indices count from 0. Throws OperationFailure. */
export async function attributesGiven(
  context: Context,
  origin: Origin,
  template: TemplateAttributes | AttributeSet,
  objectType: number,
): Promise<AttributeSet> {
  if (template instanceof TemplateAttributes && template.templateNames.length > 0) {
    const name = JSON.stringify(template.templateNames[0]!.nameValue);
    throw new OperationFailure('Item Not Found', `no template ${name}, this server keeps no templates`);
  }
  const set = new AttributeSet();
  for (const given of givenIn(template)) {
    checkAllowed(context, origin, objectType, given, set);
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
  objectType: number,
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
  const typeName = ObjectType.names.show(objectType);
  if (!rule.appliesTo.includes(typeName))
    throw new OperationFailure('Invalid Attribute', `${attributeName} does not apply to a ${typeName}`);
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

/** A managed object to be kept: its attributes as a client gave them or an operation found them, and itself where the server has it. */
export interface NewObject {
  readonly objectType: number;
  readonly given: AttributeSet;
  readonly value: ManagedObjectValue | undefined;
}

/**
 * Keeps a new object with the attributes given and those that every object of its type has; sets the ID Placeholder. Returns its
 * Unique Identifier. An object whose Activation Date has passed is Active at once (1.4 §3.22). Throws OperationFailure when a Name
 * is taken or the Cryptographic Usage Mask is missing where it must be given.
 */
export async function keepObject(context: Context, { objectType, given, value }: NewObject): Promise<string> {
  const { now, objects, server } = context;
  if (needsUsageMask(objectType)) required(given, CryptographicUsageMask);
  // Random, so that none is ever given twice, not even after a restore.
  const uniqueIdentifier = uuid(context.randomBytes);
  await checkNames(given, uniqueIdentifier, context);

  const set = new AttributeSet()
    .set(UniqueIdentifier, uniqueIdentifier)
    .set(ObjectType, objectType as TypeOf<typeof ObjectType>);
  for (const { attribute, value, index } of given) set.add(attribute, value, index);
  const isSensitive = given.get(Sensitive) ?? false;
  const isExtractable = given.get(Extractable) ?? true;
  if (hasState(objectType)) set.set(State, State.PreActive).set(LeaseTime, server.leaseTimeSeconds);
  if (hasState(objectType)) set.set(Fresh, given.get(Fresh) ?? true);
  set
    .set(InitialDate, now)
    .set(LastChangeDate, now)
    .set(Sensitive, isSensitive)
    .set(AlwaysSensitive, isSensitive)
    .set(Extractable, isExtractable)
    .set(NeverExtractable, !isExtractable);
  const digest = digestOf(value);
  if (digest !== undefined && !set.has(Digest)) set.set(Digest, digest);

  objects.insert(advance(set, now), value);
  context.idPlaceholder = uniqueIdentifier;
  return uniqueIdentifier;
}

/** Opaque Objects and Templates have no life cycle: they are no Cryptographic Objects (1.4 §3.22). */
const hasState = (objectType: number): boolean =>
  objectType !== ObjectType.OpaqueObject && objectType !== ObjectType.Template;
/** Keys are made and kept for a purpose, which a client must tell (1.4 §3.19). */
const needsUsageMask = (objectType: number): boolean => hasState(objectType);

/** Clients of 1.x learn that an Object Type is not recognised (1.4 §11.2, §11.4). */
export function mustBeSymmetricKey(objectType: number): void {
  if (objectType !== ObjectType.SymmetricKey)
    throw new OperationFailure(
      'Invalid Object Type',
      `Object Type ${ObjectType.names.show(objectType)} is not supported, only Symmetric Key is`,
    );
}
