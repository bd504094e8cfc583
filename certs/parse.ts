import { type Certificate, readCertificate } from './certificate.ts';
import { CertificateError } from './certificate-error.ts';
import { findBlocks, inBlock } from './pem.ts';
import { type CertificateRequest, readCertificateRequest } from './certificate-request.ts';

/** All certificates in a file or text, at least one, in its order. Throws CertificateError: what was found, where, what was expected. */
export function parseCertificates(input: string | Uint8Array): Certificate[] {
  const blocks = findBlocks(input, { labels: ['CERTIFICATE', 'X509 CERTIFICATE'], name: 'a certificate' });
  return blocks.map(block => inBlock(block, readCertificate));
}

/** The one certification request in a file or text. Its signature is checked when it is signed, not here. Throws CertificateError. */
export function parseCsr(input: string | Uint8Array): CertificateRequest {
  const blocks = findBlocks(input, {
    labels: ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'],
    name: 'a certificate request',
  });
  const [block, second] = blocks;
  if (!block || second) {
    const line = second?.line;
    throw new CertificateError({
      ...(line && { line }),
      found: `${blocks.length} requests`,
      expected: 'one certificate request',
    });
  }
  return inBlock(block, readCertificateRequest);
}
