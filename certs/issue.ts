import { createHash, randomBytes as systemRandomBytes, type webcrypto } from 'node:crypto';
import { fromBER, Integer, Utf8String } from 'asn1js';
import {
  AttributeTypeAndValue,
  Certificate as PkiCertificate,
  type Extension,
  PublicKeyInfo,
  RelativeDistinguishedNames,
  Time,
} from 'pkijs';
import { CertificateError } from './certificate-error.ts';
import { engine } from './engine.ts';
import { subjectKeyIdentifier } from './extensions.ts';
import type { Validity } from './validity.ts';

/** Gives that many random bytes. */
export type RandomBytes = (size: number) => Uint8Array;

export interface Issue extends Validity {
  subject: RelativeDistinguishedNames;
  issuer: RelativeDistinguishedNames;
  publicKey: PublicKeyInfo;
  /** Besides the subject key identifier, which is always there. */
  extensions: Extension[];
  signWith: { key: webcrypto.CryptoKey; hash: string };
  randomBytes?: RandomBytes | undefined;
}

/** Makes and signs one X.509 version 3 certificate; gives its DER. */
export async function issueCertificate(issue: Issue): Promise<Uint8Array> {
  const certificate = new PkiCertificate({
    version: 2,
    serialNumber: serialNumber(issue.randomBytes ?? systemRandomBytes),
    subject: issue.subject,
    issuer: issue.issuer,
    notBefore: time(issue.notBefore),
    notAfter: time(issue.notAfter),
    subjectPublicKeyInfo: issue.publicKey,
    extensions: [...issue.extensions, subjectKeyIdentifier(keyIdentifier(issue.publicKey))],
  });
  await certificate.sign(issue.signWith.key, issue.signWith.hash, engine);
  return new Uint8Array(certificate.toSchema(true).toBER());
}

/** Clocks differ: a certificate made now must be valid on a host whose clock is a little behind. */
const CLOCK_SKEW_MS = 5 * 60_000;
const DAY_MS = 86_400_000;

/** From five minutes before `now` for that many days, in whole seconds, and never beyond the issuer's own end. */
export function validityFrom(now: Date, validityDays: number, issuer?: Validity): Validity {
  if (!(validityDays > 0) || !Number.isFinite(validityDays)) {
    throw new CertificateError({ found: `a validity of ${validityDays} days`, expected: 'more than 0 days' });
  }
  const seconds = (ms: number) => new Date(Math.floor(ms / 1000) * 1000);
  const end = Math.min(now.getTime() + validityDays * DAY_MS, issuer?.notAfter.getTime() ?? LAST_DATE, LAST_DATE);
  return { notBefore: seconds(now.getTime() - CLOCK_SKEW_MS), notAfter: seconds(end) };
}

/** The last date that a GeneralizedTime can say. */
const LAST_DATE = Date.UTC(9999, 11, 31, 23, 59, 59);

/** The upper bound of a common name (RFC 5280, ub-common-name). */
const COMMON_NAME_CHARACTERS_MAX = 64;

export const fitsCommonName = (name: string): boolean =>
  name !== '' && Array.from(name).length <= COMMON_NAME_CHARACTERS_MAX;

/** A distinguished name of one common name. Throws CertificateError when that is empty or too long. */
export function commonNameOnly(commonName: string): RelativeDistinguishedNames {
  if (!fitsCommonName(commonName)) {
    throw new CertificateError({
      found: `a common name of ${Array.from(commonName).length} characters`,
      expected: `1 to ${COMMON_NAME_CHARACTERS_MAX}`,
    });
  }
  return new RelativeDistinguishedNames({
    typesAndValues: [new AttributeTypeAndValue({ type: '2.5.4.3', value: new Utf8String({ value: commonName }) })],
  });
}

/** A WebCrypto public key as it stands in a certificate. */
export async function publicKeyInfo(key: webcrypto.CryptoKey): Promise<PublicKeyInfo> {
  const { result } = fromBER(await engine.subtle.exportKey('spki', key));
  return new PublicKeyInfo({ schema: result });
}

/** The key identifier of a public key: the leftmost 160 bits of its SHA-256 (RFC 7093 §2, method 1). */
export function keyIdentifier(publicKey: PublicKeyInfo): Uint8Array {
  const bits = publicKey.subjectPublicKey;
  return new Uint8Array(createHash('sha256').update(bits.valueBlock.valueHexView).digest().subarray(0, 20));
}

const SERIAL_NUMBER_OCTETS = 16;

/** A random serial number of 128 bits, positive. */
function serialNumber(randomBytes: RandomBytes): Integer {
  const random = Buffer.from(randomBytes(SERIAL_NUMBER_OCTETS));
  // The zero octet keeps the first bit from being a sign; BigInt then drops what zeros lead. Zero itself is not allowed.
  const value = BigInt(`0x${random.toString('hex')}`) || 1n;
  return Integer.fromBigInt(value);
}

/** RFC 5280 §4.1.2.5: a UTCTime through 2049, a GeneralizedTime from then on. */
const time = (value: Date) => new Time({ type: value.getUTCFullYear() < 2050 ? 0 : 1, value });
