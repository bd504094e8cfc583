export { ItemType, type TtlvItem } from './ttlv-item.ts';
export { paddingBytes, TtlvWriter } from './ttlv-writer.ts';
export { DEPTH_MAX, TtlvReader } from './ttlv-reader.ts';
export type { Reader, ReaderMark, Writer } from './wire.ts';
export { messageBytes } from './frame.ts';
export { decodeItem, encodeItem, type ItemLimits } from './item-binary.ts';
export { decodeItemXml, encodeItemXml, readItemXml, showValue, type XmlReading } from './item-xml.ts';
export { parseXml, type XmlElement, type XmlNode } from './xml-document.ts';
