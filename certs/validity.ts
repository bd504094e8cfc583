import { CertificateError } from './certificate-error.ts';
import { DerTag, type DerElement, DerReader } from './der.ts';

export interface Validity {
  notBefore: Date;
  notAfter: Date;
}

/** Both ends belong to the validity (RFC 5280 §4.1.2.5). */
export function validityAt({ notBefore, notAfter }: Validity, now: Date): 'valid' | 'expired' | 'not yet valid' {
  if (now < notBefore) return 'not yet valid';
  return now > notAfter ? 'expired' : 'valid';
}

/**
 * The validity of a certificate in DER, reading no further than that: a few microseconds, for each new connection.
 * Throws CertificateError when the bytes up to there are no certificate.
 */
export function validityOf(der: Uint8Array): Validity {
  const outer = new DerReader(der);
  const certificate = outer.into(outer.next(DerTag.sequence, 'a certificate'));
  const fields = certificate.into(certificate.next(DerTag.sequence, "the certificate's signed part"));
  if (fields.nextTag === DerTag.context(0)) fields.any('the version');
  fields.next(DerTag.integer, 'the serial number');
  fields.next(DerTag.sequence, 'the signature algorithm');
  fields.next(DerTag.sequence, 'the issuer');
  return readValidity(fields);
}

/** Reads the validity that stands next. */
export function readValidity(fields: DerReader): Validity {
  const validity = fields.into(fields.next(DerTag.sequence, 'the validity'));
  const dates = { notBefore: readTime(validity, 'notBefore'), notAfter: readTime(validity, 'notAfter') };
  validity.finish('the validity');
  return dates;
}

/** Reads the UTCTime or GeneralizedTime that stands next. `what` names it in the error. */
export function readTime(reader: DerReader, what: string): Date {
  const tag = reader.nextTag === DerTag.utcTime ? DerTag.utcTime : DerTag.generalizedTime;
  const element = reader.next(tag, `${what}, a UTCTime or GeneralizedTime`);
  const text = Buffer.from(reader.content(element)).toString('latin1');
  return parseTime(text, element) ?? fail(element, what);
}

// DER demands seconds and Z; certificates that old tools made have neither, and TLS takes them.
const timeForm = /^(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?(?:\.\d+)?(?:Z|([+-])(\d{2})(\d{2}))$/;

function parseTime(text: string, { tag }: DerElement): Date | undefined {
  const hasCentury = tag === DerTag.generalizedTime;
  const match = timeForm.exec(hasCentury ? text.slice(2) : text);
  if (!match || (hasCentury && !/^\d\d/.test(text))) return undefined;
  const [, yy, month, day, hour, minute, second = '00', sign, offsetHours, offsetMinutes] = match;
  // RFC 5280 §4.1.2.5.1: two digits from 50 on are of the twentieth century.
  const century = hasCentury ? text.slice(0, 2) : Number(yy) >= 50 ? '19' : '20';
  const time = Date.parse(`${century}${yy}-${month}-${day}T${hour}:${minute}:${second}Z`);
  // Date.parse takes the 31st of any month for a day of the next.
  if (Number.isNaN(time) || new Date(time).getUTCDate() !== Number(day)) return undefined;
  const offsetMs = sign ? Number(`${sign}1`) * (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60_000 : 0;
  return new Date(time - offsetMs);
}

function fail(element: DerElement, what: string): never {
  throw new CertificateError({
    byte: element.start,
    found: 'a date that cannot be read',
    expected: `${what} as YYMMDDhhmmssZ or YYYYMMDDhhmmssZ`,
  });
}
