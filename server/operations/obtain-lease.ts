import { CryptographicUsageMask, LastChangeDate, LeaseTime, ObjectType, Operation } from '../../kmip-codec/index.ts';
import { PROTECTING, remainingUnits, type ManagedObject } from '../objects/index.ts';
import { onObject } from './operation.ts';
import { OperationFailure } from './results.ts';

/**
 * Obtain Lease: 2.1 §6.1.35, 1.4 §4.17. The longest time that the server gives, whenever it is asked; none for what may not be
 * used any more.
 */
export const obtainLease = onObject(Operation.ObtainLease, {
  changes: false,
  needs: {},
  async run({ object, now }) {
    checkUsable(object);
    const { uniqueIdentifier, attributes } = object;
    return {
      uniqueIdentifier,
      leaseTime: attributes.get(LeaseTime) ?? 0,
      lastChangeDate: attributes.get(LastChangeDate) ?? now,
    };
  },
});

function checkUsable({ attributes, objectType, state }: ManagedObject): void {
  if (objectType === ObjectType.Template)
    throw new OperationFailure('Permission Denied', 'no lease is given for a Template');
  if (state === 'Compromised' || state === 'Destroyed' || state === 'Destroyed Compromised')
    throw new OperationFailure('Permission Denied', `no lease is given for an object that is ${state}`);
  const mask = attributes.get(CryptographicUsageMask) ?? 0;
  if (remainingUnits(attributes) === 0n && (mask & ~PROTECTING) === 0)
    throw new OperationFailure('Usage Limit Exceeded', 'the Usage Limits are spent, and the object can only protect');
}
