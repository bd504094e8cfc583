import { isDeepStrictEqual } from 'node:util';
import {
  BlockCipherMode,
  CryptographicAlgorithm,
  CryptographicParameters,
  CryptographicUsageMask,
  ObjectType,
  ProcessStartDate,
  ProtectStopDate,
  type CryptographicParametersValue,
  type EncryptionKeyInformation,
  type SymmetricKey,
  type TypeOf,
} from '../../kmip-codec/index.ts';
import type { ManagedObject } from '../objects/index.ts';
import { symmetricKeyBytes } from './key-formats.ts';
import type { ObjectContext } from './operation.ts';
import { OperationFailure } from './results.ts';

export interface WrappingKey {
  readonly uniqueIdentifier: string;
  /** Those asked for, or the key's own when none were asked for; the Block Cipher Mode is always among them. */
  readonly cryptographicParameters: CryptographicParametersValue;
  readonly key: Uint8Array;
  readonly cipher: WrappingCipher;
}

/**
 * The key to wrap with: an AES key of this vault that is Active, between its Process Start and Protect Stop Dates (1.4 §3.22) and
 * may Wrap Key. Throws the OperationFailures of 1.4 §11.12.
 */
export async function findWrappingKey(
  { uniqueIdentifier, cryptographicParameters: asked }: TypeOf<typeof EncryptionKeyInformation>,
  context: ObjectContext,
): Promise<WrappingKey> {
  const object = await load(uniqueIdentifier, context);
  checkUse(object, context.now);
  const parameters = parametersOf(object, asked);
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
  const kept = context.objects.open(object) as SymmetricKey | undefined;
  const key = kept && symmetricKeyBytes(kept.keyBlock);
  if (key === undefined || ![16, 24, 32].includes(key.length))
    throw new OperationFailure('Permission Denied', 'the server does not have the wrapping key as plain AES key');
  return {
    uniqueIdentifier,
    cryptographicParameters: { ...(asked ?? parameters), blockCipherMode: mode },
    key,
    cipher,
  };
}

async function load(uniqueIdentifier: string, { objects }: ObjectContext): Promise<ManagedObject> {
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

function checkUse({ state, attributes }: ManagedObject, now: Date): void {
  const start = attributes.get(ProcessStartDate);
  const stop = attributes.get(ProtectStopDate);
  if (state !== 'Active')
    throw new OperationFailure('Wrong Key Lifecycle State', `the wrapping key is ${state}, must be Active`);
  if (start !== undefined && now < start)
    throw new OperationFailure('Wrong Key Lifecycle State', 'the Process Start Date of the wrapping key has not come');
  if (stop !== undefined && now > stop)
    throw new OperationFailure('Wrong Key Lifecycle State', 'the Protect Stop Date of the wrapping key has passed');
  const mask = attributes.get(CryptographicUsageMask) ?? 0;
  if ((mask & CryptographicUsageMask.WrapKey) === 0)
    throw new OperationFailure('Incompatible Cryptographic Usage Mask', 'the wrapping key may not be used to Wrap Key');
  const algorithm = attributes.get(CryptographicAlgorithm);
  if (algorithm !== CryptographicAlgorithm.AES) {
    const found = algorithm === undefined ? 'unknown' : CryptographicAlgorithm.names.show(algorithm);
    throw new OperationFailure(
      'Incompatible Cryptographic Usage Mask',
      `the algorithm of the wrapping key is ${found}, must be AES`,
    );
  }
}

/** The instance that matches what was asked, or the one with the lowest index; the key must have one (1.4 §2.1.6). */
function parametersOf({ attributes }: ManagedObject, asked: CryptographicParametersValue = {}) {
  const instances = [...attributes.all(CryptographicParameters)].sort((a, b) => a.index - b.index);
  const found = instances.find(({ value }) =>
    Object.entries(asked).every(([field, wanted]) =>
      isDeepStrictEqual(value[field as keyof CryptographicParametersValue], wanted),
    ),
  );
  if (found === undefined) {
    const message =
      instances.length === 0
        ? 'the wrapping key has no Cryptographic Parameters'
        : 'none of the Cryptographic Parameters of the wrapping key match those given';
    throw new OperationFailure('Bad Cryptographic Parameters', message, { before2: 'Item Not Found' });
  }
  return found.value;
}

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
