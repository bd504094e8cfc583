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
import { findMacKey, type MacKey } from './mac-key.ts';
import { findWrappingKey, type WrappingKey } from './wrapping-key.ts';

/**
 * The Key Block with its Key Value wrapped as the specification asks: encrypted by an AES key of the same vault with AES Key Wrap (RFC
 * 3394) or AES Key Wrap with Padding (RFC 5649), MACed by a symmetric key, or both in either order (1.4 §2.1.5, §2.1.6). The MAC is
 * over the encoded Key Value, or over what became of it by encryption where that comes first. Every refusal of 1.4 §11.12 is an
 * OperationFailure.
 */
export async function wrapped(
  keyBlock: KeyBlock,
  specification: KeyWrappingSpecification,
  context: ObjectContext,
): Promise<KeyBlock> {
  const { wrappingMethod, encodingOption } = specification;
  checkMethod(specification);
  if (keyBlock.keyWrappingData !== undefined)
    throw new OperationFailure('Feature Not Supported', 'the key is kept wrapped and is not wrapped again');
  const plaintext = encoded(keyBlock, specification, context);
  try {
    const { encryptionKeyInformation, macSignatureKeyInformation } = specification;
    const encryption = encryptionKeyInformation && (await findWrappingKey(encryptionKeyInformation, context));
    const mac = macSignatureKeyInformation && (await findMacKey(macSignatureKeyInformation, context));
    const keyValue = encryption === undefined ? Buffer.from(plaintext) : encryptWith(encryption, plaintext);
    const macked = wrappingMethod === WrappingMethod.EncryptThenMACSign ? keyValue : plaintext;
    return {
      ...keyBlock,
      keyValue,
      keyWrappingData: {
        wrappingMethod,
        ...(encryption && { encryptionKeyInformation: informationOf(encryption) }),
        ...(mac && { macSignatureKeyInformation: informationOf(mac), macSignature: mac.mac(macked) }),
        encodingOption,
      },
    };
  } finally {
    plaintext.fill(0);
  }
}

/** Whether a key is hidden by this: a MAC alone hides nothing. */
export const hides = ({ wrappingMethod }: Pick<KeyWrappingSpecification, 'wrappingMethod'>): boolean =>
  wrappingMethod !== WrappingMethod.MACSign;

const informationOf = ({ uniqueIdentifier, cryptographicParameters }: WrappingKey | MacKey) => ({
  uniqueIdentifier,
  cryptographicParameters,
});

/** Which of the two keys each method takes. */
function checkMethod({
  wrappingMethod,
  encryptionKeyInformation,
  macSignatureKeyInformation,
}: KeyWrappingSpecification): void {
  const name = WrappingMethod.names.show(wrappingMethod);
  const takes = methods.get(wrappingMethod);
  if (takes === undefined)
    throw new OperationFailure('Feature Not Supported', `Wrapping Method ${name} is not supported`);
  const check = (given: unknown, isTaken: boolean, what: string) => {
    if (isTaken && given === undefined) throw new OperationFailure('Invalid Field', `${what} is missing`);
    if (!isTaken && given !== undefined)
      throw new OperationFailure('Invalid Field', `${what}, which Wrapping Method ${name} does not take`);
  };
  check(encryptionKeyInformation, takes.encryption, 'Encryption Key Information');
  check(macSignatureKeyInformation, takes.mac, 'MAC/Signature Key Information');
}

const methods: ReadonlyMap<number, { readonly encryption: boolean; readonly mac: boolean }> = new Map([
  [WrappingMethod.Encrypt, { encryption: true, mac: false }],
  [WrappingMethod.MACSign, { encryption: false, mac: true }],
  [WrappingMethod.EncryptThenMACSign, { encryption: true, mac: true }],
  [WrappingMethod.MACSignThenEncrypt, { encryption: true, mac: true }],
] as [number, { encryption: boolean; mac: boolean }][]);

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
