import { ItemType, PaddingMethod, Tag, type TtlvItem, V1_1, V1_2 } from '../../kmip-codec/index.ts';
import { attributeIn, attributeReferred } from './attribute-items.ts';
import { child, children, enumeration, integer, text } from './items.ts';
import {
  attributeOfValue,
  hasSameLength,
  isAboutAsLongInDer,
  isAttributeValue,
  isGenerated,
  isInAttribute,
  isOneOf,
  isQuery,
  objectOf,
  operationOf,
  type Place,
  requestPayload,
} from './place.ts';
import { objectTypeName, operationName } from './test-case.ts';
import { sameValue } from './variables.ts';

/** A variation that does not fail a case. A function that is left out permits nothing. */
export interface Tolerance {
  readonly id: string;
  /** Section and item that permits it. */
  readonly source: string;
  readonly value?: (place: Place, expected: TtlvItem, actual: TtlvItem) => boolean;
  readonly missing?: (place: Place, expected: TtlvItem) => boolean;
  readonly extra?: (place: Place, actual: TtlvItem) => boolean;
}

const VARIABLE_ITEMS = 'encodings standard, 8.4.1';

/** Interop and Log exist for tests only; the exchange is passed over where the server has neither. */
export const UNSUPPORTED_AID = 'interop-and-log';

/** Everything that may differ, and by what right. What no row permits is a difference. */
export const tolerances: readonly Tolerance[] = [
  {
    id: 'issued-certificate',
    source: '1.4 §4.7, 2.1 §6.1.6: who signs, with what and until when, is the server’s',
    value: (place, expected) =>
      isGenerated(place) &&
      (isOneOf(place, [Tag.CertificateValue]) ||
        isAttributeValue(place, expected, OF_ISSUER) ||
        OF_ISSUER.some(name => isInAttribute(place, name))),
  },
  {
    id: 'unique-identifier',
    source: `${VARIABLE_ITEMS} items 1 to 3`,
    value: (place, expected) =>
      isOneOf(place, [Tag.UniqueIdentifier, Tag.PrivateKeyUniqueIdentifier, Tag.PublicKeyUniqueIdentifier]) ||
      isAttributeValue(place, expected, ['Unique Identifier']),
  },
  {
    id: 'asynchronous-correlation-value',
    source: `${VARIABLE_ITEMS} item 5`,
    value: place => isOneOf(place, [Tag.AsynchronousCorrelationValue]),
  },
  { id: 'time-stamp', source: `${VARIABLE_ITEMS} item 6`, value: place => isOneOf(place, [Tag.TimeStamp]) },
  {
    id: 'key-material',
    source: `${VARIABLE_ITEMS} item 7`,
    value: (place, expected, actual) =>
      (place.tags.includes(Tag.KeyMaterial) || isOneOf(place, [Tag.KeyValue])) &&
      (isGenerated(place) || isWrappedByGenerated(place)) &&
      (hasSameLength(expected, actual) || isAboutAsLongInDer(expected, actual)),
  },
  {
    id: 'cryptographic-output',
    source: `${VARIABLE_ITEMS} item 8`,
    value: (place, expected, actual) =>
      isOneOf(place, OUTPUTS) &&
      (isOfChance(place) || (objectOf(place) !== undefined && isGenerated(place))) &&
      (isOneOf(place, [Tag.SignatureData]) || hasSameLength(expected, actual)),
  },
  {
    id: 'date-attribute',
    source: `${VARIABLE_ITEMS} item 9`,
    value: (place, expected) =>
      isOneOf(place, [Tag.LastChangeDate]) || (isAttributeValue(place, expected, DATES) && !wasSent(place, expected)),
  },
  {
    id: 'linked-object',
    source: `${VARIABLE_ITEMS} item 10`,
    value: place => isOneOf(place, [Tag.LinkedObjectIdentifier]),
  },
  {
    id: 'digest',
    source: `${VARIABLE_ITEMS} items 11 and 13`,
    value: place =>
      isInAttribute(place, 'Digest') &&
      (isOneOf(place, [Tag.HashingAlgorithm]) || (isOneOf(place, [Tag.DigestValue]) && mayDigestDiffer(place))),
  },
  {
    id: 'key-format-type',
    source: `${VARIABLE_ITEMS} item 12`,
    value: place =>
      isOneOf(place, [Tag.KeyFormatType]) &&
      (isInAttribute(place, 'Digest') || (isGenerated(place) && !child(requestPayload(place), Tag.KeyFormatType))),
  },
  {
    id: 'query-extensions',
    source: `${VARIABLE_ITEMS} items 14 and 15`,
    missing: place => isQuery(place) && isOneOf(place, [Tag.ExtensionInformation, Tag.ApplicationNamespace]),
    extra: place => isQuery(place) && isOneOf(place, [Tag.ExtensionInformation, Tag.ApplicationNamespace]),
  },
  {
    id: 'query-operations-and-objects',
    source: `${VARIABLE_ITEMS} items 16 and 17`,
    missing: (place, expected) =>
      isQuery(place) &&
      isOneOf(place, [Tag.Operation, Tag.ObjectType]) &&
      !isRequired(place.exchange.required, expected),
    extra: place => isQuery(place) && isOneOf(place, [Tag.Operation, Tag.ObjectType]),
  },
  {
    id: 'more-attributes',
    source: `${VARIABLE_ITEMS} items 19 to 21`,
    extra: (place, actual) =>
      (operationOf(place) === 'GetAttributeList' && attributeReferred(actual) !== undefined) ||
      (operationOf(place) === 'GetAttributes' && mayAnswerWith(place, actual)),
  },
  {
    id: 'object-group-of-the-server',
    source: `${VARIABLE_ITEMS} item 20`,
    missing: (place, expected) =>
      operationOf(place) === 'GetAttributeList' &&
      attributeReferred(expected) === OBJECT_GROUP &&
      !place.exchange.attributesSent.some(sent => sent.name === OBJECT_GROUP),
  },
  {
    id: 'message-extension',
    source: `${VARIABLE_ITEMS} item 22`,
    extra: (place, actual) => isOneOf(place, [Tag.MessageExtension]) && !isCritical(actual),
  },
  {
    id: 'template-attribute',
    source: `${VARIABLE_ITEMS} item 23`,
    missing: place => isOneOf(place, [Tag.TemplateAttribute]),
    extra: place => isOneOf(place, [Tag.TemplateAttribute]),
  },
  {
    id: 'attribute-index-0',
    source: `${VARIABLE_ITEMS} item 24`,
    missing: (place, expected) => isIndexZero(place, expected),
    extra: (place, actual) => isIndexZero(place, actual),
  },
  {
    id: 'result-message',
    source: `${VARIABLE_ITEMS} item 25`,
    value: place => isOneOf(place, [Tag.ResultMessage]),
    missing: place => isOneOf(place, [Tag.ResultMessage]),
    extra: place => isOneOf(place, [Tag.ResultMessage]),
  },
  {
    id: 'more-versions',
    source: `${VARIABLE_ITEMS} item 26`,
    extra: place =>
      isOneOf(place, [Tag.ProtocolVersion]) &&
      operationOf(place) === 'DiscoverVersions' &&
      children(requestPayload(place)).length === 0,
  },
  {
    id: 'vendor-identification',
    source: `${VARIABLE_ITEMS} item 27`,
    value: place => isQuery(place) && isOneOf(place, [Tag.VendorIdentification]),
    missing: place => isQuery(place) && isOneOf(place, [Tag.VendorIdentification]),
  },
  {
    id: 'server-information',
    source: '1.4 §4.25: its content is the vendor’s',
    value: place => place.tags.includes(Tag.ServerInformation),
    missing: place => isQuery(place) && place.tags.includes(Tag.ServerInformation),
    extra: place => place.tags.slice(0, -1).includes(Tag.ServerInformation),
  },
  {
    id: 'lease-time',
    source: '1.4 §3.20: the server decides',
    value: (place, expected) => isAttributeValue(place, expected, ['Lease Time']) || isOneOf(place, [Tag.LeaseTime]),
  },
  {
    id: 'random-number-generator',
    source: '1.4 §3.44, 2.1 §4.46: what the server says of its own generator',
    value: place => isInAttribute(place, RANDOM_NUMBER_GENERATOR) && !wasNamed(place, RANDOM_NUMBER_GENERATOR),
    missing: place => isInAttribute(place, RANDOM_NUMBER_GENERATOR) && !wasNamed(place, RANDOM_NUMBER_GENERATOR),
    extra: place => isInAttribute(place, RANDOM_NUMBER_GENERATOR) && !wasNamed(place, RANDOM_NUMBER_GENERATOR),
  },
  {
    id: 'seed-used',
    source: '1.4 §4.36, 2.1 §6.1.50: how much of a seed is used is the server’s policy',
    value: (place, _, actual) =>
      operationOf(place) === 'RNGSeed' && isOneOf(place, [Tag.DataLength]) && isWithinSeed(place, actual),
  },
  {
    id: 'server-correlation-value',
    source: '1.4 §6.19: the server should send it',
    missing: place => isOneOf(place, [Tag.ServerCorrelationValue]),
    extra: place => isOneOf(place, [Tag.ServerCorrelationValue]),
    value: place => isOneOf(place, [Tag.ServerCorrelationValue]),
  },
  {
    id: 'object-type-of-split-keys',
    source: '1.2 §4.38, §4.39: the tables require it, the cases leave it out, 1.3 has it no more',
    extra: place =>
      place.exchange.version === V1_2 &&
      isOneOf(place, [Tag.ObjectType]) &&
      (operationOf(place) === 'CreateSplitKey' || operationOf(place) === 'JoinSplitKey'),
  },
  { id: UNSUPPORTED_AID, source: '2.1 §6.1.26 and §6.1.29: aids of those who test, which a server need not offer' },
];

/** What follows from who has issued a certificate. Its subject and its key do not. */
const OF_ISSUER = [
  'Certificate Identifier',
  'Certificate Issuer',
  'Certificate Length',
  'Digital Signature Algorithm',
  'X.509 Certificate Identifier',
  'X.509 Certificate Issuer',
];

const RANDOM_NUMBER_GENERATOR = 'Random Number Generator';
const wasNamed = (place: Place, name: string) => place.exchange.attributesSent.some(sent => sent.name === name);

function isWithinSeed(place: Place, length: TtlvItem): boolean {
  const seed = child(requestPayload(place), Tag.Data);
  const used = integer(length) ?? -1;
  return seed?.type === ItemType.ByteString && used >= 0 && used <= seed.value.byteLength;
}

const OBJECT_GROUP = 'Object Group';

/** 8.4.1 item 9, by the names of the attributes. */
const DATES = [
  'Activation Date',
  'Archive Date',
  'Compromise Date',
  'Compromise Occurrence Date',
  'Deactivation Date',
  'Destroy Date',
  'Initial Date',
  'Last Change Date',
  'Protect Stop Date',
  'Process Start Date',
  'Validity Date',
  'Original Creation Date',
];

/**
 * Random data, what was encrypted with an initialization vector that the server chose (the answer has it, the request not), and
 * what OAEP has mixed with a seed of its own.
 */
function isOfChance(place: Place): boolean {
  if (operationOf(place) === 'RNGRetrieve') return true;
  if (operationOf(place) !== 'Encrypt' || child(requestPayload(place), Tag.IVCounterNonce)) return false;
  if (usesOaep(place)) return true;
  const payload = place.expectedParents.find(parent => parent.tag === Tag.ResponsePayload);
  return child(payload, Tag.IVCounterNonce) !== undefined;
}

function usesOaep(place: Place): boolean {
  const given = child(requestPayload(place), Tag.CryptographicParameters);
  const parameters = [given, ...place.exchange.attributesSent.map(({ value }) => value)];
  return parameters.some(one => enumeration(child(one, Tag.PaddingMethod)) === PaddingMethod.OAEP);
}

/** What cryptographic operations give back. */
const OUTPUTS = [Tag.Data, Tag.SignatureData, Tag.MACData, Tag.IVCounterNonce, Tag.AuthenticatedEncryptionTag];

function isWrappedByGenerated(place: Place): boolean {
  const keyBlock = place.actualParents.findLast(parent => parent.tag === Tag.KeyBlock);
  const keyInformation = child(child(keyBlock, Tag.KeyWrappingData), Tag.EncryptionKeyInformation);
  const wrappingKey = text(child(keyInformation, Tag.UniqueIdentifier));
  return wrappingKey !== undefined && place.exchange.objects.get(wrappingKey) !== 'registered';
}

/** The digest of a registered key is determined as long as the server hashes the same form in the same way. */
function mayDigestDiffer(place: Place): boolean {
  const [expected, actual] = [place.expectedParents.at(-1), place.actualParents.at(-1)];
  const differs = (tag: number) => enumeration(child(expected, tag)) !== enumeration(child(actual, tag));
  return isGenerated(place) || differs(Tag.HashingAlgorithm) || differs(Tag.KeyFormatType);
}

/** Whether a request has set the attribute that this value belongs to, to this value. */
function wasSent(place: Place, expected: TtlvItem): boolean {
  const name = attributeOfValue(place, expected);
  return place.exchange.attributesSent.some(
    sent => sent.name === name && sent.value.type === expected.type && sameValue(sent.value, expected),
  );
}

/** The answer may hold more attributes than the case shows, but none that nobody asked for. */
function mayAnswerWith(place: Place, actual: TtlvItem): boolean {
  const parent = place.expectedParents.at(-1);
  const name = attributeIn(parent?.tag, actual)?.name;
  if (name === undefined) return false;
  const asked = children(requestPayload(place)).flatMap(item => attributeReferred(item) ?? []);
  const isShown = children(parent).some(item => attributeIn(parent?.tag, item)?.name === name);
  const mayHaveMore = name === OBJECT_GROUP || name.startsWith('y-');
  return (asked.length === 0 || asked.includes(name)) && (!isShown || mayHaveMore);
}

function isCritical(extension: TtlvItem): boolean {
  const indicator = child(extension, Tag.CriticalityIndicator);
  return indicator?.type !== ItemType.Boolean || indicator.value;
}

const isIndexZero = (place: Place, item: TtlvItem) =>
  isOneOf(place, [Tag.AttributeIndex]) && integer(item) === 0 && place.exchange.version >= V1_1;

function isRequired(required: ReadonlySet<string>, item: TtlvItem): boolean {
  return required.has(item.tag === Tag.Operation ? operationName(item) : objectTypeName(item));
}
