import { DestroyDate, ObjectType, Operation, RevocationReasonCode, State } from '../../kmip-codec/index.ts';
import { revoked, stateAfter, triggerOf } from '../objects/index.ts';
import { onObject } from './operation.ts';
import { OperationFailure } from './results.ts';

/** Revoke: 2.1 §6.1.44, 1.4 §4.20. A compromise is always taken note of; other reasons deactivate what is Active. */
export const revoke = onObject(Operation.Revoke, {
  changes: true,
  needs: {},
  async run({ object, objects, now }, { revocationReason, compromiseOccurrenceDate }) {
    const { revocationReasonCode } = revocationReason;
    if (RevocationReasonCode.names.name(revocationReasonCode) === undefined)
      throw new OperationFailure('Invalid Field', `Revocation Reason Code ${revocationReasonCode} is not known`);
    const trigger = triggerOf(revocationReason);
    if (object.objectType === ObjectType.Template)
      throw new OperationFailure('Invalid Object Type', 'a Template cannot be revoked', {
        before2: 'Illegal Operation',
      });
    if (object.state === undefined && object.attributes.has(DestroyDate))
      throw new OperationFailure('Wrong Key Lifecycle State', 'the object is destroyed');
    if (object.state !== undefined && stateAfter(object.attributes.get(State), trigger) === undefined) {
      throw new OperationFailure(
        'Wrong Key Lifecycle State',
        `${object.state}, must be ${trigger === 'Revoke' ? 'Active' : 'neither Compromised nor Destroyed Compromised'} for this Revocation Reason`,
      );
    }
    if (compromiseOccurrenceDate !== undefined && trigger === 'Revoke')
      throw new OperationFailure(
        'Invalid Field',
        'Compromise Occurrence Date without a compromise as Revocation Reason',
      );
    objects.update(object, revoked(object.attributes, revocationReason, compromiseOccurrenceDate, now));
    return { uniqueIdentifier: object.uniqueIdentifier };
  },
});
