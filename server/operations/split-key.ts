import {
  AttributeSet,
  CryptographicAlgorithm,
  CryptographicLength,
  CryptographicUsageMask,
  findKeyBlock,
  KeyFormatType,
  Link,
  LinkType,
  Name,
  ObjectType,
  Operation,
  SecretDataType,
  SplitKeyMethod,
  V1_2,
  type KeyBlock,
  type ManagedObjectValue,
  type SplitKey,
} from '../../kmip-codec/index.ts';
import { findSymmetricAlgorithm, materialBytes, setOddParity, type ManagedObject } from '../objects/index.ts';
import { joinSecret, SharingError, splitSecret, type Sharing, type SharingMethod } from '../split-keys/index.ts';
import { attributesGiven, keepObject, required } from './new-object.ts';
import { operation, type Context } from './operation.ts';
import { OperationFailure } from './results.ts';

/** Create Split Key: 2.1 §6.1.10, 1.4 §4.38. The parts of a key that is there or, without one, of a new one, which is not kept. */
export const createSplitKey = operation(Operation.CreateSplitKey, {
  changes: true,
  async run(context, request) {
    const { objectType, uniqueIdentifier, splitKeyParts, splitKeyThreshold, splitKeyMethod, primeFieldSize } = request;
    if (objectType !== ObjectType.SplitKey)
      throw new OperationFailure('Invalid Object Type', `${ObjectType.names.show(objectType)}, must be Split Key`);
    const given = await attributesGiven(context, 'Create Split Key', request.attributes, objectType);
    if (given.has(Name))
      throw new OperationFailure('Non Unique Name Attribute', 'several split keys cannot share one Name');
    const source = uniqueIdentifier === undefined ? newKey(context, given) : await keyOf(context, uniqueIdentifier);
    const sharing = sharingOf(splitKeyMethod, splitKeyParts, splitKeyThreshold, primeFieldSize);
    const parts = asFailure(() => splitSecret(source.material, sharing, context.randomBytes));
    const set = given.clone();
    if (source.algorithm !== undefined) set.set(CryptographicAlgorithm, source.algorithm);
    set.set(CryptographicLength, source.length);
    if (uniqueIdentifier !== undefined)
      set.add(Link, { linkType: LinkType.ParentLink, linkedObjectIdentifier: uniqueIdentifier });

    const uniqueIdentifiers: string[] = [];
    for (const { keyPartIdentifier, material } of parts) {
      const keyBlock: KeyBlock = {
        keyFormatType: KeyFormatType.Raw,
        keyValue: { keyMaterial: material },
        ...(source.algorithm !== undefined && { cryptographicAlgorithm: source.algorithm }),
        cryptographicLength: source.length,
      };
      const value = { splitKeyParts, keyPartIdentifier, splitKeyThreshold, splitKeyMethod, primeFieldSize, keyBlock };
      uniqueIdentifiers.push(await keepObject(context, { objectType, given: set, value }));
    }
    context.idPlaceholder = uniqueIdentifiers[0];
    return { ...(context.version === V1_2 && { objectType }), uniqueIdentifiers };
  },
});

/** Join Split Key: 2.1 §6.1.27, 1.4 §4.39. A symmetric key or secret data from enough of its parts. */
export const joinSplitKey = operation(Operation.JoinSplitKey, {
  changes: true,
  async run(context, { objectType, uniqueIdentifiers, secretDataType, attributes }) {
    if (!joinable.has(objectType))
      throw new OperationFailure('Invalid Object Type', `no ${ObjectType.names.show(objectType)} is joined from parts`);
    const given = await attributesGiven(context, 'Join Split Key', attributes ?? new AttributeSet(), objectType);
    const keys: { object: ManagedObject; value: SplitKey }[] = [];
    for (const uniqueIdentifier of uniqueIdentifiers ?? []) keys.push(await splitKeyOf(context, uniqueIdentifier));
    const first = keys[0];
    if (first === undefined) throw new OperationFailure('Cryptographic Failure', 'no parts');
    const { value } = first;
    if (keys.some(one => shape(one.value) !== shape(value)))
      throw new OperationFailure('Cryptographic Failure', 'the parts are not of one split key');
    const sharing = sharingOf(value.splitKeyMethod, value.splitKeyParts, value.splitKeyThreshold, value.primeFieldSize);
    const parts = keys.map(one => ({
      keyPartIdentifier: one.value.keyPartIdentifier,
      material: materialOf(one.value.keyBlock),
    }));
    const algorithm = given.get(CryptographicAlgorithm) ?? first.object.attributes.get(CryptographicAlgorithm);
    const length = given.get(CryptographicLength) ?? first.object.attributes.get(CryptographicLength);
    const symmetric = algorithm === undefined ? undefined : findSymmetricAlgorithm(algorithm);
    const bytes =
      length === undefined ? undefined : symmetric ? materialBytes(symmetric, length) : Math.ceil(length / 8);
    const secret = asFailure(() => joinSecret(parts, sharing, bytes));

    const set = given.clone();
    const mask = given.get(CryptographicUsageMask) ?? first.object.attributes.get(CryptographicUsageMask);
    if (mask !== undefined) set.set(CryptographicUsageMask, mask);
    if (algorithm !== undefined) set.set(CryptographicAlgorithm, algorithm);
    set.set(CryptographicLength, length ?? secret.length * 8);
    const keyBlock: KeyBlock = {
      keyFormatType: KeyFormatType.Raw,
      keyValue: { keyMaterial: secret },
      ...(algorithm !== undefined && { cryptographicAlgorithm: algorithm }),
      cryptographicLength: length ?? secret.length * 8,
    };
    const joined: ManagedObjectValue =
      objectType === ObjectType.SecretData
        ? { secretDataType: secretDataType ?? SecretDataType.Seed, keyBlock }
        : { keyBlock };
    try {
      const uniqueIdentifier = await keepObject(context, { objectType, given: set, value: joined });
      return { ...(context.version === V1_2 && { objectType }), uniqueIdentifier };
    } finally {
      secret.fill(0);
    }
  },
});

const joinable: ReadonlySet<number> = new Set([ObjectType.SymmetricKey, ObjectType.SecretData]);

/** Everything that parts of one key have in common. */
const shape = ({ splitKeyParts, splitKeyThreshold, splitKeyMethod, primeFieldSize }: SplitKey): string =>
  [splitKeyParts, splitKeyThreshold, splitKeyMethod, primeFieldSize].join();

const methods: ReadonlyMap<number, SharingMethod> = new Map<number, SharingMethod>([
  [SplitKeyMethod.XOR, 'XOR'],
  [SplitKeyMethod.PolynomialSharingGF2_16, 'GF(2^16)'],
  [SplitKeyMethod.PolynomialSharingPrimeField, 'prime field'],
  [SplitKeyMethod.PolynomialSharingGF2_8, 'GF(2^8)'],
]);

function sharingOf(splitKeyMethod: number, parts: number, threshold: number, prime: bigint | undefined): Sharing {
  const method = methods.get(splitKeyMethod);
  if (method === undefined) throw new OperationFailure('Unsupported Cryptographic Parameters', 'Split Key Method');
  return { method, parts, threshold, prime };
}

function asFailure<T>(share: () => T): T {
  try {
    return share();
  } catch (error) {
    if (error instanceof SharingError) throw new OperationFailure('Cryptographic Failure', error.message);
    throw error;
  }
}

function newKey(context: Context, given: AttributeSet) {
  const algorithm = required(given, CryptographicAlgorithm);
  const symmetric = findSymmetricAlgorithm(algorithm);
  const length = given.get(CryptographicLength) ?? symmetric?.defaultLength;
  if (symmetric?.canCreate !== true || length === undefined || !symmetric.allows(length))
    throw new OperationFailure('Invalid Attribute Value', 'no keys of this algorithm and length are made');
  const material = context.randomBytes(materialBytes(symmetric, length));
  if (symmetric.hasParity) setOddParity(material);
  return { algorithm, length, material };
}

async function keyOf(context: Context, uniqueIdentifier: string) {
  const { attributes, ...object } = await usable(context, uniqueIdentifier);
  if (object.objectType !== ObjectType.SymmetricKey && object.objectType !== ObjectType.SecretData)
    throw new OperationFailure('Invalid Object Type', `a ${ObjectType.names.show(object.objectType)} is not split`);
  const keyBlock = findKeyBlock(context.objects.open({ attributes, ...object }));
  const material = materialOf(keyBlock);
  return {
    material,
    algorithm: attributes.get(CryptographicAlgorithm),
    length: attributes.get(CryptographicLength) ?? material.length * 8,
  };
}

async function splitKeyOf(context: Context, uniqueIdentifier: string) {
  const object = await usable(context, uniqueIdentifier);
  if (object.objectType !== ObjectType.SplitKey)
    throw new OperationFailure('Invalid Object Type', 'the object is no Split Key');
  return { object, value: context.objects.open(object) as SplitKey };
}

async function usable({ objects }: Context, uniqueIdentifier: string): Promise<ManagedObject> {
  const object = await objects.find(uniqueIdentifier);
  if (object === undefined) throw new OperationFailure('Object Not Found', `no object ${uniqueIdentifier}`);
  if (object.isArchived) throw new OperationFailure('Object Archived', 'the object is archived');
  if (!object.hasMaterial) throw new OperationFailure('Permission Denied', 'the object is destroyed');
  return object;
}

/** The plain bytes of a key. */
function materialOf(keyBlock: KeyBlock | undefined): Uint8Array {
  const { keyValue, keyWrappingData } = keyBlock ?? {};
  const plain = keyValue === undefined || keyValue instanceof Uint8Array ? undefined : keyValue.keyMaterial;
  if (plain instanceof Uint8Array && keyWrappingData === undefined) return plain;
  if (plain !== undefined && 'key' in plain) return plain.key;
  throw new OperationFailure('Cryptographic Failure', 'the key is not here in the clear');
}
