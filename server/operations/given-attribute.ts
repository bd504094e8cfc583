import {
  ActivationDate,
  ApplicationSpecificInformation,
  DeactivationDate,
  findAttribute,
  ItemType,
  Link,
  LinkType,
  Name,
  ProcessStartDate,
  ProtectStopDate,
  UsageLimits,
  type Attribute,
  type AttributeSet,
  type CustomValue,
  type GivenAttribute,
} from '../../kmip-codec/index.ts';
import { namedConditions } from '../objects/index.ts';
import type { Context } from './operation.ts';
import { OperationFailure, type FailureOptions } from './results.ts';

/** Longest Attribute Name in characters: what the search terms of the store can hold, with a margin for the name of a field. */
const ATTRIBUTE_NAME_CHARACTERS_MAX = 200;
/** Most attribute instances of one object, of all names together: they are kept and read as one. */
const INSTANCES_OF_ALL_MAX = 1000;

/** The value of an attribute that a client gives, as it is to be kept. Throws OperationFailure when it is none. */
export function valueGiven({ attribute, value }: GivenAttribute): unknown {
  const { attributeName } = attribute;
  if (value === undefined) throw invalid(`${attributeName}: Attribute Value is missing`);
  if (findAttribute(attributeName) === undefined) {
    if (attributeName.length > ATTRIBUTE_NAME_CHARACTERS_MAX)
      throw invalid(
        `Attribute Name has ${attributeName.length} characters, must not have more than ${ATTRIBUTE_NAME_CHARACTERS_MAX}`,
      );
    const item = value as CustomValue;
    if (item.type === ItemType.Structure && item.value.some(one => one.type === ItemType.Structure))
      throw invalid(`${attributeName}: a structure must not include structures`);
    return value;
  }
  return valueRules.get(attributeName)?.(value) ?? value;
}

/** One attribute's own rule: gives the value as it is to be kept, or throws. */
const rule = <T>(attribute: Attribute<T>, keep: (value: T) => T) =>
  [attribute.attributeName, (value: unknown): unknown => keep(value as T)] as const;

/** What the specification says of single attributes' values. */
const valueRules: ReadonlyMap<string, (value: unknown) => unknown> = new Map([
  rule(Name, value => {
    if (value.nameValue === '') throw invalid('Name Value is empty');
    return value;
  }),
  // The count is the server's: it starts as the total, whatever the client says (1.4 §3.21).
  rule(UsageLimits, ({ usageLimitsTotal, usageLimitsUnit }) => {
    if (usageLimitsTotal <= 0n) throw invalid(`Usage Limits Total ${usageLimitsTotal}, must be positive`);
    return { usageLimitsTotal, usageLimitsCount: usageLimitsTotal, usageLimitsUnit };
  }),
  // This server makes Application Data for no namespace, and Query names none (1.4 §3.36).
  rule(ApplicationSpecificInformation, value => {
    if (value.applicationData === undefined)
      throw new OperationFailure(
        'Application Namespace Not Supported',
        `Application Data is missing and cannot be made for the namespace ${JSON.stringify(value.applicationNamespace)}`,
      );
    return value;
  }),
]);

/** Checks the number of instances after one more of `attribute` has come. Throws OperationFailure 'Server Limit Exceeded'. */
export function checkInstances(set: AttributeSet, attribute: Attribute<unknown>, { server }: Context): void {
  const { length } = set.all(attribute);
  if (length > server.attributeInstancesMax)
    throw tooMany(
      `${length} instances of ${attribute.attributeName}, at most ${server.attributeInstancesMax} are kept`,
    );
  if (set.size > INSTANCES_OF_ALL_MAX) throw tooMany(`more than ${INSTANCES_OF_ALL_MAX} attribute instances`);
}

/** Dates of which the first must not be after the second (1.4 §3.25, §3.26). */
const order = [
  [ActivationDate, ProcessStartDate],
  [ProtectStopDate, DeactivationDate],
] as const;

/** Checks what must hold between the attributes of one object, as far as `changed` can have disturbed it. */
export function checkTogether(set: AttributeSet, changed: Attribute<unknown>): void {
  for (const [earlier, later] of order) {
    const first = set.get(earlier);
    const second = set.get(later);
    if (first === undefined || second === undefined || first <= second) continue;
    if (changed.attributeName === earlier.attributeName || changed.attributeName === later.attributeName)
      throw invalid(
        `${earlier.attributeName} ${first.toISOString()} is after ${later.attributeName} ${second.toISOString()}`,
      );
  }
  if (changed.attributeName === Link.attributeName) {
    const replacements = set.all(Link).filter(({ value }) => value.linkType === LinkType.ReplacementObjectLink);
    // "there SHALL be only one such replacement object" (1.4 §3.35).
    if (replacements.length > 1) throw invalid('a second Replacement Object Link, an object has at most one');
  }
}

/** Checks that no object of the vault, this one included, has a Name twice (1.4 §3.2). */
export async function checkNames(
  set: AttributeSet,
  uniqueIdentifier: string,
  { objects }: Context,
  options: FailureOptions = {},
): Promise<void> {
  const taken = (name: string) =>
    new OperationFailure('Non Unique Name Attribute', `Name ${JSON.stringify(name)} is taken`, options);
  const seen = new Set<string>();
  for (const { value } of set.all(Name)) {
    const { nameValue } = value;
    if (seen.has(nameValue)) throw taken(nameValue);
    seen.add(nameValue);
    const { uniqueIdentifiers } = await objects.search({
      conditions: namedConditions(nameValue),
      online: true,
      archived: true,
      offset: 0,
      limit: 2,
    });
    if (uniqueIdentifiers.some(other => other !== uniqueIdentifier)) throw taken(nameValue);
  }
}

const invalid = (message: string) => new OperationFailure('Invalid Attribute Value', message);
const tooMany = (message: string) => new OperationFailure('Server Limit Exceeded', message);
