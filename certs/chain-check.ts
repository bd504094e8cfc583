import { X509Certificate } from 'node:crypto';
import type { Certificate } from './certificate.ts';
import { CertificateError } from './certificate-error.ts';
import { checkKeyType } from './keys.ts';
import { validityAt } from './validity.ts';

/**
 * Whether a chain that we are to show can be believed by others: each certificate has issued the one before it, is an authority that may
 * (RFC 5280 §4.2.1.9, §4.2.1.3), is in its dates, has a key that is strong enough, and is not signed by way of SHA-1 (of itself, it may
 * be: a root is not believed for its signature). `first` is the one that the chain is for. Throws CertificateError.
 */
export function checkChain(first: Certificate, above: readonly Certificate[], now: Date): void {
  checkSignature(first);
  checkKeyType(first);
  let last = first;
  above.forEach((issuer, index) => {
    checkAuthorityItself(issuer, first.isCa ? index + 1 : index);
    checkIssuer(last, issuer);
    if (validityAt(issuer, now) !== 'valid') throw outOfDates(issuer, now);
    checkSignature(issuer);
    checkKeyType(issuer);
    last = issuer;
  });
}

/** May it sign certificates, with this many authorities below it? Throws CertificateError. */
export function checkAuthorityItself({ isCa, keyUsage, pathLength, subject }: Certificate, below: number): void {
  if (!isCa) {
    throw new CertificateError({
      found: `no authority: ${subject}`,
      expected: 'a certificate with basic constraints CA',
    });
  }
  if (keyUsage?.has('keyCertSign') === false) {
    throw new CertificateError({
      found: `an authority that may sign no certificates: ${subject}`,
      expected: 'one with key usage keyCertSign',
    });
  }
  if (pathLength !== undefined && pathLength < below) {
    throw new CertificateError({
      found: `path length ${pathLength} of ${subject}`,
      expected: `at least ${below}, for the authorities below it`,
    });
  }
}

/** Throws CertificateError for one that is believed for a signature by way of SHA-1 or worse. */
export function checkSignature({ hasWeakSignature, isSelfSigned, signatureAlgorithm, subject }: Certificate): void {
  if (!hasWeakSignature || isSelfSigned) return;
  throw new CertificateError({ found: `${subject} signed with ${signatureAlgorithm}`, expected: 'SHA-256 or better' });
}

function checkIssuer(certificate: Certificate, issuer: Certificate): void {
  const above = new X509Certificate(issuer.der);
  const x509 = new X509Certificate(certificate.der);
  if (x509.checkIssued(above) && x509.verify(above.publicKey)) return;
  throw new CertificateError({
    found: `${issuer.subject} above ${certificate.subject}, which it has not signed`,
    expected: `the certificate of ${certificate.issuer}`,
  });
}

/** What is the matter with the dates of an authority. */
export function outOfDates(authority: Certificate, now: Date): CertificateError {
  const { subject, notBefore, notAfter } = authority;
  return new CertificateError({
    found: `an authority that is ${validityAt(authority, now)}: ${subject}`,
    expected: `one valid now; this is from ${notBefore.toISOString()} to ${notAfter.toISOString()}`,
  });
}
