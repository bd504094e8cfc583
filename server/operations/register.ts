import { CertificateError } from '../../certs/index.ts';
import type { AttributeSet } from '../../kmip-codec/index.ts';
import {
  CertificateLength,
  CertificateType,
  CodecError,
  CryptographicAlgorithm,
  CryptographicLength,
  findKeyBlock,
  KeyFormatType,
  KeyValueLocation,
  KeyValuePresent,
  Link,
  LinkType,
  ObjectType,
  Operation,
  TemplateAttributes,
  V1_2,
  type Certificate,
  type KeyBlock,
  type ManagedObjectValue,
  type Version,
} from '../../kmip-codec/index.ts';
import { certificateAttributes, findAttributeRule, isGivenAtOrigin, type Origin } from '../objects/index.ts';
import { keyFacts } from './key-facts.ts';
import { attributesGiven, givenIn, keepObject } from './new-object.ts';
import { operation, type Context } from './operation.ts';
import { OperationFailure } from './results.ts';
import { templateOf } from './templates.ts';

/** Register: 2.1 §6.1.43, 1.4 §4.3. An object of any type that was made elsewhere: in the clear, wrapped, or only told of. */
export const register = operation(Operation.Register, {
  changes: true,
  async run(context, { objectType, attributes, object }) {
    checkObjectType(objectType, context);
    const value = objectIn(object);
    const given = await attributesGiven(context, 'Register', withTravelling(context, attributes, value), objectType);
    const kept = asRegistered(context, { objectType, given, value });
    return { uniqueIdentifier: await keepObject(context, kept) };
  },
});

export interface GivenObject {
  readonly objectType: number;
  readonly given: AttributeSet;
  readonly value: ManagedObjectValue;
}

/** Clients of 1.x learn that an Object Type is not recognised (1.4 §11.4). */
export function checkObjectType(objectType: number, { version }: Context): void {
  if (!ObjectType.names.isKnownIn(objectType, version))
    throw new OperationFailure(
      'Invalid Object Type',
      `Object Type ${ObjectType.names.show(objectType)} is not supported`,
    );
}

export function objectIn(object: ManagedObjectValue | CodecError | undefined): ManagedObjectValue {
  if (object instanceof CodecError) throw object;
  if (object === undefined) throw invalid('the object is missing');
  return object;
}

/** The object as it is kept, and the attributes that follow from it beside those given. Throws OperationFailure 'Invalid Field'. */
export function asRegistered(context: Context, { objectType, given, value }: GivenObject): GivenObject {
  if (objectType === ObjectType.Template) return templateOf(context, { objectType, given, value: value });
  if (objectType === ObjectType.Certificate)
    return { objectType, given: withCertificate(context, given, value as Certificate), value };
  const keyBlock = findKeyBlock(value);
  if (keyBlock === undefined) return { objectType, given, value };
  checkPresence(context.version, objectType, keyBlock);
  if (given.has(KeyValueLocation) && keyBlock.keyValue !== undefined)
    throw invalid('Key Value Location, but the Key Value is here');

  const { algorithm, length } = keyFacts(context, { objectType, given, keyBlock });
  const set = given.clone();
  if (algorithm !== undefined) set.set(CryptographicAlgorithm, algorithm);
  if (length !== undefined) set.set(CryptographicLength, length);
  if (keyBlock.keyValue === undefined) set.set(KeyValuePresent, false);
  linkToWrappingKey(set, keyBlock, context.version);
  const kept = { ...asKept(keyBlock), cryptographicAlgorithm: algorithm, cryptographicLength: length };
  return { objectType, given: set, value: { ...value, keyBlock: kept } };
}

/** What the certificate says counts; a type or length that a client gives as well must be right (1.4 §4.3). */
function withCertificate({ version }: Context, given: AttributeSet, certificate: Certificate): AttributeSet {
  let found: AttributeSet;
  try {
    found = certificateAttributes(certificate, version);
  } catch (error) {
    if (error instanceof CertificateError) throw invalid('the Certificate Value is no X.509 certificate in DER');
    throw error;
  }
  const stated = given.get(CertificateLength);
  if (stated !== undefined && stated !== found.get(CertificateLength))
    throw invalid(`Certificate Length is ${stated}, the certificate has ${found.get(CertificateLength)} bytes`);
  const type = given.get(CertificateType);
  if (type !== undefined && type !== certificate.certificateType)
    throw invalid('Certificate Type differs between the attributes and the certificate');
  const set = given.clone();
  for (const { attribute } of found) set.remove(attribute);
  for (const { attribute, value } of found) set.add(attribute, value);
  return set;
}

/** Which parts of a Key Block must be there, and which formats the object may have. */
function checkPresence(
  version: Version,
  objectType: number,
  { keyFormatType, keyCompressionType, keyValue, keyWrappingData }: KeyBlock,
) {
  const name = ObjectType.names.show(objectType);
  if (formatsOf.get(objectType)?.has(keyFormatType) !== true)
    throw new OperationFailure(
      'Key Format Type Not Supported',
      `Key Format Type ${KeyFormatType.names.show(keyFormatType)} is none of a ${name}`,
    );
  if (keyCompressionType !== undefined && objectType !== ObjectType.PublicKey)
    throw new OperationFailure('Key Compression Type Not Supported', `a ${name} has no compression`);
  if (keyValue === undefined && version < V1_2) throw invalid('the Key Value is missing');
  if (keyValue === undefined && keyWrappingData !== undefined) throw invalid('Key Wrapping Data without a Key Value');
  if (keyValue instanceof Uint8Array && keyWrappingData === undefined)
    throw invalid('the Key Value is a Byte String, but there is no Key Wrapping Data');
}

const { Raw, Opaque, PKCS_1, PKCS_8, X_509, ECPrivateKey } = KeyFormatType;
const transparent = (end: string) =>
  Object.entries(KeyFormatType).flatMap(([name, value]) =>
    name.startsWith('Transparent') && name.endsWith(end) ? [value as number] : [],
  );
/** PKCS#12 holds keys together with certificates, PKCS#10 is a Certificate Request: neither is a key. */
const formatsOf: ReadonlyMap<number, ReadonlySet<number>> = new Map<number, ReadonlySet<number>>([
  [ObjectType.SymmetricKey, new Set([Raw, Opaque, ...transparent('SymmetricKey')])],
  [ObjectType.PublicKey, new Set([Raw, Opaque, PKCS_1, X_509, ...transparent('PublicKey')])],
  [ObjectType.PrivateKey, new Set([Raw, Opaque, PKCS_1, PKCS_8, ECPrivateKey, ...transparent('PrivateKey')])],
  [ObjectType.SplitKey, new Set([Raw, Opaque])],
  [ObjectType.SecretData, new Set([Raw, Opaque])],
  [ObjectType.PGPKey, new Set([Raw, Opaque])],
]);

/** The attributes with those that came inside the Key Value and may be set; what is given outside counts (1.4 §2.1.4). */
export function withTravelling(
  { version }: Context,
  template: AttributeSet,
  value: ManagedObjectValue,
  origin: Origin = 'Register',
): AttributeSet {
  const keyValue = findKeyBlock(value)?.keyValue;
  if (keyValue === undefined || keyValue instanceof Uint8Array || !keyValue.attributes?.length) return template;
  const outside = new Set(givenIn(template).map(one => one.attribute.attributeName));
  const inside = keyValue.attributes.filter(({ attribute: { attributeName } }) => {
    const rule = findAttributeRule(attributeName, version);
    return rule !== undefined && isGivenAtOrigin(rule, attributeName, origin) && !outside.has(attributeName);
  });
  const names = template instanceof TemplateAttributes ? template.templateNames : [];
  return new TemplateAttributes([...givenIn(template), ...inside], names);
}

/** A key that comes wrapped is linked to the key that wraps it (2.1 §6.1.43). */
function linkToWrappingKey(set: AttributeSet, { keyWrappingData }: KeyBlock, version: Version): void {
  const wrappingKey = keyWrappingData?.encryptionKeyInformation ?? keyWrappingData?.macSignatureKeyInformation;
  if (wrappingKey === undefined || !LinkType.names.isKnownIn(LinkType.WrappingKeyLink, version)) return;
  if (set.all(Link).some(({ value }) => value.linkType === LinkType.WrappingKeyLink)) return;
  set.add(Link, { linkType: LinkType.WrappingKeyLink, linkedObjectIdentifier: wrappingKey.uniqueIdentifier });
}

/** The Key Block as it came; the attributes that travelled with it are the object's now. */
function asKept(keyBlock: KeyBlock): KeyBlock {
  const { keyValue, keyWrappingData } = keyBlock;
  if (keyValue === undefined || keyValue instanceof Uint8Array || keyWrappingData !== undefined) return keyBlock;
  return { ...keyBlock, keyValue: { keyMaterial: keyValue.keyMaterial } };
}

const invalid = (message: string) => new OperationFailure('Invalid Field', message);
