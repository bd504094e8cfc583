import { Operation, showVersion, toGiven, V1_0, V2_0 } from '../../kmip-codec/index.ts';
import { isAttributeOf } from '../objects/index.ts';
import { onObject } from './operation.ts';
import { OperationFailure } from './results.ts';

/** Get Attributes: 2.1 §6.1.20, 1.4 §4.12. All instances of what is asked for, in that order; what is not set or has no such name is left out. */
export const getAttributes = onObject(Operation.GetAttributes, {
  changes: false,
  // Attributes do not go into the archive.
  needs: { archived: true },
  async run({ object, version }, { attributeNames = [] }) {
    const names = new Set(attributeNames);
    const unknown = version < V2_0 ? undefined : attributeNames.find(name => !isAttributeOf(name, version));
    if (unknown !== undefined)
      throw new OperationFailure('Invalid Attribute', `${unknown} is no attribute of KMIP ${showVersion(version)}`);
    // 1.0 does not forbid it, so there the second time adds nothing.
    if (names.size < attributeNames.length && version > V1_0)
      throw new OperationFailure('Invalid Message', 'the same Attribute Name is asked for more than once');
    const given = toGiven(object.attributes);
    return {
      uniqueIdentifier: object.uniqueIdentifier,
      attributes: (names.size > 0 ? [...names] : object.attributes.names())
        .filter(name => isAttributeOf(name, version))
        .flatMap(name => given.filter(one => one.attribute.attributeName === name)),
    };
  },
});
