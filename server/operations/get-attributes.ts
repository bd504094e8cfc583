import { Operation, toGiven } from '../../kmip-codec/index.ts';
import { isAttributeOf } from '../objects/index.ts';
import { onObject } from './operation.ts';
import { OperationFailure } from './results.ts';

/** Get Attributes: 2.1 §6.1.20, 1.4 §4.12. An attribute that is not set, or of a name nobody knows, is left out. */
export const getAttributes = onObject(Operation.GetAttributes, {
  needs: {},
  async run({ object, version }, { attributeNames: asked = [] }) {
    if (new Set(asked).size < asked.length)
      throw new OperationFailure('Invalid Message', 'the same Attribute Name is asked for more than once');
    const names = asked.length > 0 ? asked : object.attributes.names();
    const given = toGiven(object.attributes);
    return {
      uniqueIdentifier: object.uniqueIdentifier,
      attributes: names
        .filter(name => isAttributeOf(name, version))
        .flatMap(name => given.filter(one => one.attribute.attributeName === name)),
    };
  },
});
