import { ItemType, registry, Tag, type TtlvItem, type Version } from '../../kmip-codec/index.ts';
import { child, children, enumeration } from './items.ts';

/** Requests of the runner's own, around those of the cases. */
export const structure = (tag: number, ...value: TtlvItem[]): TtlvItem => ({ tag, type: ItemType.Structure, value });
export const integerItem = (tag: number, value: number): TtlvItem => ({ tag, type: ItemType.Integer, value });
export const enumerationItem = (tag: number, value: number): TtlvItem => ({ tag, type: ItemType.Enumeration, value });
export const textItem = (tag: number, value: string): TtlvItem => ({ tag, type: ItemType.TextString, value });

/** A message with one batch item. */
export const requestMessage = (version: Version, operation: number, fields: readonly TtlvItem[]): TtlvItem =>
  structure(
    Tag.RequestMessage,
    structure(
      Tag.RequestHeader,
      structure(
        Tag.ProtocolVersion,
        integerItem(Tag.ProtocolVersionMajor, version >> 8),
        integerItem(Tag.ProtocolVersionMinor, version & 255),
      ),
      integerItem(Tag.BatchCount, 1),
    ),
    structure(Tag.BatchItem, enumerationItem(Tag.Operation, operation), structure(Tag.RequestPayload, ...fields)),
  );

/** Whether the first batch item of a response succeeded. */
export function isSuccess(response: TtlvItem): boolean {
  const item = children(response).find(each => each.tag === Tag.BatchItem);
  return enumeration(child(item, Tag.ResultStatus)) === registry.ResultStatus.values.Success[0];
}
