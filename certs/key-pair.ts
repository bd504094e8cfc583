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
  const path: Certificate[] = [];
  let last = certificate;
  while (!last.isSelfSigned) {
    const x509 = new X509Certificate(last.der);
    const next = given.find(
      each =>
        !path.includes(each) && each !== certificate && each.isCa && x509.checkIssued(new X509Certificate(each.der)),
    );
    if (!next || !x509.verify(new X509Certificate(next.der).publicKey)) break;
    path.push(next);
    last = next;
  }
  return path;
}
