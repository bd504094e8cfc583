import {
  CryptographicAlgorithm,
  CryptographicLength,
  DestroyDate,
  Digest,
  KeyFormatType,
  ObjectType,
  Operation,
  toGiven,
  type KeyBlock,
  type ManagedObjectValue,
  type TypeOf,
} from '../../kmip-codec/index.ts';
import { hasAttribute, isAttributeOf } from '../objects/index.ts';
import { keptObject, objectAsAsked } from './get.ts';
import { onObject, type ObjectContext } from './operation.ts';
import { OperationFailure } from './results.ts';

/**
 * Export: 2.1 §6.1.18, 1.4 §4.40. The object as Get gives it, with all its attributes. Of a destroyed key there is what is left: a Key
 * Block without Key Value, and the attributes.
 */
export const exportObject = onObject(Operation.Export, {
  changes: false,
  needs: {},
  async run(context, request) {
    const { object, version } = context;
    const { uniqueIdentifier, objectType, attributes } = object;
    const value = attributes.has(DestroyDate)
      ? whatIsLeft(context)
      : await objectAsAsked(keptObject(context), request, context);
    context.idPlaceholder = uniqueIdentifier;
    return {
      objectType: objectType as TypeOf<typeof ObjectType>,
      uniqueIdentifier,
      attributes: toGiven(attributes).filter(
        ({ attribute: { attributeName } }) =>
          isAttributeOf(attributeName, version) && hasAttribute(attributeName, objectType, version),
      ),
      object: value,
    };
  },
});

function whatIsLeft({ object: { objectType, attributes } }: ObjectContext): ManagedObjectValue {
  if (!keys.has(objectType))
    throw new OperationFailure(
      'Key Value Not Present',
      `of a destroyed ${ObjectType.names.show(objectType)} nothing is left`,
      {
        before2: 'Illegal Operation',
      },
    );
  const keyBlock: KeyBlock = {
    keyFormatType: attributes.get(Digest)?.keyFormatType ?? KeyFormatType.Raw,
    cryptographicAlgorithm: attributes.get(CryptographicAlgorithm),
    cryptographicLength: attributes.get(CryptographicLength),
  };
  return { keyBlock };
}

const keys: ReadonlySet<number> = new Set([ObjectType.SymmetricKey, ObjectType.PublicKey, ObjectType.PrivateKey]);
