import { Operation } from '../../kmip-codec/index.ts';
import { isAddable, isModifiable } from '../objects/index.ts';
import { checkMoment, findRuleFor, keepChange } from './changed-attribute.ts';
import { checkInstances, valueGiven } from './given-attribute.ts';
import { onObject } from './operation.ts';
import { OperationFailure } from './results.ts';

/** Set Attribute: 2.1 §6.1.51. The only value of an attribute, whether it has one already or not. */
export const setAttribute = onObject(Operation.SetAttribute, {
  changes: true,
  needs: {},
  async run(context, { attribute: given }) {
    const { object, now } = context;
    const { attribute } = given;
    const { attributeName } = attribute;
    const rule = findRuleFor(context, attributeName);
    // The error table has no reason of its own for it (2.1 §6.1.51.1).
    if (rule === undefined)
      throw new OperationFailure('Invalid Field', `${attributeName} is no attribute of this object`);
    const [only, another] = object.attributes.all(attribute);
    if (!(only === undefined ? isAddable : isModifiable)(rule, attributeName))
      throw new OperationFailure('Read Only Attribute', `${attributeName} may not be set by clients`);
    if (another !== undefined)
      throw new OperationFailure('Multi Valued Attribute', `the object has several values of ${attributeName}`);
    checkMoment(object, attribute, now, 'Read Only Attribute');

    const set = object.attributes.clone().set(attribute, valueGiven(given), only?.index);
    if (only === undefined) checkInstances(set, attribute, context);
    await keepChange(context, set, attribute);
    return { uniqueIdentifier: object.uniqueIdentifier };
  },
});
