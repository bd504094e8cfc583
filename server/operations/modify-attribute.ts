import { Operation } from '../../kmip-codec/index.ts';
import { isModifiable } from '../objects/index.ts';
import { asGiven, indexOf, checkMoment, findRuleFor, keepChange, readOnly } from './changed-attribute.ts';
import { valueGiven } from './given-attribute.ts';
import { onObject } from './operation.ts';
import { OperationFailure } from './results.ts';

/** Modify Attribute: 2.1 §6.1.34, 1.4 §4.15. Without an Attribute Index the instance 0 is meant. */
export const modifyAttribute = onObject(Operation.ModifyAttribute, {
  changes: true,
  needs: {},
  async run(context, { attribute: given, currentAttribute }) {
    const { object, now } = context;
    const { attribute } = given;
    const index = currentAttribute ? indexOf(object.attributes, currentAttribute) : (given.attributeIndex ?? 0);
    const { attributeName } = attribute;
    const rule = findRuleFor(context, attributeName);
    if (rule !== undefined && !isModifiable(rule, attributeName))
      throw readOnly(`${attributeName} may not be modified by clients`);
    if (rule === undefined || !object.attributes.has(attribute))
      throw new OperationFailure('Attribute Not Found', `the object has no ${attributeName}, add it first`, {
        before2: 'Invalid Field',
      });
    if (object.attributes.find(attribute, index) === undefined)
      throw new OperationFailure(
        'Attribute Instance Not Found',
        `no ${attributeName} has the Attribute Index ${index}`,
      );
    checkMoment(object, attribute, now);

    const set = object.attributes.clone().set(attribute, valueGiven(given), index);
    const modified = set.find(attribute, index)!;
    await keepChange(context, set, attribute);
    return { uniqueIdentifier: object.uniqueIdentifier, attribute: asGiven(modified) };
  },
});
