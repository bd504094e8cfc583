import { ItemType, Tag, type TtlvItem } from '../../../kmip-codec/index.ts';

/** A step into a structure: the first item with this tag, or the one at this index among them. */
export type Step = keyof typeof Tag | readonly [keyof typeof Tag, number];

/** The tree with the item at the end of the path replaced by what `change` gives: none, one or several. */
export function change(
  tree: TtlvItem,
  path: readonly Step[],
  to: (item: TtlvItem) => TtlvItem | readonly TtlvItem[],
): TtlvItem {
  const [step, ...rest] = path;
  if (step === undefined || tree.type !== ItemType.Structure) throw new Error(`nothing at ${JSON.stringify(path)}`);
  const [name, wanted] = typeof step === 'string' ? [step, 0] : step;
  const index = indexOf(tree.value, Tag[name], wanted);
  const found = tree.value[index];
  if (!found) throw new Error(`nothing at ${JSON.stringify(path)}`);
  const replaced = rest.length === 0 ? to(found) : change(found, rest, to);
  return { ...tree, value: [...tree.value.slice(0, index), ...[replaced].flat(), ...tree.value.slice(index + 1)] };
}

/** The structure with its items in another order, or others in it. */
export const items =
  (edit: (items: readonly TtlvItem[]) => readonly TtlvItem[]) =>
  (item: TtlvItem): TtlvItem => {
    if (item.type !== ItemType.Structure) throw new Error('not a structure');
    return { ...item, value: edit(item.value) };
  };

/** The item with another value of the same type. */
export const value =
  (to: TtlvItem['value']) =>
  (item: TtlvItem): TtlvItem =>
    ({ ...item, value: to }) as TtlvItem;

function indexOf(all: readonly TtlvItem[], tag: number, wanted: number): number {
  let seen = 0;
  return all.findIndex(item => item.tag === tag && seen++ === wanted);
}
