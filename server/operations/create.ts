import {
  AttributeSet,
  CryptographicAlgorithm,
  CryptographicLength,
  CryptographicUsageMask,
  KeyFormatType,
  ObjectType,
  Operation,
  OriginalCreationDate,
  RandomNumberGenerator,
  RNGAlgorithm,
} from '../../kmip-codec/index.ts';
import { findSymmetricAlgorithm, materialBytes, setOddParity, type SymmetricAlgorithm } from '../objects/index.ts';
import { keepMade } from './made-object.ts';
import { attributesGiven, required } from './new-object.ts';
import { operation } from './operation.ts';
import { OperationFailure } from './results.ts';

/** Create: 2.1 §6.1.8, 1.4 §4.1. A symmetric key of random bytes. */
export const create = operation(Operation.Create, {
  changes: true,
  async run(context, { objectType, attributes }) {
    mustBeSymmetricKey(objectType);
    const given = await attributesGiven(context, 'Create', attributes, objectType);
    const algorithm = algorithmOf(given);
    required(given, CryptographicUsageMask);
    const length = lengthOf(given, algorithm);

    const chosen = new AttributeSet();
    if (!given.has(CryptographicLength)) chosen.set(CryptographicLength, length);
    const set = given
      .clone()
      .set(CryptographicLength, length)
      .set(OriginalCreationDate, context.now)
      // Randomness is passed in: which generator it comes from is not known here (1.4 §3.44).
      .set(RandomNumberGenerator, { rngAlgorithm: RNGAlgorithm.Unspecified });

    const key = context.randomBytes(materialBytes(algorithm, length));
    try {
      if (algorithm.hasParity) setOddParity(key);
      const uniqueIdentifier = await keepMade(context, {
        objectType,
        given: set,
        value: {
          keyBlock: {
            keyFormatType: KeyFormatType.Raw,
            keyValue: { keyMaterial: key },
            cryptographicAlgorithm: required(given, CryptographicAlgorithm),
            cryptographicLength: length,
          },
        },
      });
      return { objectType, uniqueIdentifier, ...(chosen.size > 0 && { attributes: chosen }) };
    } finally {
      key.fill(0);
    }
  },
});

/** Clients of 1.x learn that an Object Type is not recognised (1.4 §11.2). */
function mustBeSymmetricKey(objectType: number): void {
  if (objectType !== ObjectType.SymmetricKey)
    throw new OperationFailure(
      'Invalid Object Type',
      `Object Type ${ObjectType.names.show(objectType)} cannot be created, only a Symmetric Key can`,
    );
}

function algorithmOf(given: AttributeSet): SymmetricAlgorithm {
  const value = required(given, CryptographicAlgorithm);
  const algorithm = findSymmetricAlgorithm(value);
  if (!algorithm?.canCreate)
    throw new OperationFailure(
      'Invalid Attribute Value',
      `Cryptographic Algorithm ${CryptographicAlgorithm.names.show(value)}: no symmetric keys are made for it`,
    );
  return algorithm;
}

/** Cryptographic Length in bits, as given or the usual one: only the algorithm and the usage mask must be given (1.4 §4.1). */
function lengthOf(given: AttributeSet, algorithm: SymmetricAlgorithm): number {
  const length = given.get(CryptographicLength) ?? algorithm.defaultLength;
  if (length === undefined) return required(given, CryptographicLength);
  if (!algorithm.allows(length))
    throw new OperationFailure(
      'Invalid Attribute Value',
      `Cryptographic Length ${length} is none of ${algorithm.name}`,
    );
  return length;
}
