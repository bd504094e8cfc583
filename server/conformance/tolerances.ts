import { ItemType, Tag, type TtlvItem, V1_1, type Version } from '../../kmip-codec/index.ts';
import { child, children, enumeration, integer, text } from './items.ts';
import { objectTypeName, operationName } from './test-case.ts';
import { sameValue } from './variables.ts';

/** Where in a response an item stands, and what is known about the exchange. */
export interface Place {
  /** Tags from the message down to the item, which is the last. */
  readonly tags: readonly number[];
  /** The structures around the item, as expected and as they came, outermost first. */
  readonly expectedParents: readonly TtlvItem[];
  readonly actualParents: readonly TtlvItem[];
  readonly exchange: ExchangeFacts;
}

export interface ExchangeFacts {
  readonly version: Version;
  /** The request message as it was sent. */
  readonly request: TtlvItem;
  /** How the objects of the case came to be, by Unique Identifier; unknown objects count as generated. */
  readonly objects: ReadonlyMap<string, 'generated' | 'registered'>;
  /** The attributes that requests have set so far, this one included: `Attribute` structures. */
  readonly attributesSent: readonly TtlvItem[];
  /** XML names of operations and object types that an answer to Query may not leave out. */
  readonly required: ReadonlySet<string>;
}

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

/** Everything that may differ, and by what right. What no row permits is a difference. */
export const tolerances: readonly Tolerance[] = [
  {
    id: 'unique-identifier',
    source: `${VARIABLE_ITEMS} items 1 to 3`,
    value: place =>
      isOneOf(place, [Tag.UniqueIdentifier, Tag.PrivateKeyUniqueIdentifier, Tag.PublicKeyUniqueIdentifier]) ||
      isAttributeValue(place, ['Unique Identifier']),
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
      hasSameLength(expected, actual),
  },
  {
    id: 'cryptographic-output',
    source: `${VARIABLE_ITEMS} item 8`,
    value: place =>
      isOneOf(place, [Tag.Data, Tag.SignatureData, Tag.MACData, Tag.IVCounterNonce]) && isGenerated(place),
  },
  {
    id: 'date-attribute',
    source: `${VARIABLE_ITEMS} item 9`,
    value: (place, expected) => isAttributeValue(place, DATES) && !wasSent(place, expected),
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
      (isOneOf(place, [Tag.AttributeName]) && operationOf(place) === 'GetAttributeList') ||
      (isOneOf(place, [Tag.Attribute]) && operationOf(place) === 'GetAttributes' && mayAnswerWith(place, actual)),
  },
  {
    id: 'object-group-of-the-server',
    source: `${VARIABLE_ITEMS} item 20`,
    missing: (place, expected) =>
      isOneOf(place, [Tag.AttributeName]) &&
      operationOf(place) === 'GetAttributeList' &&
      text(expected) === OBJECT_GROUP &&
      !place.exchange.attributesSent.some(sent => text(child(sent, Tag.AttributeName)) === OBJECT_GROUP),
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
    value: place => isOneOf(place, [Tag.VendorIdentification]),
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
    value: place => isAttributeValue(place, ['Lease Time']) || isOneOf(place, [Tag.LeaseTime]),
  },
  {
    id: 'server-correlation-value',
    source: '1.4 §6.19: the server should send it',
    missing: place => isOneOf(place, [Tag.ServerCorrelationValue]),
    extra: place => isOneOf(place, [Tag.ServerCorrelationValue]),
    value: place => isOneOf(place, [Tag.ServerCorrelationValue]),
  },
];

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

const isOneOf = (place: Place, tags: readonly number[]) => tags.includes(place.tags.at(-1) ?? 0);

/** Name of the innermost attribute that holds the item: of an `Attribute` (1.x), */
function attributeName(place: Place): string | undefined {
  const attribute = place.expectedParents.findLast(parent => parent.tag === Tag.Attribute);
  return text(child(attribute, Tag.AttributeName));
}
const isInAttribute = (place: Place, name: string) => attributeName(place) === name;
const isAttributeValue = (place: Place, names: readonly string[]) =>
  isOneOf(place, [Tag.AttributeValue]) && names.includes(attributeName(place) ?? '');

const batchItem = (place: Place) => place.expectedParents.find(parent => parent.tag === Tag.BatchItem);
const operationOf = (place: Place) => operationName(child(batchItem(place), Tag.Operation));
const isQuery = (place: Place) => operationOf(place) === 'Query' && place.tags.includes(Tag.ResponsePayload);

/** Payload of the request item that stands where the response item stands. */
function requestPayload(place: Place): TtlvItem | undefined {
  const items = (message: TtlvItem | undefined) => children(message).filter(item => item.tag === Tag.BatchItem);
  const item = batchItem(place);
  const index = item ? items(place.expectedParents[0]).indexOf(item) : -1;
  return child(items(place.exchange.request)[index], Tag.RequestPayload);
}

/** Whether the server made the object that the response speaks of, or nobody knows who did. */
function isGenerated(place: Place): boolean {
  const payload = place.actualParents.find(parent => parent.tag === Tag.ResponsePayload);
  const uniqueIdentifier = text(child(payload, Tag.UniqueIdentifier));
  return uniqueIdentifier === undefined || place.exchange.objects.get(uniqueIdentifier) !== 'registered';
}

function isWrappedByGenerated(place: Place): boolean {
  const keyBlock = place.actualParents.findLast(parent => parent.tag === Tag.KeyBlock);
  const keyInformation = child(child(keyBlock, Tag.KeyWrappingData), Tag.EncryptionKeyInformation);
  const wrappingKey = text(child(keyInformation, Tag.UniqueIdentifier));
  return wrappingKey !== undefined && place.exchange.objects.get(wrappingKey) !== 'registered';
}

/** Generated key material is as long as the case has it: its length follows from the request. */
function hasSameLength(expected: TtlvItem, actual: TtlvItem): boolean {
  if (expected.type !== ItemType.ByteString || actual.type !== ItemType.ByteString) return true;
  return expected.value.byteLength === actual.value.byteLength;
}

/** The digest of a registered key is determined as long as the server hashes the same form in the same way. */
function mayDigestDiffer(place: Place): boolean {
  const [expected, actual] = [place.expectedParents.at(-1), place.actualParents.at(-1)];
  const differs = (tag: number) => enumeration(child(expected, tag)) !== enumeration(child(actual, tag));
  return isGenerated(place) || differs(Tag.HashingAlgorithm) || differs(Tag.KeyFormatType);
}

/** Whether a request has set the attribute that this value belongs to, to this value. */
function wasSent(place: Place, expected: TtlvItem): boolean {
  return place.exchange.attributesSent.some(attribute => {
    const value = child(attribute, Tag.AttributeValue);
    return (
      text(child(attribute, Tag.AttributeName)) === attributeName(place) &&
      value?.type === expected.type &&
      sameValue(value, expected)
    );
  });
}

/** The answer may hold more attributes than the case shows, but none that nobody asked for. */
function mayAnswerWith(place: Place, actual: TtlvItem): boolean {
  const asked = children(requestPayload(place)).flatMap(item =>
    item.tag === Tag.AttributeName ? [text(item) ?? ''] : [],
  );
  const name = text(child(actual, Tag.AttributeName)) ?? '';
  const isShown = children(place.expectedParents.at(-1)).some(
    item => item.tag === Tag.Attribute && text(child(item, Tag.AttributeName)) === name,
  );
  const mayHaveMore = name === 'Object Group' || name.startsWith('y-');
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
