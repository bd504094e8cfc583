import type { KeyObject } from 'node:crypto';
import {
  CryptographicUsageMask,
  DerivationMethod,
  findKeyBlock,
  ObjectType,
  type Operation,
  type RequestOf,
} from '../../kmip-codec/index.ts';
import { CryptographicFailure, keyObjectOf } from '../cryptography/index.ts';
import { protectsNow, type ManagedObject } from '../objects/index.ts';
import type { Context } from './operation.ts';
import { OperationFailure } from './results.ts';

/** An object to derive from, and what it holds. */
export interface Base {
  readonly object: ManagedObject;
  readonly key: KeyObject;
}
/** The objects to derive from, in their roles. */
export type Bases = { readonly all: readonly Base[] } & (
  | { readonly kind: 'agreement'; readonly privateKey: Base; readonly publicKey: Base }
  | {
      readonly kind: 'key';
      readonly key: Base;
      readonly data: readonly Uint8Array[];
      /** The object whose material the data are. */
      readonly dataFrom?: Base;
    }
);

/**
 * The objects that a request derives from: a key or a password, and at most one more, Secret Data that are the Derivation Data; for
 * Asymmetric Key a Private Key and a Public Key (1.4 §4.6). Each must be allowed to Derive Key now. Throws OperationFailure.
 */
export async function findBases(
  context: Context,
  { uniqueIdentifiers = [], derivationMethod, derivationParameters }: RequestOf<typeof Operation.DeriveKey>,
): Promise<Bases> {
  if (uniqueIdentifiers.length === 0) throw invalid('no object to derive from');
  if (new Set(uniqueIdentifiers).size < uniqueIdentifiers.length) throw invalid('an object is named twice');
  if (uniqueIdentifiers.length > 2) throw invalid(`${uniqueIdentifiers.length} objects, must be one or two`);
  const all: Base[] = [];
  const types = derivationMethod === DerivationMethod.AsymmetricKey ? ofPairs : ofSecrets;
  for (const one of uniqueIdentifiers) all.push(await findBase(context, one, types));
  if (derivationMethod === DerivationMethod.AsymmetricKey) return agreement(all);
  const { derivationData, derivationDataParts = [] } = derivationParameters;
  const given = derivationData === undefined ? derivationDataParts : [derivationData];
  return { all, kind: 'key', ...withData(all, given, ofOne.has(derivationMethod)) };
}

const ofSecrets: readonly number[] = [ObjectType.SymmetricKey, ObjectType.SecretData];
const ofPairs: readonly number[] = [ObjectType.PrivateKey, ObjectType.PublicKey];
/** Methods that compute upon one secret and take no data besides. */
const ofOne: ReadonlySet<number> = new Set([DerivationMethod.PBKDF2, DerivationMethod.HASH]);

function agreement(all: readonly Base[]): Bases {
  const [privateKey, publicKey] = ofPairs.map(type => all.find(one => one.object.objectType === type));
  if (privateKey === undefined || publicKey === undefined)
    throw new OperationFailure(
      'Invalid Object Type',
      'two sides agree by the Private Key of one and the Public Key of the other',
    );
  return { all, kind: 'agreement', privateKey, publicKey };
}

/** Which object is the key, and the data: given, or those of a Secret Data object that stands beside the key. */
function withData(all: readonly Base[], given: readonly Uint8Array[], isOfOne: boolean) {
  const key = all.find(one => one.object.objectType === ObjectType.SymmetricKey) ?? all[0]!;
  const other = all.find(one => one !== key);
  if (given.length > 0 && (other !== undefined || isOfOne))
    throw new OperationFailure(
      'Invalid Message',
      'Derivation Data are given beside an object that holds what to derive from',
    );
  if (other === undefined) return { key, data: given };
  if (isOfOne) throw invalid('two objects, this Derivation Method takes one');
  if (other.object.objectType !== ObjectType.SecretData)
    throw new OperationFailure(
      'Invalid Object Type',
      'of two objects one must be Secret Data, which are the Derivation Data',
    );
  return { key, data: [other.key.export()], dataFrom: other };
}

/** An object of this vault and of one of these types that may Derive Key, is Active and not past its Protect Stop Date, with its key. */
async function findBase({ objects, now }: Context, uniqueIdentifier: string, types: readonly number[]): Promise<Base> {
  const object = await objects.find(uniqueIdentifier);
  if (object === undefined)
    throw new OperationFailure(
      'Object Not Found',
      'no object to derive from has this Unique Identifier',
      (await objects.isElsewhere(uniqueIdentifier))
        ? { cause: 'forbidden', auditReason: 'Permission Denied', auditDetail: 'the object belongs to another vault' }
        : {},
    );
  const { objectType, isArchived, attributes, state } = object;
  if (isArchived) throw new OperationFailure('Object Archived', 'an object to derive from is archived');
  if (!types.includes(objectType))
    throw new OperationFailure(
      'Invalid Object Type',
      `a ${ObjectType.names.show(objectType)} to derive from, must be a ${types.map(one => ObjectType.names.show(one)).join(' or a ')}`,
    );
  if (((attributes.get(CryptographicUsageMask) ?? 0) & CryptographicUsageMask.DeriveKey) === 0)
    throw new OperationFailure(
      'Incompatible Cryptographic Usage Mask',
      'the object may not be used to Derive Key',
      cannot,
    );
  if (!protectsNow(object, now))
    throw new OperationFailure(
      'Wrong Key Lifecycle State',
      state === 'Active' ? 'the Protect Stop Date has passed' : `an object to derive from is ${state}, must be Active`,
      cannot,
    );
  const keyBlock = findKeyBlock(objects.open(object));
  if (keyBlock === undefined)
    throw new OperationFailure(
      'Key Value Not Present',
      'the server has only the attributes of an object to derive from',
    );
  try {
    return { object, key: keyObjectOf(objectType, keyBlock) };
  } catch (error) {
    if (error instanceof CryptographicFailure) throw new OperationFailure(error.reason, error.message);
    throw error;
  }
}

/** In 1.x an object that cannot be derived from is told as a wrong value of the request (1.4 §11.7). */
const cannot = { before2: 'Invalid Field' } as const;
const invalid = (message: string) => new OperationFailure('Invalid Field', message);
