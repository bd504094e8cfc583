export { ItemType, type TtlvItem } from './ttlv-item.ts';
export { paddingBytes, TtlvWriter } from './ttlv-writer.ts';
export { DEPTH_MAX, TtlvReader } from './ttlv-reader.ts';
export type { Reader, ReaderMark, Writer } from './wire.ts';
