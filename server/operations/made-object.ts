import {
  Digest,
  findKeyBlock,
  KeyFormatType,
  KeyFormatTypeAttribute,
  ObjectType,
  type KeyBlock,
} from '../../kmip-codec/index.ts';
import { CryptographicFailure, keyBlockOf, keyObjectOf } from '../cryptography/index.ts';
import { digestOf } from '../objects/index.ts';
import { keepObject, type NewObject } from './new-object.ts';
import type { Context } from './operation.ts';
import { OperationFailure } from './results.ts';

/**
 * Keeps a key that the server has made, in the Key Format Type that the client asks for among the attributes (2.1 §4.26); it comes in
 * the default one, and has a Digest in both. As keepObject, and throws OperationFailure 'Invalid Attribute Value' for a format that
 * such a key does not have.
 */
export async function keepMade(context: Context, made: NewObject): Promise<string> {
  const { objectType, given, value } = made;
  const asked = given.get(KeyFormatTypeAttribute);
  const usual = findKeyBlock(value);
  if (asked === undefined || value === undefined || usual === undefined || asked === usual.keyFormatType)
    return keepObject(context, made);
  const keyBlock = inFormat(objectType, usual, asked);
  const set = given.clone();
  for (const one of [keyBlock, usual]) set.add(Digest, digestOf({ keyBlock: one })!);
  return keepObject(context, { objectType, given: set, value: { ...value, keyBlock } });
}

function inFormat(objectType: number, usual: KeyBlock, asked: number): KeyBlock {
  const failure = new OperationFailure(
    'Invalid Attribute Value',
    `Key Format Type ${KeyFormatType.names.show(asked)} is not for such a ${ObjectType.names.show(objectType)}`,
  );
  if (asked === KeyFormatType.Opaque || objectType === ObjectType.SecretData) throw failure;
  try {
    return { ...usual, ...formatted(keyBlockOf(keyObjectOf(objectType, usual), asked)) };
  } catch (error) {
    throw error instanceof CryptographicFailure ? failure : error;
  }
}
/** What the format changes: algorithm and length are those that the client knows. */
const formatted = ({ keyFormatType, keyValue }: KeyBlock) => ({ keyFormatType, keyValue });
