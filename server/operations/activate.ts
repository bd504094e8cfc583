import { Operation } from '../../kmip-codec/index.ts';
import { activated } from '../objects/index.ts';
import { onObject } from './operation.ts';

/** Activate: 2.1 §6.1.1, 1.4 §4.19. Pre-Active becomes Active, from now on. */
export const activate = onObject(Operation.Activate, {
  changes: true,
  needs: { states: ['Pre-Active'] },
  async run({ object, objects, now }) {
    objects.update(object, activated(object.attributes, now));
    return { uniqueIdentifier: object.uniqueIdentifier };
  },
});
