import { CertificateError } from './certificate-error.ts';

/** One DER element: its tag octet, and where in the input it starts, where its content starts, where both end. */
export interface DerElement {
  tag: number;
  start: number;
  content: number;
  end: number;
}

/** The tag octets that X.509 is made of; `context(n)` is a constructed, `contextPrimitive(n)` a primitive [n]. */
export const DerTag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
  context: (number: number) => 0xa0 | number,
  contextPrimitive: (number: number) => 0x80 | number,
} as const;

/**
 * Walks over DER without copying it. Each step checks tag and length, so that an error names the byte.
 * pkijs reads the same bytes more fully but cannot say where they are wrong, and takes too long for each new connection.
 */
export class DerReader {
  readonly der: Uint8Array;
  readonly end: number;
  offset: number;

  constructor(der: Uint8Array, offset = 0, end = der.length) {
    this.der = der;
    this.offset = offset;
    this.end = end;
  }

  get isAtEnd(): boolean {
    return this.offset >= this.end;
  }

  /** The next element's tag octet, undefined at the end. */
  get nextTag(): number | undefined {
    return this.isAtEnd ? undefined : this.der[this.offset];
  }

  /** The next element, which must have this tag. `what` names it in the error. */
  next(tag: number, what: string): DerElement {
    if (this.nextTag !== tag) {
      const found = this.nextTag === undefined ? 'the end of the enclosing element' : `tag ${hexOctet(this.nextTag)}`;
      throw new CertificateError({ byte: this.offset, found, expected: `${what} (tag ${hexOctet(tag)})` });
    }
    return this.any(what);
  }

  /** The next element, whatever its tag. */
  any(what: string): DerElement {
    const start = this.offset;
    const tag = this.nextTag;
    if (tag === undefined) {
      throw new CertificateError({ byte: start, found: 'the end of the enclosing element', expected: what });
    }
    if ((tag & 0x1f) === 0x1f) {
      throw new CertificateError({
        byte: start,
        found: `tag ${hexOctet(tag)}`,
        expected: `${what} with a one-octet tag`,
      });
    }
    const { length, content } = this.#length(start + 1, what);
    if (content + length > this.end) {
      throw new CertificateError({
        byte: start,
        found: `${this.end - content} of ${length} bytes`,
        expected: `all of ${what}`,
      });
    }
    this.offset = content + length;
    return { tag, start, content, end: this.offset };
  }

  /** A reader of what the element holds. */
  into(element: DerElement): DerReader {
    return new DerReader(this.der, element.content, element.end);
  }

  /** Content octets, a view of the input. */
  content(element: DerElement): Uint8Array {
    return this.der.subarray(element.content, element.end);
  }

  /** The whole element, tag and length included, a view of the input. */
  whole(element: DerElement): Uint8Array {
    return this.der.subarray(element.start, element.end);
  }

  /** Nothing may follow. */
  finish(what: string): void {
    if (!this.isAtEnd) {
      throw new CertificateError({
        byte: this.offset,
        found: `${this.end - this.offset} more bytes`,
        expected: `the end of ${what}`,
      });
    }
  }

  #length(offset: number, what: string): { length: number; content: number } {
    const first = offset < this.end ? this.der[offset]! : undefined;
    if (first === undefined) {
      throw new CertificateError({ byte: offset, found: 'the end of the input', expected: `the length of ${what}` });
    }
    if (first < 0x80) return { length: first, content: offset + 1 };
    const octets = first & 0x7f;
    // Four octets count to 4 GiB: whatever claims more, or no length at all (0x80, BER), is not DER that we may meet.
    if (octets === 0 || octets > 4 || offset + octets >= this.end) {
      throw new CertificateError({
        byte: offset,
        found: `length octet ${hexOctet(first)}`,
        expected: `the length of ${what}`,
      });
    }
    let length = 0;
    for (let i = 1; i <= octets; i++) length = length * 256 + this.der[offset + i]!;
    return { length, content: offset + 1 + octets };
  }
}

/** Reads the BOOLEAN that stands next. `what` names it in the error. */
export function readBoolean(reader: DerReader, what: string): boolean {
  const element = reader.next(DerTag.boolean, what);
  if (element.end - element.content !== 1) {
    throw new CertificateError({
      byte: element.start,
      found: `${element.end - element.content} octets`,
      expected: `${what} in one octet`,
    });
  }
  return reader.der[element.content] !== 0;
}

/** What the signature of a request stands over. `what` names the whole in errors. */
export function readSignedPart(der: Uint8Array, what: string): DerReader {
  const outer = new DerReader(der);
  const signed = outer.into(outer.next(DerTag.sequence, `a ${what}`));
  outer.finish(`the ${what}`);
  const part = signed.into(signed.next(DerTag.sequence, `the ${what}'s signed part`));
  signed.next(DerTag.sequence, 'the signature algorithm');
  signed.next(DerTag.bitString, 'the signature');
  signed.finish(`the ${what}`);
  return part;
}

/** Longer than any name that is in use; turning octets into numbers takes the square of their count. */
const OID_OCTETS_MAX = 128;

/**
 * Content octets of an OBJECT IDENTIFIER in dotted form. Octets that end within an arc give the arcs before it; more octets than
 * anybody uses are given in hex.
 */
export function dottedOid(content: Uint8Array): string {
  if (content.length > OID_OCTETS_MAX) return `0x${Buffer.from(content).toString('hex')}`;
  const arcs: bigint[] = [];
  let arc = 0n;
  for (const octet of content) {
    arc = (arc << 7n) | BigInt(octet & 0x7f);
    if (octet & 0x80) continue;
    if (arcs.length === 0) {
      const root = arc < 40n ? 0n : arc < 80n ? 1n : 2n;
      arcs.push(root, arc - root * 40n);
    } else {
      arcs.push(arc);
    }
    arc = 0n;
  }
  return arcs.join('.');
}

const hexOctet = (octet: number) => `0x${octet.toString(16).padStart(2, '0')}`;
