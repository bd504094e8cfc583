import {
  CryptographicAlgorithm,
  CryptographicParameters,
  CryptographicUsageMask,
  findKeyBlock,
  ObjectType,
  ProcessStartDate,
  ProtectStopDate,
  UsageLimits,
  type CryptographicParametersValue,
} from '../../kmip-codec/index.ts';
import { CryptographicFailure, keyObjectOf } from '../cryptography/index.ts';
import type { ObjectContext } from './operation.ts';
import { OperationFailure } from './results.ts';

/** What a request for a computation says of its parts. */
export interface Parts {
  readonly correlationValue?: Uint8Array | undefined;
  readonly initIndicator?: boolean | undefined;
  readonly finalIndicator?: boolean | undefined;
}

/** The bytes of a Symmetric Key that may do this now, between its dates (1.4 §3.25, §3.26), or the specification's reason why not. */
export function symmetricKeyFor({ object, objects, now }: ObjectContext, use: 'Encrypt' | 'Decrypt'): Buffer {
  const { attributes, objectType, state } = object;
  if (objectType !== ObjectType.SymmetricKey)
    throw new OperationFailure(
      'Invalid Object Type',
      `the object is a ${ObjectType.names.show(objectType)}, must be a Symmetric Key`,
      { before2: 'Permission Denied' },
    );
  if (((attributes.get(CryptographicUsageMask) ?? 0) & CryptographicUsageMask[use]) === 0)
    throw new OperationFailure('Incompatible Cryptographic Usage Mask', `the key may not be used to ${use}`);
  const start = attributes.get(ProcessStartDate);
  const stop = attributes.get(ProtectStopDate);
  const isTooEarly = use === 'Decrypt' && start !== undefined && now < start;
  const isTooLate = use === 'Encrypt' && stop !== undefined && now > stop;
  if (state !== 'Active' || isTooEarly || isTooLate)
    throw new OperationFailure(
      'Wrong Key Lifecycle State',
      state !== 'Active'
        ? `the key is ${state}, must be Active`
        : isTooEarly
          ? 'the Process Start Date of the key has not come'
          : 'the Protect Stop Date of the key has passed',
    );
  // To use such a key without counting would be worse than not to use it.
  if (use === 'Encrypt' && attributes.has(UsageLimits))
    throw new OperationFailure('Feature Not Supported', 'keys with Usage Limits are not used by this server yet');
  const keyBlock = findKeyBlock(objects.open(object));
  if (keyBlock === undefined)
    throw new OperationFailure('Key Value Not Present', 'the server has only the attributes of this key');
  return computed(() => keyObjectOf(objectType, keyBlock).export());
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

/** Refuses data in several parts; gives the data of the one part. */
export function onlyPart(data: Uint8Array | undefined, parts: Parts): Uint8Array {
  // One part that is both first and last is a whole.
  const isWhole =
    parts.correlationValue === undefined && (parts.initIndicator !== true || parts.finalIndicator === true);
  if (!isWhole)
    throw new OperationFailure('Feature Not Supported', 'data in several parts is not taken by this server');
  if (data === undefined)
    throw new OperationFailure('Invalid Field', 'Data is missing, it is required in a single part');
  return data;
}

/** What `compute` gives; its CryptographicFailure as the answer to the client. */
export function computed<T>(compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if (!(error instanceof CryptographicFailure)) throw error;
    const { reason, message } = error;
    // Clients before 2.0 know it so from the OASIS profiles.
    throw new OperationFailure(
      reason,
      message,
      reason === 'Missing Initialization Vector' ? { before2: 'Invalid Message' } : {},
    );
  }
}
