import { createDecipheriv } from 'node:crypto';
import {
  CodecError,
  decodeItemAs,
  EncodingOption,
  keyValueLayout,
  WrappingMethod,
  type KeyBlock,
  type KeyWrappingData,
  type PlainKeyValue,
} from '../../kmip-codec/index.ts';
import { findMacKey } from './mac-key.ts';
import type { Context } from './operation.ts';
import { OperationFailure } from './results.ts';
import { findWrappingKey, type WrappingKey } from './wrapping-key.ts';

/**
 * The Key Block with its Key Value in the clear, unwrapped by a key of the same vault as its Key Wrapping Data says (1.4 §2.1.5). Throws
 * OperationFailure where the wrapping key is not available or does not fit.
 */
export async function unwrapped(keyBlock: KeyBlock, context: Context): Promise<KeyBlock> {
  const { keyValue, keyWrappingData, ...plain } = keyBlock;
  if (keyWrappingData === undefined) return keyBlock;
  if (!(keyValue instanceof Uint8Array)) throw doesNotFit('the Key Value is not a Byte String');
  const { wrappingMethod, encryptionKeyInformation, encodingOption } = keyWrappingData;
  if (wrappingMethod === WrappingMethod.EncryptThenMACSign) await checkMac(keyWrappingData, keyValue, context);
  const encrypts = wrappingMethod !== WrappingMethod.MACSign;
  if (encrypts && encryptionKeyInformation === undefined) throw doesNotFit('Encryption Key Information is missing');
  const encoded = encrypts
    ? decryptWith(await findWrappingKey(encryptionKeyInformation!, context, 'unwrap'), keyValue)
    : keyValue;
  const macFirst = wrappingMethod === WrappingMethod.MACSign || wrappingMethod === WrappingMethod.MACSignThenEncrypt;
  if (macFirst) await checkMac(keyWrappingData, encoded, context);
  return { ...plain, keyValue: decoded(keyBlock, encodingOption, encoded, context) };
}

async function checkMac(
  { macSignatureKeyInformation, macSignature }: KeyWrappingData,
  bytes: Uint8Array,
  context: Context,
): Promise<void> {
  if (macSignatureKeyInformation === undefined || macSignature === undefined)
    throw doesNotFit('MAC/Signature and its Key Information are missing');
  const key = await findMacKey(macSignatureKeyInformation, context, 'verify');
  if (!key.verifies(bytes, macSignature)) throw doesNotFit('the MAC is not that of the Key Value');
}

function decryptWith({ key, cipher }: WrappingKey, keyValue: Uint8Array): Buffer {
  const unwrapping = createDecipheriv(cipher.nameFor(key.length), key, cipher.initialValue);
  try {
    return Buffer.concat([unwrapping.update(keyValue), unwrapping.final()]);
  } catch {
    throw doesNotFit('the Key Value is not wrapped with this key');
  }
}

function decoded(
  { keyFormatType }: KeyBlock,
  encodingOption: number = EncodingOption.TTLVEncoding,
  bytes: Uint8Array,
  { version }: Context,
): PlainKeyValue {
  if (encodingOption === EncodingOption.NoEncoding) return { keyMaterial: bytes };
  try {
    return decodeItemAs(keyValueLayout(keyFormatType), bytes, version);
  } catch (error) {
    // Its message would speak of what was hidden.
    if (error instanceof CodecError) throw doesNotFit('what was wrapped is no Key Value');
    throw error;
  }
}

const doesNotFit = (message: string) => new OperationFailure('Invalid Field', message);
