import {
  ActivationDate,
  AttributeSet,
  CryptographicAlgorithm,
  CryptographicLength,
  Digest,
  HashingAlgorithm,
  InitialDate,
  KeyFormatType,
  LastChangeDate,
  ObjectType,
  Operation,
  State,
  UniqueIdentifier,
} from '../../kmip-codec/index.ts';
import { createHash } from 'node:crypto';
import { advance, newUniqueIdentifier } from '../objects/index.ts';
import { operation } from './operation.ts';
import { OperationFailure } from './results.ts';

/** Create: 2.1 §6.1.8, 1.4 §4.1. */
export const create = operation(Operation.Create, {
  async run(context, { objectType, attributes: given }) {
    const { now, randomBytes, objects } = context;
    if (objectType !== ObjectType.SymmetricKey)
      throw new OperationFailure('Invalid Object Type', `${ObjectType.names.show(objectType)}, must be Symmetric Key`);
    const length = given.get(CryptographicLength);
    const algorithm = given.get(CryptographicAlgorithm);
    if (length === undefined || algorithm === undefined)
      throw new OperationFailure('Invalid Field', 'Cryptographic Algorithm and Cryptographic Length are required');
    const key = randomBytes(length / 8);
    const uniqueIdentifier = newUniqueIdentifier(randomBytes);
    const set = new AttributeSet(given)
      .set(UniqueIdentifier, uniqueIdentifier)
      .set(ObjectType, objectType)
      .set(State, State.PreActive)
      .set(InitialDate, now)
      .set(LastChangeDate, now)
      .set(Digest, {
        hashingAlgorithm: HashingAlgorithm.SHA_256,
        digestValue: createHash('sha256').update(key).digest(),
        keyFormatType: KeyFormatType.Raw,
      });
    void ActivationDate;
    objects.insert(advance(set, now), {
      keyBlock: {
        keyFormatType: KeyFormatType.Raw,
        keyValue: { keyMaterial: key, attributes: [] },
        cryptographicAlgorithm: algorithm,
        cryptographicLength: length,
      },
    });
    context.idPlaceholder = uniqueIdentifier;
    return { objectType, uniqueIdentifier };
  },
});
