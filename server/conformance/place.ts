import { ItemType, Tag, type TtlvItem, type Version } from '../../kmip-codec/index.ts';
import { attributeIn, type AttributeItem } from './attribute-items.ts';
import { child, children, text } from './items.ts';
import { operationName } from './test-case.ts';

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
  /** The attributes that requests have set so far, this one included. */
  readonly attributesSent: readonly AttributeItem[];
  /** XML names of operations and object types that an answer to Query may not leave out. */
  readonly required: ReadonlySet<string>;
}

export const isOneOf = (place: Place, tags: readonly number[]) => tags.includes(place.tags.at(-1) ?? 0);

/** The attribute of the expected answer that holds the item; undefined where none does. */
export function attributeAround(place: Place): AttributeItem | undefined {
  const { expectedParents } = place;
  for (let depth = expectedParents.length - 1; depth > 0; depth--) {
    const attribute = attributeIn(expectedParents[depth - 1]?.tag, expectedParents[depth]!);
    if (attribute) return attribute;
  }
  return undefined;
}
export const isInAttribute = (place: Place, name: string) => attributeAround(place)?.name === name;

/** Name of the attribute whose whole value the item is; undefined where it is none, or only a part of one. */
export function attributeOfValue(place: Place, item: TtlvItem): string | undefined {
  const parent = place.tags.at(-2);
  if (isOneOf(place, [Tag.AttributeValue])) return attributeAround(place)?.name;
  return parent === Tag.Attribute ? undefined : attributeIn(parent, item)?.name;
}
export const isAttributeValue = (place: Place, item: TtlvItem, names: readonly string[]) =>
  names.includes(attributeOfValue(place, item) ?? '');

const batchItem = (place: Place) => place.expectedParents.find(parent => parent.tag === Tag.BatchItem);
export const operationOf = (place: Place) => operationName(child(batchItem(place), Tag.Operation));
export const isQuery = (place: Place) => operationOf(place) === 'Query' && place.tags.includes(Tag.ResponsePayload);

/** Payload of the request item that stands where the response item stands. */
export function requestPayload(place: Place): TtlvItem | undefined {
  const items = (message: TtlvItem | undefined) => children(message).filter(item => item.tag === Tag.BatchItem);
  const item = batchItem(place);
  const index = item ? items(place.expectedParents[0]).indexOf(item) : -1;
  return child(items(place.exchange.request)[index], Tag.RequestPayload);
}

/** Whether the server made the object that the response speaks of, or nobody knows who did. */
export function isGenerated(place: Place): boolean {
  const uniqueIdentifier = objectOf(place);
  return uniqueIdentifier === undefined || place.exchange.objects.get(uniqueIdentifier) !== 'registered';
}

/** Unique Identifier that the response payload names. */
export function objectOf(place: Place): string | undefined {
  const payload = place.actualParents.find(parent => parent.tag === Tag.ResponsePayload);
  return text(child(payload, Tag.UniqueIdentifier));
}

/** As long as the other byte string; true for items that are none. */
export function hasSameLength(expected: TtlvItem, actual: TtlvItem): boolean {
  if (expected.type !== ItemType.ByteString || actual.type !== ItemType.ByteString) return true;
  return expected.value.byteLength === actual.value.byteLength;
}

/** The numbers of an RSA key in PKCS#1 whose size is left to chance: d, both exponents and the coefficient (RFC 8017 §A.1.2). */
const DER_NUMBERS = 4;
const DER_SEQUENCE = 0x30;

/** Whether both are DER and as long as one another but for what DER leaves out: leading zeros of numbers, two bytes of each at most. */
export function isAboutAsLongInDer(expected: TtlvItem, actual: TtlvItem): boolean {
  if (expected.type !== ItemType.ByteString || actual.type !== ItemType.ByteString) return false;
  const [left, right] = [expected.value, actual.value];
  if (left[0] !== DER_SEQUENCE || right[0] !== DER_SEQUENCE) return false;
  return Math.abs(left.byteLength - right.byteLength) <= 2 * DER_NUMBERS;
}
