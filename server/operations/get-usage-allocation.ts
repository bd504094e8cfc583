import { ObjectType, Operation } from '../../kmip-codec/index.ts';
import { canProtect, protectsNow, remainingUnits, withoutUnits } from '../objects/index.ts';
import { onObject } from './operation.ts';
import { OperationFailure } from './results.ts';

const KEYS: ReadonlySet<number> = new Set([ObjectType.SymmetricKey, ObjectType.PublicKey, ObjectType.PrivateKey]);
/** Nothing to allocate from: so the clients of 1.x are told (1.4 §11.19). */
const NEVER = { before2: 'Illegal Operation' } as const;

/** Get Usage Allocation: 2.1 §6.1.23, 1.4 §4.18. All of the units asked for, or none. */
export const getUsageAllocation = onObject(Operation.GetUsageAllocation, {
  changes: true,
  needs: {},
  async run({ object, objects, now }, { usageLimitsCount: units }) {
    const { attributes, uniqueIdentifier, objectType } = object;
    if (!KEYS.has(objectType))
      throw new OperationFailure(
        'Invalid Object Type',
        `the object is a ${ObjectType.names.show(objectType)}, must be a key`,
        NEVER,
      );
    const remaining = remainingUnits(attributes);
    if (remaining === undefined)
      throw new OperationFailure('Attribute Not Found', 'the object has no Usage Limits', NEVER);
    if (!canProtect(attributes))
      throw new OperationFailure('Permission Denied', 'the object cannot be used to protect anything', NEVER);
    if (!protectsNow(object, now))
      throw new OperationFailure(
        'Permission Denied',
        'protection is not enabled: the object must be Active and before its Protect Stop Date',
      );
    if (units <= 0n) throw new OperationFailure('Invalid Field', `Usage Limits Count ${units}, must be positive`);
    if (units > remaining)
      throw new OperationFailure('Usage Limit Exceeded', `${units} units are asked for, ${remaining} are left`);
    objects.update(object, withoutUnits(attributes, units, now));
    return { uniqueIdentifier };
  },
});
