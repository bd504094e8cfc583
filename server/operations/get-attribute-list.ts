import { Operation } from '../../kmip-codec/index.ts';
import { isAttributeOf } from '../objects/index.ts';
import { onObject } from './operation.ts';

/** Get Attribute List: 2.1 §6.1.21, 1.4 §4.13. The names of what the object has, each once. */
export const getAttributeList = onObject(Operation.GetAttributeList, {
  changes: false,
  // Attributes do not go into the archive.
  needs: { archived: true },
  async run({ object, version }) {
    return {
      uniqueIdentifier: object.uniqueIdentifier,
      attributeNames: object.attributes.names().filter(name => isAttributeOf(name, version)),
    };
  },
});
