import type { Certificate } from './certificate.ts';
import { CertificateError } from './certificate-error.ts';
import { checkChain } from './chain-check.ts';
import { parseCertificates } from './parse.ts';
import { validityAt } from './validity.ts';

/**
 * Gives the first of these certificates, for which the others are the chain in order, once it is sure that TLS clients can believe a
 * server that shows them. It may be self-signed, and have any names. Throws CertificateError when it or one above it has expired, has a
 * weak key or a signature of SHA-1 (its own on itself apart), when its key usage is not for signing (RFC 5280 §4.2.1.3), or the chain is
 * none. That it is not valid yet, or not for servers by its Extended Key Usage, is not judged here: some clients do not look.
 */
export function checkServerCertificate(certificates: string | Uint8Array, now: Date): Certificate {
  const [own, ...chain] = parseCertificates(certificates);
  const { notAfter, keyUsage, subject } = own!;
  if (validityAt(own!, now) === 'expired') {
    throw new CertificateError({
      found: `a certificate that expired at ${notAfter.toISOString()}`,
      expected: 'one valid now',
    });
  }
  if (keyUsage?.has('digitalSignature') === false) {
    const found = `a certificate that may not sign handshakes: ${subject}`;
    throw new CertificateError({ found, expected: 'one with key usage digitalSignature, or without key usage' });
  }
  checkChain(own!, chain, now);
  return own!;
}
