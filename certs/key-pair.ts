import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Certificate } from './certificate.ts';
import { CertificateError, orCertificateError } from './certificate-error.ts';
import { parseCertificates } from './parse.ts';
import { toPem } from './pem.ts';

export interface OrderedChain {
  /** The certificate that the key belongs to. */
  certificatePem: string;
  /** Its issuers, each followed by its own, as far as they were given; empty when none was. */
  chainPem: string;
  privateKeyPem: string;
}

/**
 * Finds, among certificates in any order, the one that a private key (PEM) belongs to, and puts its issuers in order. What belongs
 * to neither is left out. Throws CertificateError when no certificate belongs to the key.
 */
export function orderChain(certificates: string | Uint8Array, privateKeyPem: string): OrderedChain {
  const key = orCertificateError({ found: 'something else', expected: 'a private key as PEM' }, () =>
    createPrivateKey(privateKeyPem),
  );
  const given = parseCertificates(certificates);
  const own = given.find(({ der }) => new X509Certificate(der).checkPrivateKey(key));
  if (!own) {
    const more = given.length > 1 ? ` and ${given.length - 1} more` : '';
    throw new CertificateError({
      found: `a private key that belongs to another certificate than ${given[0]!.subject || 'the one given'}${more}`,
      expected: 'a private key and its certificate',
    });
  }
  const pem = ({ der }: Certificate) => toPem('CERTIFICATE', der);
  return { certificatePem: pem(own), chainPem: issuersOf(own, given).map(pem).join(''), privateKeyPem };
}

function issuersOf(certificate: Certificate, given: readonly Certificate[]): Certificate[] {
  const path = [certificate];
  for (;;) {
    const last = path.at(-1)!;
    const x509 = new X509Certificate(last.der);
    // Several authorities may have the same name: the one whose key has signed is meant.
    const next = last.isSelfSigned
      ? undefined
      : given.find(({ der, isCa }) => {
          const issuer = new X509Certificate(der);
          return isCa && x509.checkIssued(issuer) && x509.verify(issuer.publicKey);
        });
    if (!next || path.some(({ sha256 }) => sha256 === next.sha256)) return path.slice(1);
    path.push(next);
  }
}
