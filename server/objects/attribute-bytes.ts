import { AttributesItem, AttributeSet, decodeItemAs, encodeItemAs, STORED } from '../../kmip-codec/index.ts';

/** The form in which attributes are kept: a Template-Attribute in TTLV with the attributes of every version, each with its index. */
export const attributesToBytes = (attributes: AttributeSet): Uint8Array =>
  encodeItemAs(AttributesItem, attributes, STORED);

/** Throws CodecError when the bytes are not what `attributesToBytes` made. */
export const attributesFromBytes = (bytes: Uint8Array): AttributeSet =>
  new AttributeSet(decodeItemAs(AttributesItem, bytes, STORED));
