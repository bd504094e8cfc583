import {
  AttributeSet,
  Digest,
  findKeyBlock,
  KeyWrapType,
  ObjectType,
  Operation,
  showVersion,
  State,
  UniqueIdentifier,
  type GivenAttribute,
  type ImportRequest,
  type ManagedObjectValue,
} from '../../kmip-codec/index.ts';
import { advance, digestOf, findAttributeRule, hasAttribute, type ManagedObject } from '../objects/index.ts';
import { uuid } from '../randomness.ts';
import { checkInstances, checkNames, checkTogether, valueGiven } from './given-attribute.ts';
import { unwrapped } from './key-unwrapping.ts';
import { factsOf } from './new-object.ts';
import { operation, type Context } from './operation.ts';
import { checkObjectType, objectIn } from './register.ts';
import { OperationFailure } from './results.ts';

/** Longest Unique Identifier in characters that a client may choose: ours have 36. */
const IDENTIFIER_CHARACTERS_MAX = 200;

/**
 * Import: 2.1 §6.1.25, 1.4 §4.41. An object as another server exported it, with all its attributes, those too that only a server sets;
 * what is missing of what every object has is as for a new one.
 */
export const importObject = operation(Operation.Import, {
  changes: true,
  async run(context, request) {
    const { objectType, attributes = [], keyWrapType } = request;
    checkObjectType(objectType, context);
    const asGiven = objectIn(request.object);
    const value = keyWrapType === KeyWrapType.NotWrapped ? await inTheClear(asGiven, context) : asGiven;
    const replaced = await toReplace(request, context);
    const uniqueIdentifier = replaced?.uniqueIdentifier ?? (await identifierFor(request, context));
    const set = attributesOf(context, objectType, attributes);
    set.set(UniqueIdentifier, uniqueIdentifier).set(ObjectType, objectType);
    for (const [attribute, fact] of factsOf(context, { objectType, given: set, value }))
      if (!set.has(attribute)) set.set(attribute, fact);
    const digest = set.has(Digest) ? undefined : digestOf(value);
    if (digest !== undefined) set.set(Digest, digest);
    await checkNames(set, uniqueIdentifier, context);

    // What is destroyed has no value any more, even if somebody still has it.
    const kept = destroyedStates.has(set.get(State)) ? undefined : value;
    const now = advance(set, context.now);
    if (replaced === undefined) context.objects.insert(now, kept);
    else context.objects.replace(replaced, now, kept);
    context.idPlaceholder = uniqueIdentifier;
    return { uniqueIdentifier };
  },
});

const destroyedStates: ReadonlySet<number | undefined> = new Set([State.Destroyed, State.DestroyedCompromised]);

/** The object in whose place the new one comes; undefined when there is none. */
async function toReplace(request: ImportRequest, { objects }: Context): Promise<ManagedObject | undefined> {
  const present = await objects.find(request.uniqueIdentifier);
  if (present === undefined) return undefined;
  if (request.replaceExisting !== true)
    throw new OperationFailure(
      'Object Already Exists',
      'an object has this Unique Identifier, Replace Existing is not True',
    );
  if (present.objectType !== request.objectType)
    throw new OperationFailure(
      'Invalid Field',
      `the object to be replaced is a ${ObjectType.names.show(present.objectType)}, not a ${ObjectType.names.show(request.objectType)}`,
    );
  return present;
}

/** The identifier asked for; a new one where another vault has it, of which the client is not to know. */
async function identifierFor({ uniqueIdentifier }: ImportRequest, { objects, randomBytes }: Context): Promise<string> {
  const { length } = uniqueIdentifier;
  // Control characters would break the lines of logs and of what shows identifiers to people.
  if (length === 0 || length > IDENTIFIER_CHARACTERS_MAX || /\p{Cc}/u.test(uniqueIdentifier))
    throw new OperationFailure(
      'Invalid Field',
      `Unique Identifier of ${length} characters, must be 1 to ${IDENTIFIER_CHARACTERS_MAX}, none of them a control character`,
    );
  return (await objects.isElsewhere(uniqueIdentifier)) ? uuid(randomBytes) : uniqueIdentifier;
}

async function inTheClear(value: ManagedObjectValue, context: Context): Promise<ManagedObjectValue> {
  const keyBlock = findKeyBlock(value);
  return keyBlock === undefined ? value : { ...value, keyBlock: await unwrapped(keyBlock, context) };
}

/** The attributes as they were elsewhere: who may set them does not matter here, what they may be does. */
function attributesOf(context: Context, objectType: number, attributes: readonly GivenAttribute[]): AttributeSet {
  const { version } = context;
  const typeName = ObjectType.names.show(objectType);
  const set = new AttributeSet();
  for (const given of attributes) {
    const { attribute, attributeIndex } = given;
    const { attributeName } = attribute;
    const rule = findAttributeRule(attributeName, version);
    if (rule === undefined || !hasAttribute(attributeName, objectType, version))
      throw new OperationFailure(
        'Invalid Attribute',
        `${attributeName} is no attribute of a ${typeName} in KMIP ${showVersion(version)}`,
      );
    const isTaken =
      attributeIndex === undefined ? set.has(attribute) : set.find(attribute, attributeIndex) !== undefined;
    if ((!rule.multipleInstances && set.has(attribute)) || (isTaken && attributeIndex !== undefined))
      throw new OperationFailure('Attribute Single Valued', `${attributeName} is given more than once`, {
        before2: 'Invalid Field',
      });
    set.add(attribute, valueGiven(given), attributeIndex);
    checkInstances(set, attribute, context);
  }
  for (const { attribute } of [...set]) checkTogether(set, attribute);
  return set;
}
