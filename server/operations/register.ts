import {
  CodecError,
  CryptographicAlgorithm,
  CryptographicLength,
  KeyFormatType,
  KeyValueLocation,
  KeyValuePresent,
  Operation,
  TemplateAttributes,
  V1_2,
  type Attribute,
  type AttributeSet,
  type KeyBlock,
  type ManagedObjectValue,
  type SymmetricKey,
  type TransparentSymmetricKey,
} from '../../kmip-codec/index.ts';
import {
  findAttributeRule,
  findSymmetricAlgorithm,
  isGivenAtOrigin,
  lengthOfMaterial,
  materialBytes,
} from '../objects/index.ts';
import { attributesGiven, givenIn, keepObject, mustBeSymmetricKey } from './new-object.ts';
import { operation, type Context } from './operation.ts';
import { OperationFailure } from './results.ts';

/** Register: 2.1 §6.1.43, 1.4 §4.3. A symmetric key that was made elsewhere, in the clear, wrapped, or only told of. */
export const register = operation(Operation.Register, {
  changes: true,
  async run(context, { objectType, attributes, object }) {
    mustBeSymmetricKey(objectType);
    const keyBlock = keyBlockIn(object);
    checkPresence(context, keyBlock);
    const given = await attributesGiven(context, 'Register', withTravelling(context, attributes, keyBlock), objectType);
    if (given.has(KeyValueLocation) && keyBlock.keyValue !== undefined)
      throw new OperationFailure('Invalid Field', 'Key Value Location, but the Key Value is here');

    const key = keyOf(given, keyBlock);
    const set = given.clone().set(CryptographicAlgorithm, key.algorithm).set(CryptographicLength, key.length);
    if (keyBlock.keyValue === undefined) set.set(KeyValuePresent, false);
    const value = { keyBlock: asKept(keyBlock, key) };
    return { uniqueIdentifier: await keepObject(context, { objectType, given: set, value }) };
  },
});

type Algorithm = NonNullable<KeyBlock['cryptographicAlgorithm']>;
/** What is known of a key: its algorithm, and its length in bits. */
interface KeyFacts {
  readonly algorithm: Algorithm;
  readonly length: number;
}

function keyBlockIn(object: ManagedObjectValue | CodecError | undefined): KeyBlock {
  if (object instanceof CodecError) throw object;
  if (object === undefined) throw invalid('the object is missing');
  return (object as SymmetricKey).keyBlock;
}

/** Which parts of a Key Block must be there, and which formats a symmetric key has. */
function checkPresence(
  { version }: Context,
  { keyFormatType, keyCompressionType, keyValue, keyWrappingData }: KeyBlock,
) {
  if (!formats.has(keyFormatType))
    throw new OperationFailure(
      'Key Format Type Not Supported',
      `Key Format Type ${KeyFormatType.names.show(keyFormatType)}, must be Raw, Opaque or Transparent Symmetric Key`,
    );
  if (keyCompressionType !== undefined)
    throw new OperationFailure('Key Compression Type Not Supported', 'a symmetric key has no compression');
  if (keyValue === undefined && version < V1_2) throw invalid('the Key Value is missing');
  if (keyValue === undefined && keyWrappingData !== undefined) throw invalid('Key Wrapping Data without a Key Value');
  if (keyValue instanceof Uint8Array && keyWrappingData === undefined)
    throw invalid('the Key Value is a Byte String, but there is no Key Wrapping Data');
}

const formats: ReadonlySet<number> = new Set([
  KeyFormatType.Raw,
  KeyFormatType.Opaque,
  KeyFormatType.TransparentSymmetricKey,
]);

/** The Template-Attribute with those attributes that came inside the Key Value and may be set; what is given outside counts (1.4 §2.1.4). */
function withTravelling({ version }: Context, template: AttributeSet, { keyValue }: KeyBlock): AttributeSet {
  if (keyValue === undefined || keyValue instanceof Uint8Array || !keyValue.attributes?.length) return template;
  const outside = new Set(givenIn(template).map(one => one.attribute.attributeName));
  const inside = keyValue.attributes.filter(({ attribute: { attributeName } }) => {
    const rule = findAttributeRule(attributeName, version);
    return rule !== undefined && isGivenAtOrigin(rule, attributeName, 'Register') && !outside.has(attributeName);
  });
  const names = template instanceof TemplateAttributes ? template.templateNames : [];
  return new TemplateAttributes([...givenIn(template), ...inside], names);
}

/** The key's algorithm and length, from the Template-Attribute, the Key Block and the material, which must agree. */
function keyOf(given: AttributeSet, keyBlock: KeyBlock): KeyFacts {
  const algorithm = agreed(CryptographicAlgorithm, given, keyBlock.cryptographicAlgorithm);
  const stated = agreed(CryptographicLength, given, keyBlock.cryptographicLength);
  if (algorithm === undefined)
    throw invalid('Cryptographic Algorithm is required, in the Template-Attribute or the Key Block');
  const known = findSymmetricAlgorithm(algorithm);
  const name = CryptographicAlgorithm.names.show(algorithm);
  // A vendor's algorithm is kept, though nobody here knows its lengths.
  if (known === undefined && CryptographicAlgorithm.names.name(algorithm) !== undefined)
    throw invalid(`${name} has no symmetric keys`);

  const bytes = bytesOf(keyBlock);
  const length = stated ?? (bytes === undefined ? undefined : known ? lengthOfMaterial(known, bytes) : bytes * 8);
  if (length === undefined)
    throw invalid('Cryptographic Length is required, in the Template-Attribute or the Key Block');
  if (known === undefined) return { algorithm, length };
  if (!known.allows(length)) throw invalid(`Cryptographic Length ${length} is none of ${name}`);
  if (bytes !== undefined && bytes !== materialBytes(known, length))
    throw invalid(`the key has ${bytes} bytes, ${name} with ${length} bits has ${materialBytes(known, length)}`);
  return { algorithm, length };
}

function agreed<T>(attribute: Attribute<T>, given: AttributeSet, inBlock: T | undefined): T | undefined {
  const outside = given.get(attribute);
  if (outside !== undefined && inBlock !== undefined && outside !== inBlock)
    throw invalid(
      `${attribute.attributeName} is ${String(attribute.describe(outside))}, in the Key Block ${String(attribute.describe(inBlock))}`,
    );
  return outside ?? inBlock;
}

/** How many bytes the key has; undefined where they cannot be counted: wrapped, opaque or elsewhere. */
function bytesOf({ keyFormatType, keyValue, keyWrappingData }: KeyBlock): number | undefined {
  if (keyValue === undefined || keyValue instanceof Uint8Array || keyWrappingData !== undefined) return undefined;
  const { keyMaterial } = keyValue;
  const bytes = keyMaterial instanceof Uint8Array ? keyMaterial : (keyMaterial as TransparentSymmetricKey).key;
  if (bytes.length === 0) throw invalid('the Key Material is empty');
  return keyFormatType === KeyFormatType.Opaque ? undefined : bytes.length;
}

/** The Key Block as it came, with what Get has to tell of it; the attributes that travelled with it are the object's now. */
function asKept(keyBlock: KeyBlock, { algorithm, length }: KeyFacts): KeyBlock {
  const { keyValue, keyWrappingData } = keyBlock;
  return {
    ...keyBlock,
    cryptographicAlgorithm: algorithm,
    cryptographicLength: length,
    ...(keyValue !== undefined &&
      !(keyValue instanceof Uint8Array) &&
      keyWrappingData === undefined && { keyValue: { keyMaterial: keyValue.keyMaterial } }),
  };
}

const invalid = (message: string) => new OperationFailure('Invalid Field', message);
