import { readFile } from 'node:fs/promises';
import {
  encodeItemJson,
  encodeItemText,
  encodeItemXml,
  type HiddenValues,
  hiddenValues,
  nothingHidden,
  type TtlvItem,
} from '../../kmip-codec/index.ts';
import { isSystemError } from '../data-folder/index.ts';
import { InputProblem, itemsIn } from './decode-input.ts';
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
  const variables = new Map<TtlvItem, string>();
  try {
    for (const item of itemsIn(input, variables)) items.push(item);
  } catch (error) {
    if (!(error instanceof InputProblem)) throw error;
    if (items.length > 0) world.stdout.write(written(items, variables, options));
    throw new CommandError('failure', `${name}: ${error.message}; check where the message was taken from`);
  }
  world.stdout.write(written(items, variables, options));
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
function written(
  items: readonly TtlvItem[],
  variables: HiddenValues,
  { xml, json, showSecrets }: DecodeOptions,
): string {
  const hidden = new Map([...(showSecrets ? nothingHidden : hiddenValues(...items)), ...variables]);
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
