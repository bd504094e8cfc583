import { isDeepStrictEqual } from 'node:util';
import type { AttributeSet } from '../../kmip-codec/index.ts';
import {
  AlwaysSensitive,
  Extractable,
  KeyValueLocation,
  KeyValuePresent,
  LastChangeDate,
  Name,
  NeverExtractable,
  Sensitive,
  toGiven,
  UsageLimits,
  type Attribute,
  type AttributeInstance,
  type GivenAttribute,
} from '../../kmip-codec/index.ts';
import {
  advance,
  findAttributeRule,
  hasAttribute,
  momentOf,
  type AttributeRule,
  type ManagedObject,
} from '../objects/index.ts';
import { checkNames, checkTogether } from './given-attribute.ts';
import type { ObjectContext } from './operation.ts';
import { OperationFailure } from './results.ts';

/** The rules of the attribute that a client wants to change, or undefined when this version and Object Type do not have it. */
export function findRuleFor({ object, version }: ObjectContext, attributeName: string): AttributeRule | undefined {
  return hasAttribute(attributeName, object.objectType, version)
    ? findAttributeRule(attributeName, version)
    : undefined;
}

/** What clients of 2.x are told of attributes that are not theirs to write: the error tables have two words for it, by operation. */
export type ReadOnlyReason = 'Attribute Read Only' | 'Read Only Attribute';

/** Checks the notes of the rules tables: the moments at which an attribute may be set, changed or deleted. Throws OperationFailure. */
export function checkMoment(
  object: ManagedObject,
  attribute: Attribute<unknown>,
  now: Date,
  readOnly: ReadOnlyReason,
): void {
  const { attributeName } = attribute;
  const moment = momentOf(attributeName);
  if (moment !== undefined && object.state !== undefined && !moment.states.includes(object.state)) {
    throw new OperationFailure(
      'Wrong Key Lifecycle State',
      `${attributeName} may change only while the object is ${moment.states.join(' or ')}, it is ${object.state}`,
    );
  }
  const date = moment?.untilItsDate ? (object.attributes.get(attribute) as Date | undefined) : undefined;
  if (date !== undefined && date <= now)
    throw new OperationFailure(readOnly, `${attributeName} has passed and may not change any more`);

  const limits = object.attributes.get(UsageLimits);
  if (attributeName === UsageLimits.attributeName && limits && limits.usageLimitsCount !== limits.usageLimitsTotal)
    throw new OperationFailure(readOnly, 'Usage Limits may not change once an allocation was given');
  if (attributeName === KeyValueLocation.attributeName && object.attributes.get(KeyValuePresent) !== false)
    throw new OperationFailure('Invalid Attribute', 'Key Value Location, but this server holds the Key Value');
}

/** Keeps the object with one attribute changed and what follows from that: the state by its dates, Last Change Date. */
export async function keepChange(context: ObjectContext, set: AttributeSet, changed: Attribute<unknown>) {
  const { object, objects, now } = context;
  checkTogether(set, changed);
  if (changed.attributeName === Name.attributeName)
    await checkNames(set, object.uniqueIdentifier, context, { before2: 'Illegal Operation' });
  follow(set, changed);
  return objects.update(object, advance(set.set(LastChangeDate, now), now));
}

/** Always Sensitive and Never Extractable remember what was ever otherwise (1.4 §3.49, §3.51). */
function follow(set: AttributeSet, { attributeName }: Attribute<unknown>): void {
  if (attributeName === Sensitive.attributeName && set.get(Sensitive) === false) set.set(AlwaysSensitive, false);
  if (attributeName === Extractable.attributeName && set.get(Extractable) === true) set.set(NeverExtractable, false);
}

/** The Attribute Index of the instance with this value, by which 2.x names it; -1 when there is none (2.1 §6.1.34). */
export const indexOf = (set: AttributeSet, { attribute, value }: GivenAttribute): number =>
  set.all(attribute).find(one => isDeepStrictEqual(one.value, value))?.index ?? -1;

/** An instance as responses show it: index 0 is left out. */
export const asGiven = (instance: AttributeInstance): GivenAttribute => toGiven([instance])[0]!;
