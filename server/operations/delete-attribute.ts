import { attributeNamed, Operation, V1_0, V2_0 } from '../../kmip-codec/index.ts';
import { isDeletable } from '../objects/index.ts';
import { asGiven, checkMoment, findRuleFor, indexOf, keepChange } from './changed-attribute.ts';
import { onObject, type ObjectContext } from './operation.ts';
import { OperationFailure } from './results.ts';

/** Delete Attribute: 2.1 §6.1.13, 1.4 §4.16. One instance; the others keep their indices. */
export const deleteAttribute = onObject(Operation.DeleteAttribute, {
  changes: true,
  needs: {},
  async run(context, request) {
    const { object, now, version } = context;
    const { currentAttribute, attributeReference, attributeIndex } = request;
    // Before 2.0 the codec wants an Attribute Name; since, one of the two others (2.1 §6.1.13).
    const attributeName =
      version < V2_0 ? request.attributeName : (currentAttribute?.attribute.attributeName ?? attributeReference);
    if (attributeName === undefined)
      throw new OperationFailure('Invalid Message', 'neither Current Attribute nor Attribute Reference is given');
    const rule = findRuleFor(context, attributeName);
    if (rule !== undefined && !isDeletable(rule, attributeName))
      throw new OperationFailure('Attribute Read Only', `${attributeName} may not be deleted by clients`);
    if (rule === undefined)
      throw new OperationFailure('Invalid Attribute', `${attributeName} is no attribute of this object`, {
        before2: 'Item Not Found',
      });
    const attribute = attributeNamed(attributeName, version);
    if (!object.attributes.has(attribute))
      throw new OperationFailure('Attribute Not Found', `the object has no ${attributeName}`);
    const current = currentAttribute && indexOf(object.attributes, currentAttribute);
    const index =
      current !== undefined
        ? current
        : version === V1_0
          ? indexOf1_0(context, attributeName, attributeIndex)
          : (attributeIndex ?? (version < V2_0 ? 0 : object.attributes.all(attribute)[0]!.index));
    const deleted = object.attributes.find(attribute, index);
    if (deleted === undefined)
      throw new OperationFailure(
        'Attribute Instance Not Found',
        current === undefined
          ? `no ${attributeName} has the Attribute Index ${index}`
          : `the object has no ${attributeName} of this value`,
      );
    checkMoment(object, attribute, now, 'Attribute Read Only');

    const set = object.attributes.clone();
    set.remove(attribute, version >= V2_0 && currentAttribute === undefined ? undefined : index);
    await keepChange(context, set, attribute);
    return { uniqueIdentifier: object.uniqueIdentifier, attribute: asGiven(deleted) };
  },
});

/** KMIP 1.0 wants the index exactly where there is a choice (1.0 §11.16). */
function indexOf1_0(context: ObjectContext, attributeName: string, attributeIndex: number | undefined): number {
  const instances = context.object.attributes.all(attributeNamed(attributeName, context.version));
  if (attributeIndex !== undefined && !findRuleFor(context, attributeName)!.multipleInstances)
    throw new OperationFailure('Attribute Instance Not Found', `${attributeName} has no Attribute Index`);
  if (attributeIndex === undefined && instances.length > 1)
    throw new OperationFailure('Invalid Field', `${attributeName} has several instances, an Attribute Index is needed`);
  return attributeIndex ?? instances[0]!.index;
}
