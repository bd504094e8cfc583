import { CertificateError, withPosition } from './certificate-error.ts';
import { DerReader, DerTag } from './der.ts';

/** DER found in an input, and the line on which its block begins; no line for input that is DER itself. */
export interface Block {
  label: string | undefined;
  der: Uint8Array;
  line?: number;
}

/** What a reader wants: the PEM labels that carry it, and how to call it in an error. */
interface Wanted {
  labels: readonly string[];
  name: string;
}

/** Far more than any chain needs; a wrong file (a disk image, a log) is refused before it is searched. */
export const INPUT_BYTES_MAX = 1024 * 1024;

/**
 * Finds what is wanted in a file or a form's text: PEM blocks (any line ends, text around them, base64 on one line),
 * bare base64, or DER. Blocks of other labels are passed over. Throws CertificateError when there is none, or one is damaged.
 */
export function findBlocks(input: string | Uint8Array, wanted: Wanted): Block[] {
  const size = typeof input === 'string' ? input.length : input.byteLength;
  if (size > INPUT_BYTES_MAX) {
    throw new CertificateError({
      found: `${size} bytes`,
      expected: `${wanted.name} of at most ${INPUT_BYTES_MAX} bytes`,
    });
  }
  if (typeof input !== 'string' && isDer(input)) return derBlocks(input, wanted);
  const text = typeof input === 'string' ? input : decodeText(input);
  if (text.trim() === '') {
    throw new CertificateError({ line: 1, found: 'nothing', expected: `${wanted.name} as PEM, base64 or DER` });
  }
  return text.includes('-----BEGIN') ? pemBlocks(text, wanted) : bareBlocks(text, wanted);
}

/** Runs `read` on a block's DER; its errors get the block's line. */
export function inBlock<T>({ der, line }: Block, read: (der: Uint8Array) => T): T {
  try {
    return read(der);
  } catch (error) {
    if (error instanceof CertificateError && line !== undefined) throw withPosition(error, { line });
    throw error;
  }
}

/** DER as PEM, 64 characters a line, with a line end after the last. */
export function toPem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/** A SEQUENCE with a long length: text cannot begin so, and whatever we read is longer than 127 bytes. */
const isDer = (bytes: Uint8Array) => bytes[0] === DerTag.sequence && bytes[1]! >= 0x80 && bytes[1]! <= 0x84;

/** UTF-8, or the UTF-16 in which Windows tools save. */
function decodeText(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  return new TextDecoder().decode(bytes);
}

/** One after the other, to the last byte. */
function derBlocks(input: Uint8Array, wanted: Wanted): Block[] {
  const reader = new DerReader(input);
  const blocks: Block[] = [];
  while (!reader.isAtEnd) {
    const element = reader.next(DerTag.sequence, wanted.name);
    blocks.push({ label: undefined, der: Uint8Array.from(reader.whole(element)) });
  }
  return blocks;
}

function pemBlocks(text: string, wanted: Wanted): Block[] {
  const blocks: Block[] = [];
  const others = new Set<string>();
  const lineAt = lineCounter(text);
  const boundary = /-----(BEGIN|END) ([A-Za-z0-9 #]{0,64}?)-----/g;
  let open: { label: string; start: number; bodyStart: number } | undefined;
  for (const match of text.matchAll(boundary)) {
    const [whole, kind, label = ''] = match;
    if (kind === 'BEGIN') {
      if (open) throw unclosed(text, open, `a BEGIN ${label} line`, match.index);
      open = { label, start: match.index, bodyStart: match.index + whole.length };
      continue;
    }
    if (!open) {
      throw new CertificateError({
        ...positionIn(text, match.index),
        found: `an END ${label} line`,
        expected: 'a BEGIN line before it',
      });
    }
    if (label !== open.label) throw unclosed(text, open, `an END ${label} line`, match.index);
    if (wanted.labels.includes(label)) {
      blocks.push({
        label,
        line: lineAt(open.start),
        der: decodeBase64(text, open.bodyStart, match.index, `base64 in the ${label} block`),
      });
    } else {
      others.add(label);
    }
    open = undefined;
  }
  if (open) throw unclosed(text, open, 'the end of the input', text.length);
  if (blocks.length > 0) return blocks;
  const found = others.size > 0 ? `${[...others].join(', ')}` : 'a BEGIN line that is not whole';
  const { line } = positionIn(text, text.indexOf('-----BEGIN'));
  throw new CertificateError({ line, found, expected: `${wanted.name} (${wanted.labels.join(' or ')})` });
}

function bareBlocks(text: string, wanted: Wanted): Block[] {
  const expected = `${wanted.name} as PEM, base64 or DER`;
  const start = text.search(/[^\s\uFEFF"']|$/);
  return [
    { label: undefined, line: positionIn(text, start).line, der: decodeBase64(text, start, text.length, expected) },
  ];
}

/** Base64 between two indices of the text. Passed over: white space, and line ends that a JSON or shell string left as `\n`. */
function decodeBase64(text: string, start: number, end: number, expected: string): Uint8Array {
  let body = text.slice(start, end).replace(/\\[nrt]/g, '  ');
  if (!/[^\s"']/.test(body)) throw new CertificateError({ ...positionIn(text, start), found: 'nothing', expected });
  // A quoted string's closing quote; inside, a quote stays an error.
  body = body.replace(/["',]\s*$/, '');
  const wrong = /[^A-Za-z0-9+/\s=]|=(?=\s*[^\s=])/u.exec(body);
  if (wrong) {
    throw new CertificateError({
      ...positionIn(text, start + wrong.index),
      found: describeCharacter(wrong[0]),
      expected,
    });
  }
  const digits = body.replace(/[\s=]/g, '');
  const padding = (body.match(/=/g) ?? []).length;
  // Missing padding is made up for; wrong padding and a digit too many mean that something was lost.
  if (digits.length % 4 === 1 || (padding > 0 && (digits.length + padding) % 4 !== 0) || padding > 2) {
    throw new CertificateError({
      ...positionIn(text, start),
      found: `${digits.length} base64 digits and ${padding} of padding`,
      expected,
    });
  }
  // Memory of its own: what lies around in a Buffer's pool must not travel with it.
  return Uint8Array.from(Buffer.from(digits, 'base64'));
}

function unclosed(
  text: string,
  open: { label: string; start: number },
  found: string,
  index: number,
): CertificateError {
  const { line } = positionIn(text, open.start);
  return new CertificateError({
    ...positionIn(text, index),
    found,
    expected: `the END ${open.label} line of the block that begins on line ${line}`,
  });
}

function positionIn(text: string, index: number): { line: number; column: number } {
  const before = text.slice(0, index).split(/\r\n|\r|\n/);
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

/** Gives the lines of indices that only grow, counting each line once: a file may hold thousands of blocks. */
function lineCounter(text: string): (index: number) => number {
  const lineEnds = text.matchAll(/\r\n|\r|\n/g);
  let line = 1;
  let next = lineEnds.next();
  return index => {
    for (; !next.done && next.value.index < index; next = lineEnds.next()) line++;
    return line;
  };
}

/** By code point when it cannot be seen: a soft hyphen or a long dash from a word processor must be recognisable. */
const describeCharacter = (character: string) =>
  /^[\x21-\x7e]$/.test(character)
    ? `'${character}'`
    : `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
