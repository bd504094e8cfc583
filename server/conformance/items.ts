import { ItemType, showValue, tagName, type TtlvItem } from '../../kmip-codec/index.ts';

/** The items in a structure; none in any other item. */
export const children = (item: TtlvItem | undefined): readonly TtlvItem[] =>
  item?.type === ItemType.Structure ? item.value : [];

/** First item with this tag in a structure. */
export const child = (item: TtlvItem | undefined, tag: number): TtlvItem | undefined =>
  children(item).find(each => each.tag === tag);

export function text(item: TtlvItem | undefined): string | undefined {
  return item?.type === ItemType.TextString ? item.value : undefined;
}

export function enumeration(item: TtlvItem | undefined): number | undefined {
  return item?.type === ItemType.Enumeration ? item.value : undefined;
}

export function integer(item: TtlvItem | undefined): number | undefined {
  return item?.type === ItemType.Integer ? item.value : undefined;
}

/** The item and all items in it, outermost first. */
export function* everyItem(item: TtlvItem): Generator<TtlvItem> {
  yield item;
  for (const each of children(item)) yield* everyItem(each);
}

const TYPE_NAMES = new Map<ItemType, string>(Object.entries(ItemType).map(([name, type]) => [type, name]));
export const typeName = (item: TtlvItem): string => TYPE_NAMES.get(item.type) ?? String(item.type);

/** An item for a report: `Integer 5`, `Structure of 3 items`; long values are cut. `names`: the tag its names are those of. */
export function show(item: TtlvItem | undefined, names?: number): string {
  if (!item) return 'nothing';
  if (item.type === ItemType.Structure) {
    return `Structure (${item.value.map(each => tagName(each.tag)).join(', ') || 'empty'})`;
  }
  const value = showValue(item, names);
  return `${typeName(item)} ${value.length > 80 ? `${value.slice(0, 80)}...` : value}`;
}
