import type { Certificate } from './certificate.ts';

/** A certificate revocation list (RFC 5280 §5). */
export interface RevocationList {
  der: Uint8Array;
  /** As RFC 4514 writes it. */
  issuer: string;
  /** Name, DER. */
  issuerDer: Uint8Array;
  /** CRL number; undefined when it has none. */
  number: bigint | undefined;
  thisUpdate: Date;
  /** Undefined when it does not say when the next one comes. */
  nextUpdate: Date | undefined;
  /** Serial number, as certificates have it, to the time from when on it is revoked. */
  revoked: ReadonlyMap<string, Date>;
  /** As of a certificate. */
  signatureAlgorithm: string;
  /** Why it cannot answer whether a certificate is revoked, such as a critical extension that we do not know; undefined when it can. */
  unusable: string | undefined;
  /** The certificates that it speaks of; an issuer may have one list for authorities and one for all others. */
  scope: 'all' | 'authorities' | 'end certificates';
  /** Whether this authority may sign lists, has the issuer's name, and has signed this one with an algorithm that is not weak. */
  isSignedBy(authority: Certificate): boolean;
}

/** All revocation lists in a file or text, PEM (`X509 CRL`) or DER, at least one. Throws CertificateError as parseCertificates does. */
export function parseCrls(_input: string | Uint8Array): RevocationList[] {
  throw new Error('comes with the next commit');
}
