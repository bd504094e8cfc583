import { AttributesItem, AttributeSet, decodeItemAs, encodeItemAs, V1_4 } from '../../kmip-codec/index.ts';

/** The form in which attributes are kept: a Template-Attribute of KMIP 1.4 in TTLV, which holds every attribute of 1.x with its index. */
export const attributesToBytes = (attributes: AttributeSet): Uint8Array =>
  encodeItemAs(AttributesItem, attributes, V1_4);

/** Throws CodecError when the bytes are not what `attributesToBytes` made. */
export const attributesFromBytes = (bytes: Uint8Array): AttributeSet =>
  new AttributeSet(decodeItemAs(AttributesItem, bytes, V1_4));
