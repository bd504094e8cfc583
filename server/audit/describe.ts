import type { OperationName } from './actions.ts';
import { type Plain, type PlainObject, toPlain } from './plain.ts';

/** A payload as the codec makes it plain: members by their camelCase names; dates, bigints and bytes as they are. */
export type Payload = Readonly<Record<string, unknown>>;

interface Shown {
  readonly request: readonly string[];
  readonly response: readonly string[];
}

// Members of the payloads that an event may show, by operation. What is not here is not shown, so that a new member, above
// all one that carries key material, is left out until somebody puts it in. `stateBefore` and `state` are the server's own.
const OBJECT = 'uniqueIdentifier';
/** Attributes as 1.x and 2.x spell them, and as one set. */
const ATTRIBUTES = ['attributes', 'attribute', 'templateAttribute'];
const ATTRIBUTE_NAMES = ['attributeNames', 'attributeName', 'attributeReference', 'attributeReferences'];
const CHANGED_ATTRIBUTE = [
  'attribute',
  'currentAttribute',
  'newAttribute',
  'attributeName',
  'attributeIndex',
  'attributeValue',
];

const PRIVATE_KEY = 'privateKeyUniqueIdentifier';
const PAIR = [PRIVATE_KEY, 'publicKeyUniqueIdentifier'];

const SHOWN: ReadonlyMap<OperationName, Shown> = new Map<OperationName, Shown>([
  [
    'DiscoverVersions',
    { request: ['protocolVersion', 'protocolVersions'], response: ['protocolVersion', 'protocolVersions'] },
  ],
  ['Query', { request: ['queryFunction', 'queryFunctions'], response: ['vendorIdentification'] }],
  ['Create', { request: ['objectType', ...ATTRIBUTES], response: ['objectType', OBJECT, ...ATTRIBUTES] }],
  ['CreateKeyPair', { request: [], response: PAIR }],
  ['ReKeyKeyPair', { request: [PRIVATE_KEY], response: PAIR }],
  [
    'DeriveKey',
    { request: ['objectType', 'uniqueIdentifiers', 'derivationMethod', ...ATTRIBUTES], response: [OBJECT] },
  ],
  ['Register', { request: ['objectType', ...ATTRIBUTES], response: [OBJECT, ...ATTRIBUTES] }],
  [
    'Locate',
    {
      request: ['maximumItems', 'offsetItems', 'storageStatusMask', 'objectGroupMember', ...ATTRIBUTES],
      response: ['locatedItems'],
    },
  ],
  [
    'Get',
    {
      request: [OBJECT, 'keyFormatType', 'keyWrapType', 'keyCompressionType', 'keyWrappingSpecification'],
      response: ['objectType', OBJECT, 'keyFormatType', 'state'],
    },
  ],
  ['GetAttributes', { request: [OBJECT, ...ATTRIBUTE_NAMES], response: [OBJECT, ...ATTRIBUTES] }],
  ['GetAttributeList', { request: [OBJECT], response: [OBJECT, ...ATTRIBUTE_NAMES] }],
  ['AddAttribute', { request: [OBJECT, ...CHANGED_ATTRIBUTE], response: [OBJECT, 'attribute'] }],
  ['ModifyAttribute', { request: [OBJECT, ...CHANGED_ATTRIBUTE], response: [OBJECT, 'attribute'] }],
  [
    'DeleteAttribute',
    { request: [OBJECT, ...CHANGED_ATTRIBUTE, 'attributeReference'], response: [OBJECT, 'attribute'] },
  ],
  ['Activate', { request: [OBJECT, 'stateBefore'], response: [OBJECT, 'state'] }],
  [
    'Revoke',
    {
      // The Revocation Message is there for the audit trail (1.4 §3.31).
      request: [OBJECT, 'stateBefore', 'revocationReasonCode', 'revocationMessage', 'compromiseOccurrenceDate'],
      response: [OBJECT, 'state'],
    },
  ],
  ['Destroy', { request: [OBJECT, 'stateBefore'], response: [OBJECT, 'state'] }],
]);

const OTHERS: Shown = { request: [OBJECT], response: [OBJECT] };

/** Unique Identifiers of a Locate that its event lists; all of them are counted. */
export const LOCATED_SHOWN_MAX = 100;

/** requestData of an operation's request payload: the members on its list, in the list's order. Not yet redacted. */
export function describeRequest(operation: OperationName | undefined, payload: Payload): PlainObject {
  if (operation === undefined) return {};
  return pick(operation === 'Revoke' ? withRevocationReason(payload) : payload, shownOf(operation).request);
}

/** responseData of an operation's response payload, likewise. Locate lists the first identifiers and says how many. */
export function describeResponse(operation: OperationName | undefined, payload: Payload): PlainObject {
  if (operation === undefined) return {};
  const described = pick(payload, shownOf(operation).response);
  return operation === 'Locate' ? { ...described, ...locatedOf(payload) } : described;
}

const shownOf = (operation: OperationName) => SHOWN.get(operation) ?? OTHERS;

function pick(payload: Payload, members: readonly string[]): PlainObject {
  const out: Record<string, Plain> = {};
  for (const member of members) {
    const value = payload[member];
    if (value === undefined) continue;
    out[member] = member === 'attributes' && Array.isArray(value) ? byName(value) : toPlain(value);
  }
  return out;
}

/**
 * Attributes that came one by one, each `{ <name>: <value>, attributeIndex? }`, as one object from name to value; to the list of
 * values, in order, where a name has several.
 */
function byName(attributes: readonly unknown[]): Plain {
  const values = new Map<string, Plain[]>();
  for (const attribute of attributes) {
    if (typeof attribute !== 'object' || attribute === null) continue;
    for (const [name, value] of Object.entries(attribute)) {
      if (name === 'attributeIndex') continue;
      const all = values.get(name);
      if (all) all.push(toPlain(value));
      else values.set(name, [toPlain(value)]);
    }
  }
  return Object.fromEntries([...values].map(([name, all]) => [name, all.length === 1 ? (all[0] ?? null) : all]));
}

/** Revocation Reason's two fields beside the others. */
function withRevocationReason(payload: Payload): Payload {
  const reason = payload['revocationReason'];
  return typeof reason === 'object' && reason !== null ? { ...payload, ...reason } : payload;
}

function locatedOf(payload: Payload): PlainObject {
  const found = payload['uniqueIdentifiers'] ?? payload[OBJECT] ?? [];
  const identifiers: readonly unknown[] = Array.isArray(found) ? found : [found];
  return {
    uniqueIdentifierCount: identifiers.length,
    uniqueIdentifiers: identifiers.slice(0, LOCATED_SHOWN_MAX).map(identifier => toPlain(identifier)),
  };
}
