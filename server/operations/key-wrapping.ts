import { createCipheriv } from 'node:crypto';
import {
  encodeItemAs,
  EncodingOption,
  keyValueLayout,
  toGiven,
  WrappingMethod,
  type GivenAttribute,
  type KeyBlock,
  type KeyWrappingSpecification,
} from '../../kmip-codec/index.ts';
import { isAttributeOf } from '../objects/index.ts';
import type { ObjectContext } from './operation.ts';
import { OperationFailure } from './results.ts';
import { findWrappingKey, type WrappingKey } from './wrapping-key.ts';

/**
 * The Key Block with its Key Value wrapped as the specification asks: by an AES key of the same vault, with AES Key Wrap (RFC 3394)
 * or AES Key Wrap with Padding (RFC 5649) (1.4 §2.1.5, §2.1.6). Every refusal of 1.4 §11.12 is an OperationFailure.
 */
export async function wrapped(
  keyBlock: KeyBlock,
  specification: KeyWrappingSpecification,
  context: ObjectContext,
): Promise<KeyBlock> {
  const { wrappingMethod, encryptionKeyInformation, macSignatureKeyInformation, encodingOption } = specification;
  if (wrappingMethod !== WrappingMethod.Encrypt || macSignatureKeyInformation !== undefined) {
    throw new OperationFailure(
      'Feature Not Supported',
      `Wrapping Method ${WrappingMethod.names.show(wrappingMethod)}${macSignatureKeyInformation ? ' with MAC/Signature Key Information' : ''}, only Encrypt is supported`,
    );
  }
  if (encryptionKeyInformation === undefined)
    throw new OperationFailure('Invalid Field', 'Encryption Key Information is missing');
  if (keyBlock.keyWrappingData !== undefined)
    throw new OperationFailure('Feature Not Supported', 'the key is kept wrapped and is not wrapped again');
  const plaintext = encoded(keyBlock, specification, context);
  try {
    const wrappingKey = await findWrappingKey(encryptionKeyInformation, context);
    const { uniqueIdentifier, cryptographicParameters } = wrappingKey;
    return {
      ...keyBlock,
      keyValue: encryptWith(wrappingKey, plaintext),
      keyWrappingData: {
        wrappingMethod,
        encryptionKeyInformation: { uniqueIdentifier, cryptographicParameters },
        encodingOption,
      },
    };
  } finally {
    plaintext.fill(0);
  }
}

/** What is encrypted: the Key Value as TTLV with the attributes that shall travel along, or the bare key; a copy, to be wiped. */
function encoded(
  keyBlock: KeyBlock,
  { encodingOption = EncodingOption.TTLVEncoding, attributeNames = [] }: KeyWrappingSpecification,
  { object, version }: ObjectContext,
): Buffer {
  const { keyValue } = keyBlock;
  if (keyValue === undefined || keyValue instanceof Uint8Array)
    throw new OperationFailure('Key Value Not Present', 'the value of the key is not on this server');
  if (encodingOption === EncodingOption.TTLVEncoding) {
    const attributes = [...(keyValue.attributes ?? []), ...named(attributeNames)];
    return encodeItemAs(keyValueLayout(keyBlock.keyFormatType), { ...keyValue, attributes }, version);
  }
  if (encodingOption !== EncodingOption.NoEncoding)
    throw encodingOptionError(`Encoding Option ${EncodingOption.names.show(encodingOption)} is not supported`);
  if (attributeNames.length > 0 || (keyValue.attributes ?? []).length > 0)
    throw encodingOptionError('attributes cannot be wrapped with No Encoding');
  if (!(keyValue.keyMaterial instanceof Uint8Array))
    throw encodingOptionError('Key Material that is a structure cannot be wrapped with No Encoding');
  return Buffer.from(keyValue.keyMaterial);

  function named(names: readonly string[]): GivenAttribute[] {
    const asked = new Set(names.filter(name => isAttributeOf(name, version)));
    return toGiven(object.attributes).filter(({ attribute }) => asked.has(attribute.attributeName));
  }
}

const encodingOptionError = (message: string) => new OperationFailure('Encoding Option Error', message);

/** A Key Value that AES Key Wrap cannot take is an Encoding Option Error: TTLV Encoding always fits. */
function encryptWith({ key, cipher }: WrappingKey, plaintext: Uint8Array): Buffer {
  if (!cipher.takes(plaintext.length))
    throw encodingOptionError(
      `AES Key Wrap takes whole blocks of 8 bytes, at least two, and the key has ${plaintext.length} bytes`,
    );
  const wrapping = createCipheriv(cipher.nameFor(key.length), key, cipher.initialValue);
  return Buffer.concat([wrapping.update(plaintext), wrapping.final()]);
}
