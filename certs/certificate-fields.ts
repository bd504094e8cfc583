import { type DerElement, DerReader, DerTag } from './der.ts';
import { CertificateError } from './certificate-error.ts';
import { noExtensions, type ReadExtensions, readExtensions } from './read-extensions.ts';
import { type NamePart, readNameParts } from './name.ts';
import { readSignatureAlgorithm, type SignatureAlgorithm } from './signature-algorithm.ts';
import { readValidity, type Validity } from './validity.ts';

/** A distinguished name and the bytes that it was read from. */
export interface ReadName {
  parts: readonly NamePart[];
  der: Uint8Array;
}

/** What is signed, how, and the signature. */
export interface Signed {
  /** The bytes that the signature stands over. */
  signedPart: Uint8Array;
  algorithm: SignatureAlgorithm;
  /** Whether the algorithm is the same inside and outside of the signed part (RFC 5280 §4.1.1.2). */
  isAlgorithmTwiceTheSame: boolean;
  signature: Uint8Array;
}

/** A certificate as it stands, before anything is judged (RFC 5280 §4.1). */
export interface CertificateFields extends Validity, Signed {
  der: Uint8Array;
  /** 1, 2 or 3. */
  version: number;
  /** As `readSerialNumber` gives it. */
  serialNumber: string;
  issuer: ReadName;
  subject: ReadName;
  /** SubjectPublicKeyInfo, DER. */
  publicKeyDer: Uint8Array;
  extensions: ReadExtensions;
  hasExtensions: boolean;
}

/** Reads a certificate in DER, every element of it, so that damage has a position. Throws CertificateError. */
export function readCertificateFields(der: Uint8Array): CertificateFields {
  const { reader, ...signed } = readSigned(der, 'certificate', part => {
    if (part.nextTag === DerTag.context(0)) part.any('the version');
    part.next(DerTag.integer, 'the serial number');
  });
  const version = reader.nextTag === DerTag.context(0) ? readVersion(reader) : 1;
  const serialNumber = readSerialNumber(reader);
  reader.next(DerTag.sequence, 'the signature algorithm');
  const issuer = readNameAt(reader, 'the issuer');
  const validity = readValidity(reader);
  const subject = readNameAt(reader, 'the subject');
  const publicKeyDer = reader.whole(reader.next(DerTag.sequence, 'the public key'));
  for (const uniqueId of [1, 2]) {
    if (reader.nextTag === DerTag.contextPrimitive(uniqueId)) reader.any('a unique identifier');
  }
  const hasExtensions = !reader.isAtEnd;
  const extensions = hasExtensions
    ? readExtensions(reader.into(reader.next(DerTag.context(3), 'the extensions')))
    : noExtensions;
  reader.finish("the certificate's signed part");
  return {
    ...signed,
    ...validity,
    der,
    version,
    serialNumber,
    issuer,
    subject,
    publicKeyDer,
    extensions,
    hasExtensions,
  };
}

/**
 * Takes apart what is signed: a certificate or a revocation list. `what` names it in errors; `toAlgorithm` steps over what stands
 * before the inner signature algorithm. Gives a reader of the signed part, from its start.
 */
export function readSigned(
  der: Uint8Array,
  what: string,
  toAlgorithm: (part: DerReader) => void,
): Signed & { reader: DerReader } {
  const outer = new DerReader(der);
  const all = outer.into(outer.next(DerTag.sequence, `a ${what}`));
  outer.finish(`the ${what}`);
  const part = all.next(DerTag.sequence, `the ${what}'s signed part`);
  const algorithm = all.next(DerTag.sequence, 'the signature algorithm');
  const signature = all.next(DerTag.bitString, 'the signature');
  all.finish(`the ${what}`);
  const inside = all.into(part);
  toAlgorithm(inside);
  const innerAlgorithm = inside.next(DerTag.sequence, 'the signature algorithm');
  return {
    reader: all.into(part),
    signedPart: all.whole(part),
    algorithm: readSignatureAlgorithm(all, algorithm),
    isAlgorithmTwiceTheSame: Buffer.compare(all.whole(algorithm), all.whole(innerAlgorithm)) === 0,
    signature: wholeOctets(all, signature),
  };
}

/** A serial number as lower-case hex, two digits for each octet, without zero octets before it. */
export function readSerialNumber(reader: DerReader): string {
  const octets = reader.content(reader.next(DerTag.integer, 'the serial number'));
  let start = 0;
  while (octets[start] === 0 && start < octets.length - 1) start++;
  return Buffer.from(octets.subarray(start)).toString('hex');
}

export function readNameAt(reader: DerReader, what: string): ReadName {
  const start = reader.offset;
  const parts = readNameParts(reader, what);
  return { parts, der: reader.der.subarray(start, reader.offset) };
}

function readVersion(reader: DerReader): number {
  const inner = reader.into(reader.any('the version'));
  const octets = inner.content(inner.next(DerTag.integer, 'the version'));
  return octets.length === 1 ? octets[0]! + 1 : Infinity;
}

/** The octets of a BIT STRING that is a signature: no bit of the last octet is unused. */
function wholeOctets(reader: DerReader, bits: DerElement): Uint8Array {
  const content = reader.content(bits);
  if (content[0] !== 0) {
    throw new CertificateError({ byte: bits.start, found: 'bits', expected: 'the signature in whole octets' });
  }
  return content.subarray(1);
}
