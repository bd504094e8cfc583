import { DestroyDate, Operation } from '../../kmip-codec/index.ts';
import { destroyed } from '../objects/index.ts';
import { onObject } from './operation.ts';
import { OperationFailure } from './results.ts';

/** Destroy: 2.1 §6.1.15, 1.4 §4.21. The key material is forgotten; the attributes stay, to be read and to keep the Unique Identifier taken. */
export const destroy = onObject(Operation.Destroy, {
  changes: true,
  needs: { states: ['Pre-Active', 'Deactivated', 'Compromised'] },
  async run({ object, objects, now }) {
    if (object.attributes.has(DestroyDate))
      throw new OperationFailure('Object Destroyed', 'the object is destroyed already');
    objects.forget(object, destroyed(object.attributes, now));
    return { uniqueIdentifier: object.uniqueIdentifier };
  },
});
