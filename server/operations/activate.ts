import { ObjectType, Operation } from '../../kmip-codec/index.ts';
import { activated } from '../objects/index.ts';
import { onObject } from './operation.ts';
import { OperationFailure } from './results.ts';

/** Activate: 2.1 §6.1.1, 1.4 §4.19. Pre-Active becomes Active, from now on. */
export const activate = onObject(Operation.Activate, {
  changes: true,
  needs: { states: ['Pre-Active'] },
  async run({ object, objects, now }) {
    if (object.state === undefined)
      throw new OperationFailure(
        'Invalid Object Type',
        `a ${ObjectType.names.show(object.objectType)} has no state to activate`,
        { before2: 'Illegal Operation' },
      );
    objects.update(object, activated(object.attributes, now));
    return { uniqueIdentifier: object.uniqueIdentifier };
  },
});
