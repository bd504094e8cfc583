import {
  isCustomName,
  ObjectType,
  registry,
  V1_2,
  V1_4,
  V2_0,
  vendorName,
  type Version,
} from '../../kmip-codec/index.ts';
import type { ObjectStateName } from './managed-object.ts';

/** The rules table of one attribute in one version (1.4 §3), as the specification prints it. */
export type AttributeRule = registry.AttributeRule;

/** The rules of an attribute in this version; of every 'x-' and 'y-' name those of Custom Attribute; undefined for names that the version does not have. */
export function findAttributeRule(attributeName: string, version: Version): AttributeRule | undefined {
  if (attributeName === CUSTOM) return undefined;
  if (version < V2_0 ? isCustomName(attributeName) : isOfVendor(attributeName))
    return byName.get(CUSTOM)?.find(rule => Math.min(version, V1_4) <= rule.until);
  return byName.get(attributeName)?.find(rule => rule.since <= version && version <= rule.until);
}

/** Under which the rules of all custom attributes stand; 2.x prints none for Vendor Attributes, which follow these (2.1 §4.60). */
const CUSTOM = 'Custom Attribute';
const isOfVendor = (attributeName: string): boolean =>
  !byName.has(attributeName) && vendorName(attributeName) !== undefined;

/** Whether the attribute exists in this version, so that a client of this version may see it. */
export const isAttributeOf = (attributeName: string, version: Version): boolean =>
  findAttributeRule(attributeName, version) !== undefined;

/** 'y-' names are the server's own: clients may only read them (1.4 §3.39). */
const isServerName = (attributeName: string): boolean => attributeName.startsWith('y-');

/**
 * Whether an object of this type has the attribute, as this version sees it, or the next one that has the attribute at all: what came
 * with a later version is kept from the beginning, for clients of that version.
 */
export function hasAttribute(attributeName: string, objectType: number, version: Version): boolean {
  const rule = findAttributeRule(attributeName, version) ?? byName.get(attributeName)?.find(one => one.since > version);
  const type = ObjectType.names.show(objectType);
  return (
    (rule?.appliesTo.includes(type) ?? false) ||
    isOfKeyUse(attributeName, type, version) ||
    // Those that follow the rules of 1.x are for the object types that came later too.
    (version >= V2_0 && isOfVendor(attributeName))
  );
}

/**
 * Private and public keys have the dates between which they may be used since there are operations that use them, though only
 * the tables of 2.x say so (2.1 §4.40, 2.1 §4.41).
 */
const isOfKeyUse = (attributeName: string, type: string, version: Version): boolean =>
  version >= V1_2 && datesOfKeyUse.has(attributeName) && keysOfPairs.has(type);
const datesOfKeyUse: ReadonlySet<string> = new Set(['Process Start Date', 'Protect Stop Date']);
const keysOfPairs: ReadonlySet<string> = new Set(['Private Key', 'Public Key']);

/** How an object comes into being. */
export type Origin =
  | 'Create'
  | 'Create Key Pair'
  | 'Create Split Key'
  | 'Register'
  | 'Import'
  | 'Derive Key'
  | 'Certify'
  | 'Re-certify'
  | 'Re-key'
  | 'Re-key Key Pair'
  | 'Join Split Key';

const isMadeHere = (origin: Origin): boolean => origin !== 'Register' && origin !== 'Import';

/** Whether a client may give the attribute with a new object. */
export const isGivenAtOrigin = (rule: AttributeRule, attributeName: string, origin: Origin): boolean =>
  specified.has(attributeName) ||
  (attributeName === 'Key Format Type' && inFormatAsked.has(origin)) ||
  (rule.initiallySetBy.includes('Client') &&
    !isServerName(attributeName) &&
    !(isMadeHere(origin) && ofRegisteredOnly.has(attributeName)));

/** Whether a client may add the attribute, or another instance of it, to an existing object. */
export const isAddable = (rule: AttributeRule, attributeName: string): boolean =>
  isModifiable(rule, attributeName) || addableLater.has(attributeName);

export const isModifiable = (rule: AttributeRule, attributeName: string): boolean =>
  rule.modifiableByClient && !isServerName(attributeName);

export const isDeletable = (rule: AttributeRule, attributeName: string): boolean =>
  rule.deletableByClient && !rule.alwaysHasValue && !isServerName(attributeName);

/** When an attribute may be set or changed at all. */
export interface Moment {
  readonly states: readonly ObjectStateName[];
  /** Once its date has come it stays as it is. */
  readonly untilItsDate: boolean;
}
/** The notes of the rules tables about dates (1.4 §3.24 to §3.27); undefined for attributes that may change at any time. */
export const momentOf = (attributeName: string): Moment | undefined => moments.get(attributeName);

const moments: ReadonlyMap<string, Moment> = new Map([
  ['Activation Date', { states: ['Pre-Active'], untilItsDate: false }],
  ['Process Start Date', { states: ['Pre-Active', 'Active'], untilItsDate: true }],
  ['Protect Stop Date', { states: ['Pre-Active', 'Active'], untilItsDate: true }],
  ['Deactivation Date', { states: ['Pre-Active', 'Active'], untilItsDate: false }],
]);

/** Set by the server says the table, but the client says to what (1.4 §4.1, §4.3). */
const specified: ReadonlySet<string> = new Set(['Cryptographic Algorithm', 'Cryptographic Length', 'Certificate Type']);

/** Set by the server as well, in the way that the client asks for, when it is the server that makes the key (2.1 §4.26). */
const inFormatAsked: ReadonlySet<Origin> = new Set<Origin>([
  'Create',
  'Create Key Pair',
  'Re-key',
  'Re-key Key Pair',
  'Derive Key',
]);

/** What only who made the key elsewhere can tell (1.4 §3.42 to §3.44). */
const ofRegisteredOnly: ReadonlySet<string> = new Set([
  'Key Value Location',
  'Original Creation Date',
  'Random Number Generator',
]);

/** Never to be changed, yet a client that did not give them with Register may do so later (1.4 §3.43, §3.44). */
const addableLater: ReadonlySet<string> = new Set(['Original Creation Date', 'Random Number Generator']);

const byName = new Map<string, AttributeRule[]>();
for (const rule of registry.attributeRules) {
  const rules = byName.get(rule.attribute);
  if (rules === undefined) byName.set(rule.attribute, [rule]);
  else rules.push(rule);
}
