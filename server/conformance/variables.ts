import { encodeItem, ItemType, readItemXml, tagName, type TtlvItem, type XmlElement } from '../../kmip-codec/index.ts';
import { everyItem } from './items.ts';

/** A message of a case: where it has a variable stands an item without meaning, and `variables` says which. */
export interface Template {
  readonly tree: TtlvItem;
  readonly variables: ReadonlyMap<TtlvItem, Variable>;
}
/** `$UNIQUE_IDENTIFIER_0`, or `$NOW-3600` with its seconds. */
type Variable = { readonly name: string } | { readonly name: 'NOW'; readonly seconds: number };

/** What the variables stand for by now: a leaf item, whose tag does not matter. */
export type Bindings = ReadonlyMap<string, TtlvItem>;

/** The message with its variables set aside. `hurry`: times to come are as much nearer, 1 as they stand. Throws CodecError. */
export function readWithVariables(message: XmlElement, hurry = 1): Template {
  const variables = new Map<TtlvItem, Variable>();
  const tree = readItemXml(message, {
    collapseSpaces: true,
    substitute(value, tag, type) {
      const variable = parseVariable(value, hurry);
      if (!variable) return undefined;
      const item = emptyItem(tag, type);
      variables.set(item, variable);
      return item;
    },
  });
  return { tree, variables };
}

/** The latest time of a message, in seconds from now; 0 where there is none to come. */
export function latestMoment(message: XmlElement): number {
  const variables = [...readWithVariables(message).variables.values()];
  return Math.max(0, ...variables.map(variable => ('seconds' in variable ? variable.seconds : 0)));
}

/** A case needs a variable that no response has given a value. */
export class UnboundVariable extends Error {
  override readonly name = 'UnboundVariable';
}

/**
 * The message with the values of its variables. A variable that no response defines takes the value of the field where it
 * stands from `latest`, the fields of the responses so far by tag. Throws UnboundVariable.
 */
export function bind(template: Template, bindings: Bindings, latest: Bindings, now: Date): TtlvItem {
  const replace = (item: TtlvItem): TtlvItem => {
    if (item.type === ItemType.Structure) return { ...item, value: item.value.map(replace) };
    const variable = template.variables.get(item);
    if (!variable) return item;
    if ('seconds' in variable) return { tag: item.tag, type: ItemType.DateTime, value: moment(variable.seconds, now) };
    const value = bindings.get(variable.name) ?? latest.get(tagName(item.tag));
    if (value?.type !== item.type) {
      throw new UnboundVariable(`$${variable.name} has no value when ${tagName(item.tag)} needs it`);
    }
    return { ...value, tag: item.tag };
  };
  return replace(template.tree);
}

/** Now and some seconds, in whole seconds as Date-Time has them. */
export const moment = (seconds: number, now: Date): Date =>
  new Date((Math.floor(now.getTime() / 1000) + seconds) * 1000);

/** The same type and value, whatever the tags. */
export const sameValue = (a: TtlvItem, b: TtlvItem): boolean => encodeItem({ ...a, tag: b.tag }).equals(encodeItem(b));

/** Remembers the leaf items of a response by the name of their tag. */
export function rememberFields(response: TtlvItem, latest: Map<string, TtlvItem>): void {
  for (const item of everyItem(response)) if (item.type !== ItemType.Structure) latest.set(tagName(item.tag), item);
}

function parseVariable(value: string, hurry: number): Variable | undefined {
  const now = /^\$NOW([+-][0-9]+)?$/.exec(value);
  if (now) {
    const seconds = Number(now[1] ?? 0);
    return { name: 'NOW', seconds: seconds > 0 ? Math.ceil(seconds * hurry) : seconds };
  }
  const name = /^\$([A-Z][A-Z_]*[A-Z](_[0-9]+)?)$/.exec(value)?.[1];
  return name === undefined ? undefined : { name };
}

/** An item of its own for each place, so that it can be the key of the variable there. */
function emptyItem(tag: number, type: ItemType): TtlvItem {
  switch (type) {
    case ItemType.ByteString:
      return { tag, type, value: new Uint8Array() };
    case ItemType.DateTime:
      return { tag, type, value: new Date(0) };
    case ItemType.Integer:
    case ItemType.Enumeration:
    case ItemType.Interval:
      return { tag, type, value: 0 };
    default:
      return { tag, type: ItemType.TextString, value: '' };
  }
}
