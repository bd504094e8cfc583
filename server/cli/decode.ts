import { readFile } from 'node:fs/promises';
import {
  CodecError,
  decodeItem,
  encodeItemJson,
  encodeItemText,
  encodeItemXml,
  hiddenValues,
  messageBytes,
  nothingHidden,
  parseJson,
  parseXml,
  readItemJson,
  readItemXml,
  type TtlvItem,
} from '../../kmip-codec/index.ts';
import { isSystemError } from '../data-folder/index.ts';
import { CommandError } from './exit-codes.ts';
import type { World } from './world.ts';

export interface DecodeOptions {
  readonly xml?: true;
  readonly json?: true;
  readonly showSecrets?: true;
}

/**
 * Prints the KMIP messages, or other items, that a file or standard input (`-`) holds in whatever form: bytes, hex digits,
 * XML, JSON. Those before one that is broken are printed. Throws CommandError that says where it is.
 */
export async function decode(world: World, path: string, options: DecodeOptions): Promise<void> {
  const input = path === '-' ? await world.readStdinBytes() : await readNamed(path);
  const name = path === '-' ? 'standard input' : path;
  const items: TtlvItem[] = [];
  try {
    for (const item of itemsIn(input)) items.push(item);
  } catch (error) {
    if (!(error instanceof InputProblem)) throw error;
    if (items.length > 0) world.stdout.write(written(items, options));
    throw new CommandError('failure', `${name}: ${error.message}; check where the message was taken from`);
  }
  world.stdout.write(written(items, options));
}

async function readNamed(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
    throw new CommandError('notFound', `${path}: no such file; name a file with a message, or - for standard input`);
  }
}

/** One document; several messages stand in an array, or in an element that is no item. */
function written(items: readonly TtlvItem[], { xml, json, showSecrets }: DecodeOptions): string {
  const hidden = showSecrets ? nothingHidden : hiddenValues(...items);
  if (xml) {
    const elements = items.map(item => encodeItemXml(item, hidden)).join('');
    return (items.length === 1 ? elements : `<KMIP>\n${elements}</KMIP>\n`).replace(STEERING, escapeXml);
  }
  if (json) {
    const objects = items.map(item => encodeItemJson(item, hidden)).join(',\n');
    return (items.length === 1 ? `${objects}\n` : `[\n${objects}\n]\n`).replace(STEERING, escapeJson);
  }
  return items.map(item => encodeItemText(item, hidden)).join('\n');
}

/** Characters that could steer a terminal or reorder what it shows; both forms have a spelling for them. */
const STEERING = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
const escapeXml = (character: string) => `&#${character.charCodeAt(0)};`;
const escapeJson = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** What is wrong with the input, and where. */
class InputProblem extends Error {}

/** The items one after another, each read when it is asked for. Throws InputProblem. */
function itemsIn(input: Uint8Array): Generator<TtlvItem> {
  // Every tag begins with one of these bytes; as letters, B and T, they begin none of the other forms of an item.
  if (isTagByte(input[0])) return placing(binaryItems(input), byteAt);
  const text = textOf(input);
  switch (text.trimStart()[0]) {
    case undefined:
      throw new InputProblem('nothing is there');
    case '<':
      return placing(xmlItems(text), lineOf(text));
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
        `the input ends ${end - bytes.length} bytes before the end of the item that begins at byte ${start}`,
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

/** A message, or several in an element that is no item. */
function* xmlItems(text: string): Generator<TtlvItem> {
  const root = parseXml(text);
  if (root.name !== 'KMIP') return yield readItemXml(root);
  for (const node of root.children) if (node.kind === 'element') yield readItemXml(node);
}

/** A message, or several in an array. */
function* jsonItems(text: string): Generator<TtlvItem> {
  const root = parseJson(text);
  if (root.kind !== 'array') return yield readItemJson(root);
  for (const node of root.items) yield readItemJson(node);
}
