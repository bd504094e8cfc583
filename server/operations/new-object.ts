import {
  AlwaysSensitive,
  AttributeSet,
  CryptographicUsageMask,
  Digest,
  Extractable,
  findAttribute,
  findKeyBlock,
  Fresh,
  InitialDate,
  KeyFormatType,
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
import {
  advance,
  digestOf,
  findAttributeRule,
  hasAttribute,
  isAsSafeAsDemanded,
  isGivenAtOrigin,
  type Origin,
} from '../objects/index.ts';
import { uuid } from '../randomness.ts';
import { checkInstances, checkNames, checkTogether, valueGiven } from './given-attribute.ts';
import type { Context } from './operation.ts';
import { STORAGE } from './protection-storage.ts';
import { OperationFailure } from './results.ts';
import { withTemplates } from './templates.ts';

/** The attributes that a client wants for a new object, those of templates that it names among them, each allowed and valid; indices count from 0. Throws OperationFailure. */
export async function attributesGiven(
  context: Context,
  origin: Origin,
  template: TemplateAttributes | AttributeSet,
  objectType: number,
): Promise<AttributeSet> {
  const set = new AttributeSet();
  for (const given of givenIn(await withTemplates(context, template))) {
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
  if (!hasAttribute(attributeName, objectType, version))
    throw new OperationFailure('Invalid Attribute', `${attributeName} does not apply to a ${typeName}`);
  // Clients before 2.0 are told of an incorrect attribute here, and of a lack of permission only by Add Attribute (1.4 §11.2, §11.4).
  if (!isGivenAtOrigin(rule, attributeName, origin))
    throw new OperationFailure('Attribute Read Only', `${attributeName} may not be given with ${origin}`, {
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
  const { now, objects } = context;
  if (needsUsageMask(objectType)) required(given, CryptographicUsageMask);
  // Random, so that none is ever given twice, not even after a restore.
  const uniqueIdentifier = uuid(context.randomBytes);
  await checkNames(given, uniqueIdentifier, context);
  const set = new AttributeSet().set(UniqueIdentifier, uniqueIdentifier).set(ObjectType, objectType as ObjectTypeValue);
  for (const { attribute, value, index } of given) set.add(attribute, value, index);
  for (const [attribute, fact] of factsOf(context, { objectType, given, value })) set.set(attribute, fact);
  const digest = digestOf(value);
  if (digest !== undefined && !set.has(Digest)) set.set(Digest, digest);
  if (!isAsSafeAsDemanded(set))
    throw new OperationFailure('General Failure', 'Quantum Safe is demanded, and this algorithm and length are not');
  objects.insert(advance(set, now), value);
  context.idPlaceholder = uniqueIdentifier;
  return uniqueIdentifier;
}

type ObjectTypeValue = TypeOf<typeof ObjectType>;

/** What the server says of a new object of this type at its beginning. */
export function factsOf(
  { now, server, version }: Context,
  { objectType, given, value }: NewObject,
): [Attribute<unknown>, unknown][] {
  const isSensitive = given.get(Sensitive) ?? false;
  const isExtractable = given.get(Extractable) ?? true;
  const facts: [Attribute<unknown>, unknown][] = [
    [State, State.PreActive],
    [LeaseTime, server.leaseTimeSeconds],
    [Fresh, given.get(Fresh) ?? true],
    [InitialDate, now],
    [LastChangeDate, now],
    [Sensitive, isSensitive],
    [AlwaysSensitive, isSensitive],
    [Extractable, isExtractable],
    [NeverExtractable, !isExtractable],
    ...laterFacts(value),
  ];
  return facts.filter(([{ attributeName }]) => hasAttribute(attributeName, objectType, version));
}

/** Keys are for a purpose, which a client must tell; of other objects, and of parts of keys, clients often tell none (1.4 §3.19). */
const needsUsageMask = (objectType: number): boolean =>
  objectType === ObjectType.SymmetricKey || objectType === ObjectType.PublicKey || objectType === ObjectType.PrivateKey;

/** What the server tells of an object since 2.0: its format, what an Opaque Object holds, and that its wrapped material is kept by software. */
function laterFacts(value: ManagedObjectValue | undefined): [Attribute<unknown>, unknown][] {
  const format = value && formatOf(value);
  const opaque = value && 'opaqueDataType' in value ? value.opaqueDataType : undefined;
  const facts: [name: string, fact: unknown][] = [
    ['Key Format Type', format],
    ['Opaque Data Type', opaque],
    ['Protection Storage Mask', STORAGE],
  ];
  return facts.flatMap(([name, fact]) => {
    const attribute = findAttribute(name);
    return attribute === undefined || fact === undefined ? [] : [[attribute, fact]];
  });
}

/** The format in which an object is kept (2.1 §4.26). */
export function formatOf(value: ManagedObjectValue): number | undefined {
  if ('opaqueDataValue' in value) return KeyFormatType.Opaque;
  if ('certificateValue' in value) return KeyFormatType.X_509;
  if ('certificateRequestValue' in value) return KeyFormatType.PKCS_10;
  return findKeyBlock(value)?.keyFormatType;
}
