import { X509Certificate } from 'node:crypto';
import { orCertificateError } from './certificate-error.ts';
import { type DerReader, DerTag, readSignedPart } from './der.ts';
import { noExtensions, readExtensions } from './extensions.ts';
import { sha1Fingerprint, sha256Fingerprint } from './fingerprint.ts';
import { readName } from './name.ts';
import { describePublicKey } from './public-key.ts';
import { readValidity, type Validity } from './validity.ts';

/** What we show and judge of a certificate. */
export interface Certificate extends Validity {
  der: Uint8Array;
  /** As RFC 4514 writes it, last part first: `CN=kms,O=Example,C=US`. Empty when the certificate has none. */
  subject: string;
  issuer: string;
  /** Lower-case hex, two digits for each octet, without the sign's zero octet. */
  serialNumber: string;
  /** Lower-case hex without separators, as is `sha256`. */
  sha1: string;
  sha256: string;
  /** `RSA 2048`, `ECDSA P-256`, `Ed25519` and alike. */
  publicKey: string;
  /** `DNS:kms.example`, `IP:192.0.2.1`, `email:…`, `URI:…`. */
  subjectAltNames: string[];
  /** Issuer is subject, and the signature is by its own key. */
  isSelfSigned: boolean;
  /** Basic constraints say CA. */
  isCa: boolean;
  subjectKeyIdentifier: Uint8Array | undefined;
}

/** Reads one certificate in DER. Throws CertificateError with the byte at which it is none. */
export function readCertificate(der: Uint8Array): Certificate {
  const fields = readFields(der);
  const { publicKey, isSignedByItself } = orCertificateError(
    { found: 'a certificate that cannot be used', expected: 'one with a public key that TLS knows' },
    () => {
      const x509 = new X509Certificate(der);
      return { publicKey: x509.publicKey, isSignedByItself: x509.verify(x509.publicKey) };
    },
  );
  return {
    der,
    subject: fields.subject,
    issuer: fields.issuer,
    serialNumber: fields.serialNumber,
    notBefore: fields.notBefore,
    notAfter: fields.notAfter,
    sha1: sha1Fingerprint(der),
    sha256: sha256Fingerprint(der),
    publicKey: describePublicKey(publicKey),
    subjectAltNames: fields.subjectAltNames,
    isSelfSigned: Buffer.compare(fields.subjectDer, fields.issuerDer) === 0 && isSignedByItself,
    isCa: fields.isCa,
    subjectKeyIdentifier: fields.subjectKeyIdentifier,
  };
}

/** RFC 5280 §4.1. Walks over every element as far as we show it, so that damage has a position. */
function readFields(der: Uint8Array) {
  const signedPart = readSignedPart(der, 'certificate');

  if (signedPart.nextTag === DerTag.context(0)) signedPart.any('the version');
  const serialNumber = signedPart.content(signedPart.next(DerTag.integer, 'the serial number'));
  signedPart.next(DerTag.sequence, 'the signature algorithm');
  const issuer = nameAt(signedPart, 'the issuer');
  const validity = readValidity(signedPart);
  const subject = nameAt(signedPart, 'the subject');
  signedPart.next(DerTag.sequence, 'the public key');
  for (const uniqueId of [1, 2]) {
    if (signedPart.nextTag === DerTag.contextPrimitive(uniqueId)) signedPart.any('a unique identifier');
  }
  const extensions = signedPart.isAtEnd
    ? noExtensions
    : readExtensions(signedPart.into(signedPart.next(DerTag.context(3), 'the extensions')));
  signedPart.finish("the certificate's signed part");
  return {
    serialNumber: Buffer.from(
      serialNumber[0] === 0 && serialNumber.length > 1 ? serialNumber.subarray(1) : serialNumber,
    ).toString('hex'),
    issuer: issuer.text,
    issuerDer: issuer.der,
    subject: subject.text,
    subjectDer: subject.der,
    ...validity,
    isCa: extensions.isCa,
    subjectKeyIdentifier: extensions.subjectKeyIdentifier,
    subjectAltNames: extensions.subjectAltNames,
  };
}

function nameAt(reader: DerReader, what: string): { text: string; der: Uint8Array } {
  const start = reader.offset;
  const text = readName(reader, what);
  return { text, der: reader.der.subarray(start, reader.offset) };
}
