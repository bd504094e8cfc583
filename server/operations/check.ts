import { CryptographicUsageMask, LeaseTime, ObjectType, Operation, type RequestOf } from '../../kmip-codec/index.ts';
import { remainingUnits } from '../objects/index.ts';
import { onObject, type ObjectContext } from './operation.ts';
import { OperationFailure } from './results.ts';

/**
 * Check: 2.1 §6.1.7, 1.4 §4.10. Whether the object may be used so: that many units, for these uses, for a lease that long. When
 * it may not, the item fails, its message names what is refused, and the ID Placeholder is empty.
 */
export const check = onObject(Operation.Check, {
  changes: false,
  needs: {},
  run(context, request) {
    const { object } = context;
    const refused = refusal(context, request);
    if (refused === undefined) return Promise.resolve({ uniqueIdentifier: object.uniqueIdentifier });
    context.idPlaceholder = undefined;
    return Promise.reject(refused);
  },
});

function refusal(
  { object: { attributes, objectType } }: ObjectContext,
  { usageLimitsCount, cryptographicUsageMask, leaseTime }: RequestOf<typeof Operation.Check>,
): OperationFailure | undefined {
  if (objectType === ObjectType.Template)
    return new OperationFailure('Illegal Object Type', 'a Template is not used and cannot be checked');
  const allowed = attributes.get(CryptographicUsageMask) ?? 0;
  const lacking = (cryptographicUsageMask ?? 0) & ~allowed;
  if (lacking !== 0 && (allowed & CryptographicUsageMask.Unrestricted) === 0)
    return new OperationFailure(
      'Incompatible Cryptographic Usage Mask',
      `the object may not be used for ${uses(lacking)}`,
    );
  const remaining = remainingUnits(attributes);
  if (usageLimitsCount !== undefined && remaining !== undefined && usageLimitsCount > remaining)
    return new OperationFailure(
      'Usage Limit Exceeded',
      `Usage Limits Count ${usageLimitsCount} is asked for, ${remaining} are left`,
    );
  const longest = attributes.get(LeaseTime) ?? 0;
  // 0 is a lease without an end (1.4 §4.17): also more than any limit.
  if (leaseTime !== undefined && longest > 0 && (leaseTime > longest || leaseTime === 0))
    return new OperationFailure(
      'Permission Denied',
      `Lease Time ${leaseTime} is asked for, at most ${longest} seconds are given`,
    );
  return undefined;
}

const uses = (mask: number): string => [CryptographicUsageMask.describe(mask)].flat().join(', ');
