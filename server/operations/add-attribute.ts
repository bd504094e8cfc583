import { Operation } from '../../kmip-codec/index.ts';
import { isAddable } from '../objects/index.ts';
import { asGiven, checkMoment, findRuleFor, keepChange } from './changed-attribute.ts';
import { checkInstances, valueGiven } from './given-attribute.ts';
import { onObject } from './operation.ts';
import { OperationFailure } from './results.ts';

/** Add Attribute: 2.1 §6.1.2, 1.4 §4.14. The first instance of an attribute, or one more; its index is the server's choice. */
export const addAttribute = onObject(Operation.AddAttribute, {
  changes: true,
  needs: {},
  async run(context, { attribute: given }) {
    const { object, now } = context;
    const { attribute, attributeIndex } = given;
    const { attributeName } = attribute;
    const rule = findRuleFor(context, attributeName);
    if (rule === undefined)
      throw new OperationFailure('Invalid Attribute', `${attributeName} is no attribute of this object`, {
        before2: 'Permission Denied',
      });
    if (!isAddable(rule, attributeName))
      throw new OperationFailure('Read Only Attribute', `${attributeName} may not be added by clients`);
    if (!rule.multipleInstances && object.attributes.has(attribute))
      throw new OperationFailure('Attribute Single Valued', `${attributeName} is there already, modify it`);
    if (attributeIndex !== undefined)
      throw new OperationFailure('Invalid Field', `${attributeName}: a new attribute must not have an Attribute Index`);
    checkMoment(object, attribute, now, 'Read Only Attribute');

    const set = object.attributes.clone().add(attribute, valueGiven(given));
    checkInstances(set, attribute, context);
    const added = set.all(attribute).at(-1)!;
    await keepChange(context, set, attribute);
    return { uniqueIdentifier: object.uniqueIdentifier, attribute: asGiven(added) };
  },
});
