import {
  CodecError,
  decodeItem,
  ItemType,
  messageBytes,
  parseJson,
  parseXml,
  readItemJson,
  readItemXml,
  type TtlvItem,
  type XmlReading,
} from '../../kmip-codec/index.ts';
import { counted } from './output.ts';

/** What is wrong with the input, and where. */
export class InputProblem extends Error {}

/**
 * The items that stand there one after another, in whatever form, each read when it is asked for; `variables` takes the items that
 * have a variable of a test case in the place of their value, and its name. Throws InputProblem.
 */
export function itemsIn(input: Uint8Array, variables: Map<TtlvItem, string>): Generator<TtlvItem> {
  // Every tag begins with one of these bytes; as letters, B and T, they begin none of the other forms of an item.
  if (isTagByte(input[0])) return placing(binaryItems(input), byteAt);
  const text = textOf(input);
  switch (text.trimStart()[0]) {
    case undefined:
      throw new InputProblem('nothing is there');
    case '<':
      return placing(xmlItems(text, variables), lineOf(text));
    case '{':
    case '[':
      return placing(jsonItems(text), lineOf(text));
    default:
      return placing(binaryItems(bytesOfHex(text)), byteAt);
  }
}

const isTagByte = (byte: number | undefined) => byte === 0x42 || byte === 0x54;
const byteAt = (offset: number) => `byte ${offset}`;
const lineOf = (text: string) => (offset: number) => {
  const lines = text.slice(0, offset).split('\n');
  return `line ${lines.length}, column ${lines.at(-1)!.length + 1}`;
};

function* placing(items: Generator<TtlvItem>, place: (offset: number) => string): Generator<TtlvItem> {
  try {
    yield* items;
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    throw new InputProblem(error.offset === undefined ? error.message : `${place(error.offset)}: ${error.message}`);
  }
}

function textOf(input: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(input);
  } catch {
    throw new InputProblem('byte 0: neither TTLV, which begins with 0x42 or 0x54, nor text in UTF-8');
  }
}

function* binaryItems(bytes: Uint8Array): Generator<TtlvItem> {
  for (let start = 0; start < bytes.length;) {
    const length = messageBytes(bytes.subarray(start)) ?? bytes.length - start;
    // An item other than a structure is padded.
    const end = start + length + (-length & 7);
    if (end > bytes.length && isTagByte(bytes[start])) {
      throw new CodecError(
        `the input ends ${counted(end - bytes.length, 'byte')} before the end of the item that begins at byte ${start}`,
        bytes.length,
      );
    }
    try {
      yield decodeItem(bytes.subarray(start, end));
    } catch (error) {
      throw error instanceof CodecError ? moved(error, start) : error;
    }
    start = end;
  }
}

/** The same error, with its offset counted from the start of the input. */
function moved(error: CodecError, by: number): CodecError {
  const again = new CodecError(error.problem, (error.offset ?? 0) + by);
  for (const part of error.path.toReversed()) CodecError.within(again, part);
  return again;
}

/** Hex digits, with spaces, colons, commas or bars between, as dumps and the specification have them. */
function bytesOfHex(text: string): Uint8Array {
  const bare = text.replace(/^\s*0x/, start => ' '.repeat(start.length));
  const wrong = /[^0-9a-fA-F\s:,|]/.exec(bare);
  if (wrong)
    throw new InputProblem(
      `${lineOf(text)(wrong.index)}: no hex digit, and neither TTLV, XML nor JSON begins the input`,
    );
  const digits = bare.replace(/[^0-9a-fA-F]/g, '');
  if (digits.length % 2 === 1) throw new InputProblem(`${digits.length} hex digits, an even number is expected`);
  return Buffer.from(digits, 'hex');
}

/** A message, or several in an element that is no item, as test cases have them, with their variables. */
function* xmlItems(text: string, variables: Map<TtlvItem, string>): Generator<TtlvItem> {
  const root = parseXml(text);
  if (root.name !== 'KMIP') return yield readItemXml(root);
  const reading: XmlReading = {
    substitute(text, tag, type) {
      if (!/^\$[A-Z_]+/.test(text) || type === ItemType.TextString || type === ItemType.Structure) return undefined;
      const item = { tag, type, value: ANY_VALUE[type] } as TtlvItem;
      variables.set(item, text);
      return item;
    },
  };
  for (const node of root.children) if (node.kind === 'element') yield readItemXml(node, reading);
}

/** What stands for a variable until its name is shown in its place. */
const ANY_VALUE = {
  [ItemType.Integer]: 0,
  [ItemType.LongInteger]: 0n,
  [ItemType.BigInteger]: 0n,
  [ItemType.Enumeration]: 0,
  [ItemType.Boolean]: false,
  [ItemType.ByteString]: new Uint8Array(),
  [ItemType.DateTime]: new Date(0),
  [ItemType.Interval]: 0,
  [ItemType.DateTimeExtended]: 0n,
} as const;

/** A message, or several in an array. */
function* jsonItems(text: string): Generator<TtlvItem> {
  const root = parseJson(text);
  if (root.kind !== 'array') return yield readItemJson(root);
  for (const node of root.items) yield readItemJson(node);
}
