import { CertificateError } from './certificate-error.ts';
import { attributeTypes } from './name.ts';

/** Longer than any subject. */
const PATTERN_CHARACTERS_MAX = 1000;

// As people and tools write them; `E` and `email` are Windows' and OpenSSL's words for it.
const types: ReadonlyMap<string, string> = new Map([
  ...[...attributeTypes, 'DNS'].map(type => [type.toLowerCase(), type] as const),
  ['e', 'emailAddress'],
  ['email', 'emailAddress'],
  ['s', 'ST'],
]);
const typeExpected = `an attribute type such as CN, O, OU, DC or DNS, then '='`;
const unreadable = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/u;

/** Takes the text of a subject pattern apart. Every method throws CertificateError at what it cannot be. */
export class PatternScanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    if (text.length > PATTERN_CHARACTERS_MAX) {
      throw new CertificateError({
        found: `a subject pattern of ${text.length} characters`,
        expected: `at most ${PATTERN_CHARACTERS_MAX}`,
      });
    }
    const hidden = unreadable.exec(text);
    if (hidden) this.#fail('a character that can be seen', hidden.index);
  }

  /** `CN=`: the type as `Certificate.subjectParts` has it. */
  type(): string {
    this.#blanks();
    const match = this.#match(/([A-Za-z]+|\d+(?:\.\d+)+) *=/y);
    const word = match?.[1];
    if (word === undefined) return this.#fail(typeExpected);
    const type = /^\d/.test(word) ? word : types.get(word.toLowerCase());
    return type ?? this.#fail(typeExpected, this.#at - match![0].length, `'${word}'`);
  }

  /** The value, cut at each `*`. Never empty. */
  value(): string[] {
    this.#blanks();
    const start = this.#at;
    const pieces = this.#match(/"/y) ? this.#quoted(start) : this.#plain();
    if (pieces.length === 1 && pieces[0]!.trim() === '') {
      this.#fail("a value, or '*' for any", start, start === this.#at ? undefined : 'an empty value');
    }
    return pieces;
  }

  /** Whether a comma follows, and so another part. */
  hasAnother(): boolean {
    this.#blanks();
    if (this.#at === this.#text.length) return false;
    if (!this.#match(/,/y)) this.#fail("',' and another part, or the end");
    return true;
  }

  #plain(): string[] {
    const pieces = [''];
    while (this.#at < this.#text.length && this.#text[this.#at] !== ',') {
      const match = this.#match(/[^\\,"+;=*]+/y);
      if (match) pieces.push(pieces.pop() + match[0]);
      else if (this.#match(/\*/y)) pieces.push('');
      else if (this.#text[this.#at] === '\\') pieces.push(pieces.pop() + this.#escaped());
      else this.#fail(`',' before another part, or '\\${this.#text[this.#at]}'`);
    }
    return pieces;
  }

  #quoted(start: number): string[] {
    const pieces = [''];
    while (!this.#match(/"/y)) {
      const match = this.#match(/[^\\"*]+/y);
      if (match) pieces.push(pieces.pop() + match[0]);
      else if (this.#match(/\*/y)) pieces.push('');
      else if (this.#text[this.#at] === '\\') pieces.push(pieces.pop() + this.#escaped());
      else this.#fail(`'"' that closes the one in column ${start + 1}`);
    }
    return pieces;
  }

  /** RFC 4514 §3: a special character, or octets of UTF-8. */
  #escaped(): string {
    const start = this.#at;
    const special = this.#match(/\\([\\,+"<>;=# *])/y)?.[1];
    if (special !== undefined) return special;
    const octets = this.#match(/(?:\\[0-9A-Fa-f]{2})+/y)?.[0];
    const text = octets && Buffer.from(octets.replaceAll('\\', ''), 'hex').toString('utf8');
    if (text === undefined || unreadable.test(text) || text.includes('\uFFFD')) {
      return this.#fail("'\\' before one of \\ , + \" < > ; = # * or the hex digits of visible UTF-8", start, "'\\'");
    }
    return text;
  }

  #blanks(): void {
    this.#match(/ */y);
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match) this.#at += match[0].length;
    return match ?? undefined;
  }

  #fail(expected: string, at = this.#at, found?: string): never {
    const character = String.fromCodePoint(this.#text.codePointAt(at) ?? 0);
    const seen = unreadable.test(character)
      ? `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`
      : `'${character}'`;
    throw new CertificateError({
      column: at + 1,
      found: found ?? (at < this.#text.length ? seen : 'the end of the subject pattern'),
      expected,
    });
  }
}
