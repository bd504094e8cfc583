import { X509Certificate } from 'node:crypto';
import { fromBER } from 'asn1js';
import { Certificate as PkiCertificate, type RelativeDistinguishedNames } from 'pkijs';
import { type Certificate } from './certificate.ts';
import { CertificateError } from './certificate-error.ts';
import { checkAuthorityItself, checkChain, outOfDates } from './chain-check.ts';
import * as issue from './issue.ts';
import { importPrivateKey } from './keys.ts';
import { parseCertificates } from './parse.ts';
import { toPem } from './pem.ts';
import { validityAt } from './validity.ts';

/** A certificate authority that can sign: PEM, as text or as bytes (bytes may also be DER, the key then PKCS#8). */
export interface Authority {
  /** Its own certificate; those that stand above it may follow. */
  certificatePem: string | Uint8Array;
  privateKeyPem: string | Uint8Array;
}

export interface LoadedAuthority {
  certificate: Certificate;
  name: RelativeDistinguishedNames;
  keyIdentifier: Uint8Array;
  signWith: issue.Issue['signWith'];
}

/** The first certificate of the authority and its key. Throws CertificateError when they cannot sign now. */
export async function loadAuthority({ certificatePem, privateKeyPem }: Authority, now: Date): Promise<LoadedAuthority> {
  const certificate = parseCertificates(certificatePem)[0]!;
  checkAuthorityItself(certificate, 0);
  if (validityAt(certificate, now) !== 'valid') throw outOfDates(certificate, now);
  const { key, keyObject, hash } = await importPrivateKey(privateKeyPem);
  if (!new X509Certificate(certificate.der).checkPrivateKey(keyObject)) {
    throw new CertificateError({
      found: 'a private key of another certificate',
      expected: `that of ${certificate.subject}`,
    });
  }
  const pki = new PkiCertificate({ schema: fromBER(certificate.der).result });
  return {
    certificate,
    name: pki.subject,
    keyIdentifier: certificate.subjectKeyIdentifier ?? issue.keyIdentifier(pki.subjectPublicKeyInfo),
    signWith: { key, hash },
  };
}

/**
 * Gives the certificate of an authority that was made elsewhere, once it is sure that what it signs will be believed. Throws
 * CertificateError when it may not sign certificates, cannot sign now, is itself signed by way of SHA-1 or has a weak key; and when
 * one of these is true of a certificate that was given above it.
 */
export async function checkAuthority(authority: Authority, now: Date): Promise<Certificate> {
  const { certificate } = await loadAuthority(authority, now);
  checkChain(certificate, parseCertificates(authority.certificatePem).slice(1), now);
  return certificate;
}

/** The authority's certificate and what was given above it, PEM: what a client that trusts it may need. */
export function issuerChainPem({ certificatePem }: Authority): string {
  return parseCertificates(certificatePem)
    .map(({ der }) => toPem('CERTIFICATE', der))
    .join('');
}
