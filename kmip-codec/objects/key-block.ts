import {
  AnyAttributeInstances,
  CryptographicAlgorithm,
  CryptographicLength,
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
  chosenIfPresent,
  enumeration,
  lifespan,
  opaqueStructure,
  optional,
  repeated,
  required,
  secret,
  structure,
  type Item,
  type StructureItem,
  type TypeOf,
} from '../schema/index.ts';
import { KeyWrappingData } from './key-wrapping.ts';
import { transparentKeys, type TransparentKey } from './transparent-keys.ts';

export const KeyCompressionType = enumeration(registry.KeyCompressionType);

/** Bytes for the plain formats, the numbers of a Transparent Key by its Key Format Type, a tree for a vendor's own structure (2.1 §3.2, 1.4 §2.1.4). */
export type KeyMaterial = Uint8Array | TransparentKey | readonly TtlvItem[];
/** The plaintext Key Value, with the attributes that travel with it: 2.1 §3.2, 1.4 §2.1.4. */
export interface PlainKeyValue {
  readonly keyMaterial: KeyMaterial;
  readonly attributes?: readonly GivenAttribute[] | undefined;
}

const keyValueWith = (keyMaterial: Item<unknown>): StructureItem<PlainKeyValue> =>
  structure(Tag.KeyValue, {
    keyMaterial: required(secret(keyMaterial as Item<KeyMaterial>)),
    attributes: repeated(AnyAttributeInstances),
  });

/** Key Value whose material is bytes, or a structure that only its vendor knows. */
export const KeyValueStructure = keyValueWith(
  eitherForm(byteString(Tag.KeyMaterial), opaqueStructure(Tag.KeyMaterial)),
);
const KeyValueOfBytes = keyValueWith(byteString(Tag.KeyMaterial));

const layouts: ReadonlyMap<number, StructureItem<PlainKeyValue>> = new Map([
  ...Object.values(registry.KeyFormatType.values).map(([value]) => [value, KeyValueOfBytes] as const),
  ...[...transparentKeys].map(([value, material]) => [value, keyValueWith(material)] as const),
]);

/** The layout of the plaintext Key Value of this Key Format Type. */
export const keyValueLayout = (keyFormatType: number): StructureItem<PlainKeyValue> =>
  layouts.get(keyFormatType) ?? KeyValueStructure;
/** The layout of its Key Material alone. */
export const keyMaterialLayout = (keyFormatType: number): Item<KeyMaterial> =>
  keyValueLayout(keyFormatType).fields['keyMaterial']!.item as Item<KeyMaterial>;

/** Bytes when it is wrapped (or wrapped and encoded), a structure otherwise. */
const keyValueOf = (plain: Item<PlainKeyValue>): Item<Uint8Array | PlainKeyValue> =>
  secret(eitherForm(byteString(Tag.KeyValue), plain));

/** Key Block: 2.1 §3.1, 1.4 §2.1.3. */
export const KeyBlock = structure(Tag.KeyBlock, {
  keyFormatType: required(KeyFormatType),
  keyCompressionType: optional(KeyCompressionType),
  /** Optional since 1.2: the value may be kept elsewhere. */
  keyValue: chosenIfPresent<Uint8Array | PlainKeyValue>(
    'keyFormatType',
    new Map([...layouts].map(([value, plain]) => [value, keyValueOf(plain)])),
    keyValueOf(KeyValueStructure),
  ),
  cryptographicAlgorithm: optional(CryptographicAlgorithm),
  /** Bits. */
  cryptographicLength: optional(CryptographicLength),
  keyWrappingData: optional(KeyWrappingData),
});
export type KeyBlock = TypeOf<typeof KeyBlock>;

/** An item that is a Byte String in some places and a Structure in others; the item type tells which. */
function eitherForm<S>(bytes: Item<Uint8Array>, tree: Item<S>): Item<Uint8Array | S> {
  return {
    tag: bytes.tag,
    ...lifespan(),
    describe: () => undefined,
    codec: cached(version => {
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
