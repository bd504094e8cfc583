import { remainingUnits, unitsOf, withoutUnits, type Amount, type ManagedObject } from '../objects/index.ts';
import type { Context } from './operation.ts';
import { OperationFailure } from './results.ts';

/**
 * Counts that the server protects this much with the object: its Usage Limits Count falls by it, as after Get Usage Allocation
 * (1.4 §3.21). Returns the object as it now is. Throws OperationFailure 'Permission Denied', the reason that the OASIS profiles
 * have for Encrypt, when not as much is left. To be called before what is protected leaves the operation.
 */
export function useObject(
  { objects, now, takesChanges }: Context,
  object: ManagedObject,
  amount: Amount,
): ManagedObject {
  const { attributes } = object;
  const remaining = remainingUnits(attributes);
  if (remaining === undefined) return object;
  // To use it without counting would be worse than not to use it.
  if (!takesChanges)
    throw new OperationFailure(
      'General Failure',
      'the server has too little room and cannot count against the Usage Limits now; its administrator must make some',
      { cause: 'full', auditDetail: 'changes are refused, there is too little room' },
    );
  const units = unitsOf(attributes, amount);
  if (units > remaining)
    throw new OperationFailure(
      'Permission Denied',
      `${units} units are asked of the Usage Limits, ${remaining} are left`,
      { auditReason: 'Usage Limit Exceeded' },
    );
  return objects.update(object, withoutUnits(attributes, units, now));
}
