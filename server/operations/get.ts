import { Fresh, Operation, type SymmetricKey } from '../../kmip-codec/index.ts';
import { onObject } from './operation.ts';
import { OperationFailure } from './results.ts';

/** Get: 2.1 §6.1.19, 1.4 §4.11. Pre-Active keys too: the state limits what a key may be used for, not who may have it. */
export const get = onObject(Operation.Get, {
  needs: { states: ['Pre-Active', 'Active', 'Deactivated', 'Compromised'] },
  async run({ object, objects }) {
    const kept = objects.open(object) as SymmetricKey | undefined;
    if (kept === undefined) throw new OperationFailure('Key Value Not Present', 'the key has no value on this server');
    // The client is the first to have it (1.4 §3.34).
    if (object.attributes.get(Fresh) === true) objects.update(object, object.attributes.clone().set(Fresh, false));
    return { objectType: object.objectType as 2, uniqueIdentifier: object.uniqueIdentifier, object: kept };
  },
});
