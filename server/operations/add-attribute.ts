import { LastChangeDate, Operation } from '../../kmip-codec/index.ts';
import { onObject } from './operation.ts';
import { OperationFailure } from './results.ts';

/** Add Attribute: 2.1 §6.1.2, 1.4 §4.14. */
export const addAttribute = onObject(Operation.AddAttribute, {
  needs: {},
  async run({ object, objects, now }, { attribute: given }) {
    if (given.value === undefined) throw new OperationFailure('Invalid Field', 'Attribute Value is missing');
    const set = object.attributes.clone().add(given.attribute, given.value).set(LastChangeDate, now);
    objects.update(object, set);
    const added = set.all(given.attribute).at(-1)!;
    return {
      uniqueIdentifier: object.uniqueIdentifier,
      attribute: { attribute: added.attribute, attributeIndex: added.index || undefined, value: added.value },
    };
  },
});
