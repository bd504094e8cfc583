import { X509Certificate } from 'node:crypto';
import { orCertificateError } from './certificate-error.ts';
import { readCertificateFields } from './certificate-fields.ts';
import type { KeyUsageName } from './extension-values.ts';
import { sha1Fingerprint, sha256Fingerprint } from './fingerprint.ts';
import { type NamePart, nameText } from './name.ts';
import { describePublicKey } from './public-key.ts';
import { extensionIds } from './read-extensions.ts';
import type { Validity } from './validity.ts';

/** What we show and judge of a certificate. */
export interface Certificate extends Validity {
  der: Uint8Array;
  /** As RFC 4514 writes it, last part first: `CN=kms,O=Example,C=US`. Empty when the certificate has none. */
  subject: string;
  issuer: string;
  /** Name, DER. */
  subjectDer: Uint8Array;
  issuerDer: Uint8Array;
  /** The attributes of the subject that are text, first part first, nothing escaped. `type` as RFC 4514 writes it, or dotted. */
  subjectParts: readonly { type: string; value: string }[];
  /** Lower-case hex, two digits for each octet, without the sign's zero octet. */
  serialNumber: string;
  /** Lower-case hex without separators, as is `sha256`. */
  sha1: string;
  sha256: string;
  /** `RSA 2048`, `ECDSA P-256`, `Ed25519` and alike. */
  publicKey: string;
  /** `RSA SHA-256`, `RSA-PSS SHA-256`, `ECDSA SHA-384`, `Ed25519`; dotted where we do not know it. */
  signatureAlgorithm: string;
  /** Signed by way of SHA-1, MD5 or MD2. */
  hasWeakSignature: boolean;
  /** `DNS:kms.example`, `IP:192.0.2.1`, `email:…`, `URI:…`. */
  subjectAltNames: string[];
  /** The host names among them, as they stand in the certificate. */
  dnsNames: readonly string[];
  /** Issuer is subject, and the signature is by its own key. */
  isSelfSigned: boolean;
  /** Basic constraints say CA. */
  isCa: boolean;
  /** Authorities that may follow below, by basic constraints. */
  pathLength: number | undefined;
  /** `digitalSignature`, `keyCertSign` and so on; undefined without the extension. */
  keyUsage: ReadonlySet<KeyUsageName> | undefined;
  /** Dotted; undefined without the extension. */
  extendedKeyUsage: readonly string[] | undefined;
  /** Dotted names of the extensions that are critical. */
  criticalExtensions: readonly string[];
  hasNameConstraints: boolean;
  subjectKeyIdentifier: Uint8Array | undefined;
  authorityKeyIdentifier: Uint8Array | undefined;
}

/** Reads one certificate in DER. Throws CertificateError with the byte at which it is none. */
export function readCertificate(der: Uint8Array): Certificate {
  const fields = readCertificateFields(der);
  const { subject, issuer, extensions } = fields;
  const isSelfIssued = Buffer.compare(subject.der, issuer.der) === 0;
  const { publicKey, isSelfSigned } = orCertificateError(
    { found: 'a certificate that cannot be used', expected: 'one that TLS can read, with a public key that it knows' },
    () => {
      const x509 = new X509Certificate(der);
      return { publicKey: x509.publicKey, isSelfSigned: isSelfIssued && x509.verify(x509.publicKey) };
    },
  );
  return {
    der,
    subject: nameText(subject.parts),
    issuer: nameText(issuer.parts),
    subjectDer: subject.der,
    issuerDer: issuer.der,
    subjectParts: textParts(subject.parts),
    serialNumber: fields.serialNumber,
    notBefore: fields.notBefore,
    notAfter: fields.notAfter,
    sha1: sha1Fingerprint(der),
    sha256: sha256Fingerprint(der),
    publicKey: describePublicKey(publicKey),
    signatureAlgorithm: fields.algorithm.name,
    hasWeakSignature: fields.algorithm.isWeak,
    subjectAltNames: extensions.subjectAltNames,
    dnsNames: extensions.alternativeNames
      .filter(({ kind }) => kind === 'DNS')
      .map(({ content }) => Buffer.from(content).toString('latin1')),
    isSelfSigned,
    isCa: extensions.isCa,
    pathLength: extensions.pathLength,
    keyUsage: extensions.keyUsage,
    extendedKeyUsage: extensions.extendedKeyUsage,
    criticalExtensions: extensions.all.filter(({ isCritical }) => isCritical).map(({ id }) => id),
    hasNameConstraints: extensions.all.some(({ id }) => id === extensionIds.nameConstraints),
    subjectKeyIdentifier: extensions.subjectKeyIdentifier,
    authorityKeyIdentifier: extensions.authorityKeyIdentifier,
  };
}

const textParts = (parts: readonly NamePart[]) =>
  parts.flat().flatMap(({ type, text }) => (text === undefined ? [] : [{ type, value: text }]));
