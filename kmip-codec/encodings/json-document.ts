import { CodecError } from '../error.ts';

/** A value with the place where it begins: `offset` counts characters of the document. */
export type JsonNode =
  | { readonly kind: 'object'; readonly members: ReadonlyMap<string, JsonNode>; readonly offset: number }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[]; readonly offset: number }
  | { readonly kind: 'value'; readonly value: string | number | boolean | null; readonly offset: number };

/** Objects and arrays within each other that a document may have: an item is an object, and what it holds an array in it. */
const DEPTH_MAX = 2 * 33;

/**
 * The value that a JSON document holds (RFC 8259). JSON.parse knows no places, quotes the document in its errors and takes a member
 * that stands twice. Throws CodecError with the offset of the character, and nothing of the document.
 */
export function parseJson(document: string): JsonNode {
  const source = new JsonSource(document);
  const node = source.readValue(0);
  source.passSpace();
  if (!source.isAtEnd()) throw source.problem('something follows the value');
  return node;
}

const SPACE = /[ \t\r\n]*/y;
const WORD = /true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;

class JsonSource {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  problem(text: string, at: number = this.#at): CodecError {
    return new CodecError(`JSON: ${text}`, at);
  }

  passSpace(): void {
    this.#match(SPACE);
  }

  readValue(depth: number): JsonNode {
    this.passSpace();
    const offset = this.#at;
    if (this.isAtEnd()) throw this.problem('a value is missing at the end');
    if (depth >= DEPTH_MAX) throw this.problem(`objects and arrays deeper than ${DEPTH_MAX}`);
    if (this.#take('{')) return { kind: 'object', members: this.#readMembers(depth), offset };
    if (this.#take('[')) return { kind: 'array', items: this.#readItems(depth), offset };
    if (this.#text[offset] === '"') return { kind: 'value', value: this.#readString(), offset };
    const word = this.#match(WORD);
    if (word === '') throw this.problem('no value begins here');
    return { kind: 'value', value: JSON.parse(word) as number | boolean | null, offset };
  }

  #readMembers(depth: number): Map<string, JsonNode> {
    const members = new Map<string, JsonNode>();
    if (this.#takeAfterSpace('}')) return members;
    do {
      this.passSpace();
      const at = this.#at;
      if (this.#text[at] !== '"') throw this.problem('the name of a member is missing');
      const name = this.#readString();
      if (members.has(name)) throw this.problem('a member stands twice', at);
      if (!this.#takeAfterSpace(':')) throw this.problem("':' is missing");
      members.set(name, this.readValue(depth + 1));
    } while (this.#takeAfterSpace(','));
    if (!this.#take('}')) throw this.problem("',' or '}' is missing");
    return members;
  }

  #readItems(depth: number): JsonNode[] {
    const items: JsonNode[] = [];
    if (this.#takeAfterSpace(']')) return items;
    do items.push(this.readValue(depth + 1));
    while (this.#takeAfterSpace(','));
    if (!this.#take(']')) throw this.problem("',' or ']' is missing");
    return items;
  }

  #readString(): string {
    const start = this.#at;
    let end = this.#text.indexOf('"', start + 1);
    while (end > 0 && this.#isEscaped(end)) end = this.#text.indexOf('"', end + 1);
    if (end < 0) throw this.problem('a string without end', start);
    this.#at = end + 1;
    try {
      return JSON.parse(this.#text.slice(start, this.#at)) as string;
    } catch {
      throw this.problem('a string with an escape or a control character that JSON does not have', start);
    }
  }

  #isEscaped(at: number): boolean {
    let slashes = 0;
    while (this.#text[at - 1 - slashes] === '\\') slashes++;
    return slashes % 2 === 1;
  }

  #takeAfterSpace(character: string): boolean {
    this.passSpace();
    return this.#take(character);
  }

  #take(character: string): boolean {
    const isHere = this.#text[this.#at] === character;
    if (isHere) this.#at++;
    return isHere;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }
}
