import {
  AttributeStructure,
  CryptographicAlgorithm,
  CryptographicLength,
  CryptographicParametersStructure,
  KeyFormatType,
  type GivenAttribute,
} from '../attributes/index.ts';
import { ItemType, type TtlvItem } from '../encodings/index.ts';
import { CodecError } from '../error.ts';
import * as registry from '../registry/index.ts';
import { Tag } from '../registry/index.ts';
import {
  byteString,
  cached,
  enumeration,
  opaqueStructure,
  optional,
  repeated,
  required,
  secret,
  structure,
  textString,
  type Item,
  type TypeOf,
} from '../schema/index.ts';
import { V1_0, V1_1, type Version } from '../version.ts';

export const KeyCompressionType = enumeration(registry.KeyCompressionType);
export const WrappingMethod = enumeration(registry.WrappingMethod);
export const EncodingOption = enumeration(registry.EncodingOption);

/** Encryption Key Information: 1.4 §2.1.5. */
export const EncryptionKeyInformation = structure(Tag.EncryptionKeyInformation, {
  uniqueIdentifier: required(textString(Tag.UniqueIdentifier)),
  cryptographicParameters: optional(CryptographicParametersStructure),
});
/** MAC/Signature Key Information: 1.4 §2.1.5. */
export const MacSignatureKeyInformation = structure(Tag.MACSignatureKeyInformation, {
  uniqueIdentifier: required(textString(Tag.UniqueIdentifier)),
  cryptographicParameters: optional(CryptographicParametersStructure),
});

/** Key Wrapping Data: how a wrapped Key Value was made: 1.4 §2.1.5. */
export const KeyWrappingData = structure(Tag.KeyWrappingData, {
  wrappingMethod: required(WrappingMethod),
  encryptionKeyInformation: optional(EncryptionKeyInformation),
  macSignatureKeyInformation: optional(MacSignatureKeyInformation),
  macSignature: optional(byteString(Tag.MACSignature)),
  ivCounterNonce: optional(byteString(Tag.IVCounterNonce)),
  encodingOption: optional(EncodingOption, { since: V1_1 }),
});

/** Key Wrapping Specification: how a key is to be wrapped before it leaves: 1.4 §2.1.6. */
export const KeyWrappingSpecification = structure(Tag.KeyWrappingSpecification, {
  wrappingMethod: required(WrappingMethod),
  encryptionKeyInformation: optional(EncryptionKeyInformation),
  macSignatureKeyInformation: optional(MacSignatureKeyInformation),
  attributeNames: repeated(textString(Tag.AttributeName)),
  encodingOption: optional(EncodingOption, { since: V1_1 }),
});
export type KeyWrappingSpecification = TypeOf<typeof KeyWrappingSpecification>;

/** Bytes for the plain formats, a tree for the transparent ones (1.4 §2.1.7). */
export type KeyMaterial = Uint8Array | readonly TtlvItem[];
/** The plaintext Key Value, with the attributes that travel with it: 1.4 §2.1.4. */
export interface PlainKeyValue {
  readonly keyMaterial: KeyMaterial;
  readonly attributes?: readonly GivenAttribute[] | undefined;
}

const material = eitherForm(secret(byteString(Tag.KeyMaterial)), secret(opaqueStructure(Tag.KeyMaterial)));
export const KeyValueStructure = structure(Tag.KeyValue, {
  keyMaterial: required(material),
  attributes: repeated(AttributeStructure),
});
/** Bytes when it is wrapped (or wrapped and encoded), a structure otherwise. */
const keyValue = eitherForm<Uint8Array, TypeOf<typeof KeyValueStructure>>(
  secret(byteString(Tag.KeyValue)),
  KeyValueStructure,
);

/** Key Block: 2.1 §3.1, 1.4 §2.1.3. */
export const KeyBlock = structure(Tag.KeyBlock, {
  keyFormatType: required(KeyFormatType),
  keyCompressionType: optional(KeyCompressionType),
  /** Optional since 1.2: the value may be kept elsewhere. */
  keyValue: optional(keyValue),
  cryptographicAlgorithm: optional(CryptographicAlgorithm),
  /** Bits. */
  cryptographicLength: optional(CryptographicLength),
  keyWrappingData: optional(KeyWrappingData),
});
export type KeyBlock = TypeOf<typeof KeyBlock>;

/** An item that is a Byte String in some places and a Structure in others; the item type tells which. */
function eitherForm<B extends Uint8Array, S>(bytes: Item<B>, tree: Item<S>): Item<B | S> {
  return {
    tag: bytes.tag,
    since: V1_0,
    until: undefined,
    describe: () => undefined,
    codec: cached((version: Version) => {
      const ofBytes = bytes.codec(version);
      const ofTree = tree.codec(version);
      return {
        write: (w, tag, value) =>
          value instanceof Uint8Array ? ofBytes.write(w, tag, value) : ofTree.write(w, tag, value),
        read(r, tag) {
          if (r.peek() === tag && r.peekType() !== ItemType.ByteString && r.peekType() !== ItemType.Structure) {
            throw new CodecError('a Byte String or a Structure is expected', r.offset);
          }
          return r.peekType() === ItemType.ByteString ? ofBytes.read(r, tag) : ofTree.read(r, tag);
        },
      };
    }),
  };
}
