import { Operation, V2_0, type Attribute, type AttributeSet, type Version } from '../../kmip-codec/index.ts';
import { isModifiable } from '../objects/index.ts';
import { asGiven, checkMoment, findRuleFor, indexOf, keepChange } from './changed-attribute.ts';
import { valueGiven } from './given-attribute.ts';
import { onObject } from './operation.ts';
import { OperationFailure } from './results.ts';

/** Modify Attribute: 2.1 §6.1.34, 1.4 §4.15. The instance that Current Attribute or, before 2.0, the Attribute Index names. */
export const modifyAttribute = onObject(Operation.ModifyAttribute, {
  changes: true,
  needs: {},
  async run(context, { attribute: given, currentAttribute }) {
    const { object, now, version } = context;
    const { attribute, attributeIndex } = given;
    const { attributeName } = attribute;
    if (currentAttribute !== undefined && currentAttribute.attribute.attributeName !== attributeName)
      throw new OperationFailure(
        'Invalid Field',
        `Current Attribute is ${currentAttribute.attribute.attributeName}, New Attribute ${attributeName}`,
      );
    const rule = findRuleFor(context, attributeName);
    if (rule !== undefined && !isModifiable(rule, attributeName))
      throw new OperationFailure('Attribute Read Only', `${attributeName} may not be modified by clients`);
    if (rule === undefined || !object.attributes.has(attribute))
      throw new OperationFailure('Attribute Not Found', `the object has no ${attributeName}, add it first`, {
        before2: 'Invalid Field',
      });
    const index = currentAttribute
      ? indexOf(object.attributes, currentAttribute)
      : (attributeIndex ?? theOnly(object.attributes, attribute, version));
    if (object.attributes.find(attribute, index) === undefined)
      throw new OperationFailure(
        'Attribute Instance Not Found',
        version < V2_0
          ? `no ${attributeName} has the Attribute Index ${index}`
          : `the object has no ${attributeName} of this value`,
      );
    checkMoment(object, attribute, now, 'Attribute Read Only');

    const set = object.attributes.clone().set(attribute, valueGiven(given), index);
    const modified = set.find(attribute, index)!;
    await keepChange(context, set, attribute);
    return { uniqueIdentifier: object.uniqueIdentifier, attribute: asGiven(modified) };
  },
});

/** The index of the instance that is meant where none is named: 0 before 2.0, since then there must be one only. */
function theOnly(set: AttributeSet, attribute: Attribute<unknown>, version: Version): number {
  if (version < V2_0) return 0;
  const [only, another] = set.all(attribute);
  if (another === undefined) return only!.index;
  throw new OperationFailure(
    'Attribute Instance Not Found',
    `the object has several values of ${attribute.attributeName}, Current Attribute has to name one`,
  );
}
