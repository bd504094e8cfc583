import { readCertificateFields } from './certificate-fields.ts';
import { DerReader, DerTag } from './der.ts';
import { type NamePart, nameText } from './name.ts';

/** Who a certificate is about and who made it, as text and as the bytes that stand in it. */
export interface CertificateIdentity {
  readonly subject: IdentityName;
  readonly issuer: IdentityName;
  /** INTEGER, DER. */
  readonly serialNumberDer: Uint8Array;
  /** Lower-case hex, two digits for each octet, without the sign's zero octet. */
  readonly serialNumber: string;
  /** `RSA SHA-256` and alike; dotted where we do not know it. */
  readonly signatureAlgorithm: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKeyDer: Uint8Array;
}
export interface IdentityName {
  /** As RFC 4514 writes it, last part first. */
  readonly text: string;
  /** Name, DER. */
  readonly der: Uint8Array;
  /** The attributes that are text, first part first. `type` as RFC 4514 writes it, or dotted. */
  readonly parts: readonly { readonly type: string; readonly value: string }[];
  /** GeneralName, DER, of each alternative name. */
  readonly alternativeNamesDer: readonly Uint8Array[];
}

const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17';
const ISSUER_ALTERNATIVE_NAME = '2.5.29.18';

/** Reads them from a certificate in DER; nothing of it is judged. Throws CertificateError with the byte at which it is none. */
export function readCertificateIdentity(der: Uint8Array): CertificateIdentity {
  const fields = readCertificateFields(der);
  const alternativeNames = (id: string) =>
    fields.extensions.all.filter(one => one.id === id).flatMap(({ value }) => elementsOf(value));
  const name = ({ parts, der }: { parts: readonly NamePart[]; der: Uint8Array }, id: string): IdentityName => ({
    text: nameText(parts),
    der,
    parts: parts.flat().flatMap(({ type, text }) => (text === undefined ? [] : [{ type, value: text }])),
    alternativeNamesDer: alternativeNames(id),
  });
  return {
    subject: name(fields.subject, SUBJECT_ALTERNATIVE_NAME),
    issuer: name(fields.issuer, ISSUER_ALTERNATIVE_NAME),
    serialNumberDer: serialNumberIn(der),
    serialNumber: fields.serialNumber,
    signatureAlgorithm: fields.algorithm.name,
    publicKeyDer: fields.publicKeyDer,
  };
}

function serialNumberIn(der: Uint8Array): Uint8Array {
  const outer = new DerReader(der);
  const all = outer.into(outer.next(DerTag.sequence, 'a certificate'));
  const part = all.into(all.next(DerTag.sequence, "the certificate's signed part"));
  if (part.nextTag === DerTag.context(0)) part.any('the version');
  return part.whole(part.next(DerTag.integer, 'the serial number'));
}

/** The elements of a SEQUENCE, each whole. */
function elementsOf(der: Uint8Array): Uint8Array[] {
  const outer = new DerReader(der);
  const list = outer.into(outer.next(DerTag.sequence, 'the alternative names'));
  const elements: Uint8Array[] = [];
  while (!list.isAtEnd) elements.push(list.whole(list.any('an alternative name')));
  return elements;
}
