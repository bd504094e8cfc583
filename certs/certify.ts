import { fromBER } from 'asn1js';
import {
  Certificate as PkiCertificate,
  CertificationRequest,
  type Extension,
  PublicKeyInfo,
  type RelativeDistinguishedNames,
} from 'pkijs';
import type { IssuedCertificate } from './authority.ts';
import type { Certificate } from './certificate.ts';
import { CertificateError } from './certificate-error.ts';
import { type CertificateRequest, verifiedRequest } from './certificate-request.ts';
import * as extension from './extensions.ts';
import * as issue from './issue.ts';
import { checkPublicKey } from './keys.ts';
import { type Authority, loadAuthority } from './load-authority.ts';
import { toPem } from './pem.ts';
import { extensionIds } from './read-extensions.ts';
import type { Validity } from './validity.ts';

export interface CertifyKey extends Partial<Validity> {
  authority: Authority;
  now: Date;
  /** From `now` on, where `notAfter` is not given. */
  validityDays: number;
  /** SubjectPublicKeyInfo, DER. */
  publicKeyDer: Uint8Array;
  /** A common name, or the subject, the alternative names and the purposes of a request or an earlier certificate. */
  subject: string | CertificateRequest | Certificate;
  /** At least one. */
  keyUsages: readonly extension.GivenKeyUsage[];
  randomBytes?: issue.RandomBytes;
}

/**
 * Makes an end certificate of any purpose for a public key, no longer valid than the authority's own. The signature of a request is not
 * looked at: that is checkRequest. Throws CertificateError for a key of a kind that we do not certify, and where it would end before it begins.
 */
export async function certifyKey(given: CertifyKey): Promise<IssuedCertificate> {
  checkPublicKey(given.publicKeyDer);
  const issuer = await loadAuthority(given.authority, given.now);
  const names = namesOf(given.subject);
  const der = await issue.issueCertificate({
    subject: names.subject,
    issuer: issuer.name,
    ...validityIn(given, issuer.certificate),
    publicKey: new PublicKeyInfo({ schema: fromBER(given.publicKeyDer).result }),
    extensions: [
      extension.basicConstraints(),
      extension.keyUsage(...given.keyUsages),
      ...names.extensions,
      extension.authorityKeyIdentifier(issuer.keyIdentifier),
    ],
    signWith: issuer.signWith,
    randomBytes: given.randomBytes,
  });
  return { certificatePem: toPem('CERTIFICATE', der), der };
}

/**
 * Throws CertificateError unless a request is signed with its own key. SHA-1 will do: who asks this knows the key by other means.
 */
export async function checkRequest(request: CertificateRequest): Promise<void> {
  await verifiedRequest(request, { sha1: 'accept' });
}

interface Names {
  readonly subject: RelativeDistinguishedNames;
  readonly extensions: Extension[];
}

function namesOf(subject: CertifyKey['subject']): Names {
  if (typeof subject === 'string') return { subject: issue.commonNameOnly(subject), extensions: [] };
  const schema = fromBER(subject.der).result;
  if ('serialNumber' in subject) {
    const { subject: name, extensions = [] } = new PkiCertificate({ schema });
    return { subject: name, extensions: extensions.filter(({ extnID }) => CARRIED_OVER.has(extnID)) };
  }
  const { subjectAltNamesDer, extendedKeyUsage } = subject;
  return {
    subject: new CertificationRequest({ schema }).subject,
    extensions: [
      ...(subjectAltNamesDer ? [extension.subjectAltNames(subjectAltNamesDer, subject.subject === '')] : []),
      ...(extendedKeyUsage?.length ? [extension.extendedKeyUsageOf(extendedKeyUsage)] : []),
    ],
  };
}

const CARRIED_OVER: ReadonlySet<string> = new Set([extensionIds.subjectAltName, extensionIds.extendedKeyUsage]);

function validityIn({ now, validityDays, notBefore, notAfter }: CertifyKey, issuer: Validity): Validity {
  const usual = issue.validityFrom(now, validityDays, issuer);
  const begin = notBefore ?? usual.notBefore;
  const end = notAfter ?? new Date(begin.getTime() + (usual.notAfter.getTime() - usual.notBefore.getTime()));
  const validity = { notBefore: begin, notAfter: end < issuer.notAfter ? end : issuer.notAfter };
  if (validity.notAfter >= validity.notBefore) return validity;
  throw new CertificateError({
    found: 'a certificate that would end before it begins',
    expected: `an end not before ${begin.toISOString()}, and no later than the authority's own`,
  });
}
