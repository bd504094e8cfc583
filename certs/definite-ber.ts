import { CertificateError } from './certificate-error.ts';
import { DerTag } from './der.ts';
import { element } from './der-writer.ts';

/** Far deeper than any file that we read; a hostile one must not exhaust the stack. */
const DEPTH_MAX = 32;
const CONSTRUCTED = 0x20;
const INDEFINITE = 0x80;

/**
 * One BER element as DER would have it: with definite lengths, and each OCTET STRING in one piece. PKCS#7 and PKCS#12 are BER, and
 * Java, NSS and older Windows write them so. What has that form already stays as it is, to the byte, so that signatures inside still
 * verify. Throws CertificateError with the byte at which it is no BER. `what` names it.
 */
export function definiteBer(ber: Uint8Array, what: string): Uint8Array {
  const { der, end } = convert(ber, 0, ber.length, what, 0);
  if (end !== ber.length) {
    throw new CertificateError({ byte: end, found: `${ber.length - end} more bytes`, expected: `the end of ${what}` });
  }
  return der;
}

interface Converted {
  der: Uint8Array;
  /** Where in the input the element ends. */
  end: number;
}

function convert(ber: Uint8Array, start: number, limit: number, what: string, depth: number): Converted {
  if (depth > DEPTH_MAX) {
    throw new CertificateError({ byte: start, found: `more than ${DEPTH_MAX} levels`, expected: what });
  }
  const tag = ber[start]!;
  const { length, content } = lengthAt(ber, start + 1, limit, what);
  if (length !== undefined && (tag & CONSTRUCTED) === 0) {
    return { der: ber.subarray(start, content + length), end: content + length };
  }
  if ((tag & CONSTRUCTED) === 0) {
    throw new CertificateError({ byte: start + 1, found: 'length octet 0x80', expected: `the length of ${what}` });
  }
  const end = length === undefined ? limit : content + length;
  const parts: Uint8Array[] = [];
  let offset = content;
  let isChanged = length === undefined;
  while (offset < end && !(length === undefined && ber[offset] === 0)) {
    const part = convert(ber, offset, end, what, depth + 1);
    isChanged ||= part.der.length !== part.end - offset || part.der.buffer !== ber.buffer;
    parts.push(part.der);
    offset = part.end;
  }
  if (length === undefined) offset = endOfContents(ber, offset, end, what);
  if (tag === (DerTag.octetString | CONSTRUCTED)) {
    const pieces = parts.map(part => stringContent(part, start, what));
    return { der: element(DerTag.octetString, joined(pieces)), end: offset };
  }
  return { der: isChanged ? element(tag, joined(parts)) : ber.subarray(start, offset), end: offset };
}

/** By a loop: a hostile file has more parts than a call may have arguments. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

function endOfContents(ber: Uint8Array, offset: number, limit: number, what: string): number {
  if (offset + 2 <= limit && ber[offset] === 0 && ber[offset + 1] === 0) return offset + 2;
  throw new CertificateError({
    byte: offset,
    found: 'the end of the enclosing element',
    expected: `the end-of-contents octets of ${what}`,
  });
}

/** Content of a piece of a string, which has been converted, so that it is an OCTET STRING in one piece itself. */
function stringContent(piece: Uint8Array, start: number, what: string): Uint8Array {
  if (piece[0] !== DerTag.octetString) {
    throw new CertificateError({
      byte: start,
      found: 'pieces of another kind',
      expected: `an octet string in ${what}`,
    });
  }
  return piece.subarray(lengthAt(piece, 1, piece.length, what).content);
}

/** The length, undefined where it is indefinite, and where the content begins. The content lies before `limit`. */
function lengthAt(ber: Uint8Array, offset: number, limit: number, what: string) {
  const first = offset < limit ? ber[offset]! : undefined;
  if (first === undefined) {
    throw new CertificateError({ byte: offset, found: 'the end of the input', expected: `the length of ${what}` });
  }
  if (first === INDEFINITE) return { length: undefined, content: offset + 1 };
  const octets = first < INDEFINITE ? 0 : first & 0x7f;
  const content = offset + 1 + octets;
  if (octets > 4 || content > limit) {
    const found = `length octet 0x${first.toString(16)}`;
    throw new CertificateError({ byte: offset, found, expected: `the length of ${what}` });
  }
  let length = octets === 0 ? first : 0;
  for (let i = 1; i <= octets; i++) length = length * 256 + ber[offset + i]!;
  if (content + length > limit) {
    throw new CertificateError({
      byte: offset - 1,
      found: `${limit - content} of ${length} bytes`,
      expected: `all of ${what}`,
    });
  }
  return { length, content };
}
