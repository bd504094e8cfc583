import { CodecError } from '../error.ts';
import { tagName } from '../registry/index.ts';
import type { TtlvItem } from './ttlv-item.ts';
import { DEPTH_MAX, TtlvReader } from './ttlv-reader.ts';
import { isTag, TtlvWriter } from './ttlv-writer.ts';

/** What a sender may make us do. `depthMax`: structures within structures; `itemsMax`: items in all. */
export interface ItemLimits {
  readonly depthMax: number;
  readonly itemsMax: number;
}

const defaultItemLimits: ItemLimits = { depthMax: DEPTH_MAX, itemsMax: 1_000_000 };

/**
 * One item as binary TTLV (2.1 §10.1), its padding included.
 * Throws CodecError for a value that its item type cannot hold.
 */
export function encodeItem(item: TtlvItem): Buffer {
  const writer = new TtlvWriter(512, DEPTH_MAX);
  try {
    writer.item(item);
  } catch (error) {
    throw CodecError.within(error, tagName(item.tag));
  }
  return writer.finish();
}

/**
 * The item that `bytes` hold, from the first byte to the last. Strict: tag, item type, item length, zero padding, UTF-8,
 * nesting. Throws CodecError with the path of XML names (a repeated item carries its index) and the byte offset.
 */
export function decodeItem(bytes: Uint8Array, limits: ItemLimits = defaultItemLimits): TtlvItem {
  const reader = new TtlvReader(bytes, limits.depthMax, limits.itemsMax);
  const tag = reader.peek();
  let item: TtlvItem;
  try {
    item = reader.item();
  } catch (error) {
    throw isTag(tag) ? CodecError.within(error, tagName(tag)) : error;
  }
  if (reader.peek() !== 0) {
    throw new CodecError(`${bytes.byteLength - reader.offset} bytes follow the item`, reader.offset);
  }
  return item;
}
