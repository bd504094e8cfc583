import { isDeepStrictEqual } from 'node:util';
import {
  BlockCipherMode,
  CryptographicAlgorithm,
  CryptographicParameters,
  CryptographicUsageMask,
  findKeyBlock,
  ObjectType,
  ProcessStartDate,
  ProtectStopDate,
  type AttributeSet,
  type CryptographicParametersValue,
  type EncryptionKeyInformation,
  type KeyBlock,
} from '../../kmip-codec/index.ts';
import type { ManagedObject } from '../objects/index.ts';
import { symmetricKeyBytes } from './key-formats.ts';
import type { Context } from './operation.ts';
import { OperationFailure } from './results.ts';

/** An AES key, and how it wraps. */
export interface WrappingKey {
  readonly uniqueIdentifier: string;
  /** Those asked for, or the key's own when none were asked for; the Block Cipher Mode is always among them. */
  readonly cryptographicParameters: CryptographicParametersValue;
  readonly key: Uint8Array;
  readonly cipher: WrappingCipher;
}

/**
 * The key to wrap or unwrap with: an AES key of this vault that is Active, between its Process Start and Protect Stop Dates (1.4
 * §3.22) and may Wrap or Unwrap Key. Throws the OperationFailures of 1.4 §11.12.
 */
export async function findWrappingKey(
  { uniqueIdentifier, cryptographicParameters: asked }: EncryptionKeyInformation,
  context: Context,
  use: 'wrap' | 'unwrap' = 'wrap',
): Promise<WrappingKey> {
  const object = await loadKey(uniqueIdentifier, context);
  checkUse(object, context.now, use);
  // What wrapped a key before may no longer be among the parameters of the wrapping key.
  const parameters = use === 'unwrap' && asked !== undefined ? asked : parametersOf(object, asked);
  const mode = parameters.blockCipherMode ?? BlockCipherMode.NISTKeyWrap;
  const cipher = ciphers.get(mode);
  const algorithm = parameters.cryptographicAlgorithm ?? CryptographicAlgorithm.AES;
  if (cipher === undefined || algorithm !== CryptographicAlgorithm.AES) {
    throw new OperationFailure(
      'Unsupported Cryptographic Parameters',
      `wrapping with ${CryptographicAlgorithm.names.show(algorithm)} in ${BlockCipherMode.names.show(mode)}, must be AES in NISTKeyWrap or AESKeyWrapPadding`,
      { before2: 'Feature Not Supported' },
    );
  }
  const key = symmetricKeyBytes(openKey(object, context));
  if (key === undefined || ![16, 24, 32].includes(key.length))
    throw new OperationFailure('Permission Denied', 'the server does not have the wrapping key as plain AES key');
  return {
    uniqueIdentifier,
    cryptographicParameters: { ...(asked ?? parameters), blockCipherMode: mode },
    key,
    cipher,
  };
}

/** The Key Block of a key that does something for another object. */
export const openKey = (object: ManagedObject, { objects }: Context): KeyBlock => {
  const keyBlock = findKeyBlock(objects.open(object));
  if (keyBlock === undefined)
    throw new OperationFailure('Permission Denied', 'the server does not have the wrapping key');
  return keyBlock;
};

/** A Symmetric Key of this vault that is not archived and not destroyed. */
export async function loadKey(uniqueIdentifier: string, { objects }: Context): Promise<ManagedObject> {
  const object = await objects.find(uniqueIdentifier);
  if (object === undefined) {
    throw new OperationFailure(
      'Wrapping Object Not Found',
      'no wrapping key has this Unique Identifier',
      (await objects.isElsewhere(uniqueIdentifier))
        ? {
            cause: 'forbidden',
            auditReason: 'Permission Denied',
            auditDetail: 'the wrapping key belongs to another vault',
          }
        : {},
    );
  }
  const { state, objectType, isArchived } = object;
  if (isArchived) throw new OperationFailure('Wrapping Object Archived', 'the wrapping key is archived');
  if (state === 'Destroyed' || state === 'Destroyed Compromised')
    throw new OperationFailure('Wrapping Object Destroyed', `the wrapping key is ${state}`);
  if (objectType !== ObjectType.SymmetricKey) {
    const found = ObjectType.names.show(objectType);
    throw new OperationFailure('Invalid Object Type', `the wrapping key is a ${found}, must be a Symmetric Key`, {
      before2: found.endsWith('Key') ? 'Permission Denied' : 'Illegal Operation',
    });
  }
  return object;
}

function checkUse(object: ManagedObject, now: Date, use: 'wrap' | 'unwrap'): void {
  checkDates(object, now, use === 'wrap' ? 'protect' : 'process');
  if (use === 'wrap') checkMask(object, CryptographicUsageMask.WrapKey, 'Wrap Key');
  else checkMask(object, CryptographicUsageMask.UnwrapKey, 'Unwrap Key');
  const algorithm = object.attributes.get(CryptographicAlgorithm);
  if (algorithm !== CryptographicAlgorithm.AES) {
    const found = algorithm === undefined ? 'unknown' : CryptographicAlgorithm.names.show(algorithm);
    throw new OperationFailure(
      'Incompatible Cryptographic Usage Mask',
      `the algorithm of the wrapping key is ${found}, must be AES`,
    );
  }
}

/** A key is used while it is Active: to process from its Process Start Date on, to protect until its Protect Stop Date (1.4 §3.25, §3.26). */
export function checkDates({ state, attributes }: ManagedObject, now: Date, use: 'protect' | 'process'): void {
  const start = attributes.get(ProcessStartDate);
  const stop = attributes.get(ProtectStopDate);
  if (state !== 'Active')
    throw new OperationFailure('Wrong Key Lifecycle State', `the wrapping key is ${state}, must be Active`);
  if (start !== undefined && now < start)
    throw new OperationFailure('Wrong Key Lifecycle State', 'the Process Start Date of the wrapping key has not come');
  if (use === 'protect' && stop !== undefined && now > stop)
    throw new OperationFailure('Wrong Key Lifecycle State', 'the Protect Stop Date of the wrapping key has passed');
}

export function checkMask({ attributes }: ManagedObject, bit: number, what: string): void {
  if (((attributes.get(CryptographicUsageMask) ?? 0) & bit) === 0)
    throw new OperationFailure('Incompatible Cryptographic Usage Mask', `the wrapping key may not be used to ${what}`);
}

/** The instance that matches what was asked, or the one with the lowest index; the key must have one (1.4 §2.1.6). */
export function parametersOf({ attributes }: ManagedObject, asked: CryptographicParametersValue = {}) {
  const found = findParameters(attributes, asked);
  if (found === undefined) {
    const message = !attributes.has(CryptographicParameters)
      ? 'the wrapping key has no Cryptographic Parameters'
      : 'none of the Cryptographic Parameters of the wrapping key match those given';
    throw new OperationFailure('Bad Cryptographic Parameters', message, { before2: 'Item Not Found' });
  }
  return found;
}

/** The first instance that has everything that was asked, or undefined. */
export const findParameters = (
  attributes: AttributeSet,
  asked: CryptographicParametersValue = {},
): CryptographicParametersValue | undefined =>
  [...attributes.all(CryptographicParameters)]
    .sort((a, b) => a.index - b.index)
    .find(({ value }) =>
      Object.entries(asked).every(([field, wanted]) =>
        isDeepStrictEqual(value[field as keyof CryptographicParametersValue], wanted),
      ),
    )?.value;

interface WrappingCipher {
  readonly initialValue: Buffer;
  nameFor(keyBytes: number): string;
  takes(bytes: number): boolean;
}
const ciphers: ReadonlyMap<number, WrappingCipher> = new Map<number, WrappingCipher>([
  [
    BlockCipherMode.NISTKeyWrap, // RFC 3394
    {
      initialValue: Buffer.alloc(8, 0xa6),
      nameFor: keyBytes => `id-aes${keyBytes * 8}-wrap`,
      takes: bytes => bytes >= 16 && bytes % 8 === 0,
    },
  ],
  [
    BlockCipherMode.AESKeyWrapPadding, // RFC 5649
    {
      initialValue: Buffer.from('a65959a6', 'hex'),
      nameFor: keyBytes => `id-aes${keyBytes * 8}-wrap-pad`,
      takes: bytes => bytes > 0,
    },
  ],
]);
