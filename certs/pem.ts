import { decodeBase64 } from './base64.ts';
import { CertificateError, withPosition } from './certificate-error.ts';
import { DerReader, DerTag } from './der.ts';
import { describeLabel, foreignFile, foreignText, kindOfDer } from './input-kind.ts';
import { lineCounter, positionIn } from './text-position.ts';

/** DER found in an input, and where: the line on which its block begins, or its first byte where the input is DER itself. */
export interface Block {
  label: string | undefined;
  der: Uint8Array;
  line?: number;
  byte?: number;
  /** Header lines in front of the base64 (RFC 1421), joined by line feeds; OpenSSL writes them where it encrypts a key its old way. */
  headers?: string;
  /** What was wanted, as `InputKind` names it. */
  kinds: readonly string[];
}

/** What a reader wants: the PEM labels that carry it, its own first, and how to call it in an error. */
interface Wanted {
  labels: readonly string[];
  name: string;
  /** What else may be in such a block, as `InputKind` names it. */
  kinds?: readonly string[];
  /** Whether bytes are one thing that is wanted, though not in DER: PKCS#7 and PKCS#12 may be in BER. */
  isWhole?: (bytes: Uint8Array) => boolean;
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
  const foreign = foreignFile(input);
  if (foreign) {
    throw new CertificateError({ byte: 0, found: foreign.found, expected: `${wanted.name} ${foreign.remedy}` });
  }
  if (typeof input !== 'string' && isDer(input)) return derBlocks(input, wanted);
  const text = typeof input === 'string' ? input : decodeText(input);
  if (text.trim() === '') {
    throw new CertificateError({ line: 1, found: 'nothing', expected: `${wanted.name} as PEM, base64 or DER` });
  }
  return text.includes('-----BEGIN') ? pemBlocks(text, wanted) : bareBlocks(text, wanted);
}

/** Runs `read` on a block's DER; its errors get the block's position, and say it where the block is another thing that we know. */
export function inBlock<T>({ der, line, byte, kinds }: Block, read: (der: Uint8Array) => T): T {
  try {
    return read(der);
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    const kind = kindOfDer(der);
    const told =
      kind === undefined || kinds.includes(kind)
        ? error
        : new CertificateError({ byte: 0, found: kind, expected: kinds[0]! }, { cause: error });
    throw line === undefined ? atByte(told, byte ?? 0) : withPosition(told, { line });
  }
}

/** The same finding in bytes that begin at this byte of more. */
function atByte(error: CertificateError, start: number): CertificateError {
  const { found, expected, position } = error;
  return new CertificateError({ found, expected, ...position, byte: start + (position.byte ?? 0) }, { cause: error });
}

/** DER as PEM, 64 characters a line, with a line end after the last. */
export function toPem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/** A SEQUENCE: with a long length, as text cannot begin, or (a key) one with a short length that fills the input. */
const isDer = (bytes: Uint8Array) =>
  bytes[0] === DerTag.sequence &&
  ((bytes[1]! >= 0x80 && bytes[1]! <= 0x84) || (bytes.length > 2 && bytes[1] === bytes.length - 2));

/** UTF-8, or the UTF-16 in which Windows tools save, with or without its byte order mark. */
function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  if (first !== 0 && second === 0) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0 && second !== 0) return new TextDecoder('utf-16be').decode(bytes);
  return new TextDecoder().decode(bytes);
}

/** One after the other, to the last byte. */
function derBlocks(input: Uint8Array, wanted: Wanted): Block[] {
  const kinds = kindsOf(wanted);
  if (wanted.isWhole?.(input)) return [{ label: undefined, der: Uint8Array.from(input), byte: 0, kinds }];
  const blocks: Block[] = [];
  for (let byte = 0; byte < input.length; byte += blocks.at(-1)!.der.length) {
    const rest = { label: undefined, der: input.subarray(byte), byte, kinds };
    const { end } = inBlock(rest, der => new DerReader(der).next(DerTag.sequence, wanted.name));
    blocks.push({ ...rest, der: rest.der.slice(0, end) });
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
      const headers = headersAt(text, open.bodyStart, match.index);
      const start = open.bodyStart + (headers?.length ?? 0);
      blocks.push({
        label,
        line: lineAt(open.start),
        der: decodeBase64(text, start, match.index, `base64 in the ${label} block`),
        ...(headers !== undefined && { headers: headers.trim().replaceAll(/[ \t]*(\r\n|\r|\n)[ \t]*/g, '\n') }),
        kinds: kindsOf(wanted),
      });
    } else {
      others.add(label);
    }
    open = undefined;
  }
  if (open) throw unclosed(text, open, 'the end of the input', text.length);
  if (blocks.length > 0) return blocks;
  const found = others.size > 0 ? [...others].map(describeLabel).join(', ') : 'a BEGIN line that is not whole';
  const { line } = positionIn(text, text.indexOf('-----BEGIN'));
  throw new CertificateError({ line, found, expected: `${wanted.name} (${wanted.labels[0]})` });
}

const kindsOf = ({ name, kinds = [] }: Wanted): readonly string[] => [name, ...kinds];

/** The header lines at the beginning of a block, with all their white space; undefined when there are none. */
function headersAt(text: string, start: number, end: number): string | undefined {
  return /^\s*(?:[A-Za-z][A-Za-z0-9-]{0,63}:[^\r\n]*\s+)+/.exec(text.slice(start, end))?.[0];
}

function bareBlocks(text: string, wanted: Wanted): Block[] {
  const expected = `${wanted.name} as PEM, base64 or DER`;
  const start = text.search(/[^\s\uFEFF"']|$/);
  const found = foreignText(text.slice(start));
  if (found) throw new CertificateError({ ...positionIn(text, start), found, expected });
  const der = decodeBase64(text, start, text.length, expected);
  return [{ label: undefined, line: positionIn(text, start).line, der, kinds: kindsOf(wanted) }];
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
