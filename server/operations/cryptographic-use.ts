import { X509Certificate, type KeyObject } from 'node:crypto';
import {
  CryptographicAlgorithm,
  CryptographicParameters,
  CryptographicUsageMask,
  findKeyBlock,
  ObjectType,
  ProcessStartDate,
  ProtectStopDate,
  type Certificate,
  type CryptographicParametersValue,
} from '../../kmip-codec/index.ts';
import { CryptographicFailure, keyObjectOf } from '../cryptography/index.ts';
import type { ObjectContext } from './operation.ts';
import { OperationFailure, type ResultReasonName } from './results.ts';
import type { Part } from './streams.ts';

/** What a key may be used for: the types of object that can, and whether it protects something or processes what is protected. */
const uses = {
  Encrypt: { types: [ObjectType.SymmetricKey, ObjectType.PublicKey], protects: true },
  Decrypt: { types: [ObjectType.SymmetricKey, ObjectType.PrivateKey], protects: false },
  Sign: { types: [ObjectType.PrivateKey], protects: true },
  Verify: { types: [ObjectType.PublicKey, ObjectType.Certificate], protects: false },
  MACGenerate: { types: [ObjectType.SymmetricKey], protects: true },
  MACVerify: { types: [ObjectType.SymmetricKey], protects: false },
} as const;

/**
 * The key of the object if it may do this now, between its dates (1.4 §3.25, §3.26), or the specification's reason why not: an
 * object of one of the types that can; of a certificate it is the public key in it.
 */
export function keyFor({ object, objects, now }: ObjectContext, use: keyof typeof uses): KeyObject {
  const { attributes, objectType, state } = object;
  const { types, protects } = uses[use];
  if (!(types as readonly number[]).includes(objectType))
    throw new OperationFailure(
      'Invalid Object Type',
      `the object is a ${ObjectType.names.show(objectType)}, must be a ${types.map(one => ObjectType.names.show(one)).join(' or a ')}`,
      { before2: 'Permission Denied' },
    );
  if (((attributes.get(CryptographicUsageMask) ?? 0) & CryptographicUsageMask[use]) === 0)
    throw new OperationFailure('Incompatible Cryptographic Usage Mask', `the object may not be used for ${use}`);
  const start = attributes.get(ProcessStartDate);
  const stop = attributes.get(ProtectStopDate);
  const isTooEarly = !protects && start !== undefined && now < start;
  const isTooLate = protects && stop !== undefined && now > stop;
  if (state !== 'Active' || isTooEarly || isTooLate)
    throw new OperationFailure(
      'Wrong Key Lifecycle State',
      state !== 'Active'
        ? `the key is ${state}, must be Active`
        : isTooEarly
          ? 'the Process Start Date of the key has not come'
          : 'the Protect Stop Date of the key has passed',
    );
  const value = objects.open(object);
  if (objectType === ObjectType.Certificate && value !== undefined) return publicKeyIn(value as Certificate);
  const keyBlock = findKeyBlock(value);
  if (keyBlock === undefined)
    throw new OperationFailure('Key Value Not Present', 'the server has only the attributes of this key');
  return computed(() => keyObjectOf(objectType, keyBlock));
}

function publicKeyIn({ certificateValue }: Certificate): KeyObject {
  try {
    return new X509Certificate(certificateValue).publicKey;
  } catch {
    throw new OperationFailure('Cryptographic Failure', 'the Certificate holds no public key that can be used');
  }
}

/** The parameters given, or the key's own of the lowest index; with the key's algorithm where they name none. */
export function parametersFor(
  { object: { attributes } }: ObjectContext,
  given: CryptographicParametersValue | undefined,
): CryptographicParametersValue {
  const [own] = [...attributes.all(CryptographicParameters)].sort((a, b) => a.index - b.index);
  const algorithm = attributes.get(CryptographicAlgorithm);
  return { ...(algorithm !== undefined && { cryptographicAlgorithm: algorithm }), ...(given ?? own?.value) };
}

/** The data of a part; only a last part after others may come without. */
export function dataOf({ isFirst, isLast }: Pick<Part<unknown>, 'isFirst' | 'isLast'>, data: Uint8Array | undefined) {
  if (data === undefined && (isFirst || !isLast)) throw new OperationFailure('Invalid Field', 'Data is missing');
  return data ?? new Uint8Array();
}

/** What `compute` gives; its CryptographicFailure as the answer to the client. */
export function computed<T>(compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if (!(error instanceof CryptographicFailure)) throw error;
    const { reason, message } = error;
    const told = toldByProfiles.get(reason);
    if (told === undefined) throw new OperationFailure(reason, message);
    throw new OperationFailure(told, message, { cause: 'bad request', auditReason: reason });
  }
}

/** What the OASIS profiles have clients of every version told, though the error tables of 2.x have a name of its own for it. */
const toldByProfiles: ReadonlyMap<ResultReasonName, ResultReasonName> = new Map<ResultReasonName, ResultReasonName>([
  ['Missing Initialization Vector', 'Invalid Message'],
  ['Bad Cryptographic Parameters', 'General Failure'],
]);
