import type { Certificate } from '../../certs/index.ts';
import type { ShownCertificate } from './protocol.ts';

const DAY_MS = 86_400_000;

/** A certificate as it is told to an administrator. */
export function shownCertificate(certificate: Certificate, now: Date): ShownCertificate {
  const { sha256, sha1, serialNumber, subject, issuer, subjectAltNames, publicKey, signatureAlgorithm } = certificate;
  const { notBefore, notAfter } = certificate;
  return {
    ...{ sha256, sha1, serialNumber, subject, issuer, subjectAltNames, publicKey, signatureAlgorithm },
    notBefore: notBefore.toISOString(),
    notAfter: notAfter.toISOString(),
    daysLeft: Math.floor((notAfter.getTime() - now.getTime()) / DAY_MS),
  };
}

/** A time in a message: `2026-11-22 07:30:00Z`. */
export const shownTime = (time: Date): string =>
  time
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z');
