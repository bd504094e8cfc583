import { CodecError } from '../error.ts';

/** An element with its attributes and what stands in it, in order. `offset` counts characters of the document. */
export interface XmlElement {
  readonly kind: 'element';
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlNode[];
  readonly offset: number;
}
/** `text` of a comment is what stands between its marks. Text of white space alone is kept, too. */
export type XmlNode =
  XmlElement | { readonly kind: 'text' | 'comment'; readonly text: string; readonly offset: number };

/** Elements within elements that a document may have; the same bound as for binary items, and the element around them. */
const DEPTH_MAX = 33;

/**
 * The element of an XML 1.0 document without namespaces, processing instructions and document type: what the XML encoding
 * of KMIP uses (encodings standard, section 6). Throws CodecError with the offset of the character.
 */
export function parseXml(document: string): XmlElement {
  const source = new XmlSource(document);
  source.passDeclaration();
  source.passMiscellaneous();
  const root = source.readElement(0);
  source.passMiscellaneous();
  if (!source.isAtEnd()) throw source.problem('something follows the document element');
  return root;
}

/** Text as it stands in an attribute value between double quotes. Throws CodecError for a character XML 1.0 cannot carry. */
export function escapeXml(text: string): string {
  const bad = FORBIDDEN.exec(text);
  if (bad) throw new CodecError(`character U+${hex4(bad[0])}, which XML cannot carry`);
  return text.replace(/[&<>"\t\n\r]/g, character => ESCAPES.get(character) ?? character);
}

const hex4 = (character: string) => (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
// XML 1.0, production 2 (Char); a surrogate that stands alone is none.
const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;
const ESCAPES = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ['\t', '&#9;'],
  ['\n', '&#10;'],
  ['\r', '&#13;'],
]);
const ENTITIES = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);
const NAME = /[A-Za-z_:][A-Za-z0-9_:.-]*/y;
const SPACE = /[ \t\r\n]*/y;

class XmlSource {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    const bad = FORBIDDEN.exec(text);
    if (bad) throw new CodecError(`character U+${hex4(bad[0])}, which XML cannot carry`, bad.index);
    if (text.startsWith('\uFEFF')) this.#at = 1;
  }

  isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  problem(text: string, at: number = this.#at): CodecError {
    return new CodecError(`XML: ${text}`, at);
  }

  passDeclaration(): void {
    if (this.#text.startsWith('<?xml ', this.#at)) this.#passTo('?>', 'XML declaration');
  }

  /** White space and comments around the document element. */
  passMiscellaneous(): void {
    for (;;) {
      this.#match(SPACE);
      if (!this.#text.startsWith('<!--', this.#at)) return;
      this.#passTo('-->', 'comment');
    }
  }

  readElement(depth: number): XmlElement {
    const offset = this.#at;
    if (depth > DEPTH_MAX) throw this.problem(`elements nested deeper than ${DEPTH_MAX}`);
    this.#expect('<');
    const name = this.#name('element');
    const attributes = this.#readAttributes();
    if (this.#take('/>')) return { kind: 'element', name, attributes, children: [], offset };
    this.#expect('>');
    const children: XmlNode[] = [];
    while (!this.#take('</')) children.push(this.#readNode(depth, name));
    const at = this.#at;
    const end = this.#name('end tag');
    if (end !== name) throw this.problem(`</${end}> ends <${name}>`, at);
    this.#match(SPACE);
    this.#expect('>');
    return { kind: 'element', name, attributes, children, offset };
  }

  #readNode(depth: number, parent: string): XmlNode {
    const offset = this.#at;
    if (this.isAtEnd()) throw this.problem(`<${parent}> has no end`);
    if (this.#text.startsWith('<!--', offset)) {
      this.#passTo('-->', 'comment');
      return { kind: 'comment', text: this.#text.slice(offset + 4, this.#at - 3), offset };
    }
    if (this.#text[offset] === '<') return this.readElement(depth + 1);
    const next = this.#text.indexOf('<', offset);
    if (next < 0) throw this.problem(`<${parent}> has no end`);
    this.#at = next;
    return { kind: 'text', text: this.#resolve(this.#text.slice(offset, next), offset), offset };
  }

  #readAttributes(): Map<string, string> {
    const attributes = new Map<string, string>();
    for (;;) {
      const before = this.#at;
      this.#match(SPACE);
      const next = this.#text[this.#at];
      if (next === '>' || next === '/') return attributes;
      if (before === this.#at) throw this.problem('no white space before an attribute');
      const at = this.#at;
      const name = this.#name('attribute');
      if (attributes.has(name)) throw this.problem(`attribute ${name} stands twice`, at);
      this.#match(SPACE);
      this.#expect('=');
      this.#match(SPACE);
      attributes.set(name, this.#readAttributeValue());
    }
  }

  #readAttributeValue(): string {
    const quote = this.#text[this.#at];
    if (quote !== '"' && quote !== "'") throw this.problem('an attribute value without quotes');
    const start = this.#at + 1;
    const end = this.#text.indexOf(quote, start);
    if (end < 0) throw this.problem('an attribute value without end');
    const raw = this.#text.slice(start, end);
    if (raw.includes('<')) throw this.problem('< in an attribute value', start + raw.indexOf('<'));
    this.#at = end + 1;
    // A line break or tab that stands there literally counts as a space (XML 1.0, section 3.3.3); a reference does not.
    return this.#resolve(raw.replace(/\r\n|[\t\r\n]/g, ' '), start);
  }

  /** Entity and character references replaced by what they stand for. */
  #resolve(text: string, offset: number): string {
    return text.replace(/&([^;]{0,12};)?/g, (reference, body: string | undefined, at: number) => {
      const name = body?.slice(0, -1) ?? '';
      const number = /^#x([0-9a-fA-F]+)$/.test(name) ? `0${name.slice(1)}` : /^#([0-9]+)$/.exec(name)?.[1];
      const character =
        number === undefined
          ? ENTITIES.get(name)
          : Number(number) <= 0x10ffff
            ? String.fromCodePoint(Number(number))
            : undefined;
      if (character === undefined || FORBIDDEN.test(character)) {
        throw this.problem('a reference that stands for nothing', offset + at);
      }
      return character;
    });
  }

  #name(what: string): string {
    const name = this.#match(NAME);
    if (!name) throw this.problem(`no ${what} name here`);
    return name;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  #take(text: string): boolean {
    const isHere = this.#text.startsWith(text, this.#at);
    if (isHere) this.#at += text.length;
    return isHere;
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw this.problem(`'${text}' is missing`);
  }

  #passTo(mark: string, what: string): void {
    const end = this.#text.indexOf(mark, this.#at);
    if (end < 0) throw this.problem(`${what} without end`);
    this.#at = end + mark.length;
  }
}
