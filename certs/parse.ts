import { type Certificate, readCertificate } from './certificate.ts';
import { certificatesInBundle, isCertificateBundle } from './certificate-bundle.ts';
import { CertificateError } from './certificate-error.ts';
import { type CertificateRequest, readCertificateRequest } from './certificate-request.ts';
import { DerReader, DerTag } from './der.ts';
import { type Block, findBlocks, inBlock } from './pem.ts';

/**
 * All certificates in a file or text, at least one, in its order: PEM, bare base64 or DER, also as a PKCS#7 bundle (`.p7b`).
 * Throws CertificateError: what was found, where, what was expected.
 */
export function parseCertificates(input: string | Uint8Array): Certificate[] {
  const blocks = findBlocks(input, {
    labels: ['CERTIFICATE', 'X509 CERTIFICATE', TRUSTED, 'PKCS7', 'PKCS #7 SIGNED DATA', 'CMS'],
    name: 'a certificate',
    kinds: ['a PKCS#7 bundle'],
    isWhole: isCertificateBundle,
  });
  return blocks.flatMap(block => inBlock(block, der => readCertificates(der, block)));
}

/** OpenSSL's own label: behind the certificate stands for what it is trusted. */
const TRUSTED = 'TRUSTED CERTIFICATE';

// By content, not by label: some authorities put a bundle into a block of the label CERTIFICATE.
function readCertificates(der: Uint8Array, { label }: Block): Certificate[] {
  if (isCertificateBundle(der)) return readBundle(der);
  return [readCertificate(label === TRUSTED ? withoutTrust(der) : der)];
}

function readBundle(bundle: Uint8Array): Certificate[] {
  return certificatesInBundle(bundle).map(der => {
    try {
      return readCertificate(der);
    } catch {
      // Once more, for the fault's position. It is looked for because a bundle in BER has been put into another form to be taken apart.
      const byte = Math.max(0, Buffer.from(bundle).indexOf(der));
      return inBlock({ label: undefined, der, byte, kinds: ['a certificate'] }, readCertificate);
    }
  });
}

function withoutTrust(der: Uint8Array): Uint8Array {
  const reader = new DerReader(der);
  const certificate = reader.next(DerTag.sequence, 'a certificate');
  if (!reader.isAtEnd) reader.next(DerTag.sequence, 'what the certificate is trusted for');
  reader.finish('what the certificate is trusted for');
  return Uint8Array.from(reader.whole(certificate));
}

/** The one certification request in a file or text. Its signature is checked when it is signed, not here. Throws CertificateError. */
export function parseCsr(input: string | Uint8Array): CertificateRequest {
  const blocks = findBlocks(input, {
    labels: ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'],
    name: 'a certificate request',
  });
  const requests = blocks.map(block => inBlock(block, readCertificateRequest));
  if (requests.length === 1) return requests[0]!;
  const { line, byte } = blocks[1]!;
  throw new CertificateError({
    ...(line !== undefined && { line }),
    ...(byte !== undefined && { byte }),
    found: `${requests.length} requests`,
    expected: 'one certificate request',
  });
}
