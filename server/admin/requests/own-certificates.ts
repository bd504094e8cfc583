import { createSecureContext } from 'node:tls';
import { type Certificate, parseCertificates, validityAt } from '../../../certs/index.ts';
import type { KeyPair } from '../../data-folder/index.ts';
import { AdminError } from '../admin-error.ts';
import type { ManagerOptions } from '../options.ts';
import type { ServerCertificateSet } from '../protocol.ts';
import { shownCertificate, shownTime } from '../shown-certificate.ts';
import type { Asked, Done } from './request.ts';

/**
 * Puts a pair in the place of the server's: durable at once, shown by the running server when the event is durable too, and taken
 * back if that fails.
 */
export async function replaceServer(
  pair: KeyPair,
  warnings: readonly string[],
  { now, tell }: Pick<Asked<unknown>, 'now' | 'tell'>,
  { certificates, effects, log }: ManagerOptions,
): Promise<Done<ServerCertificateSet>> {
  const [certificate, ...chain] = parseCertificates(pair.certificatePem);
  const before = await certificates.server();
  const [former] = parseCertificates(before.certificatePem);
  tell({ requestData: { certificateId: certificate!.sha256, formerCertificateId: former!.sha256 } });
  checkServes(pair);
  await certificates.setServer(pair);
  const answer: ServerCertificateSet = {
    certificate: shownCertificate(certificate!, now),
    chain: chain.map(each => shownCertificate(each, now)),
    warnings,
    isServed: false,
  };
  return {
    answer,
    async afterwards() {
      if (!effects) return {};
      try {
        await effects.serverCertificateChanged(pair);
        return { isServed: true };
      } catch (error) {
        log.error('the running server cannot show its new certificate', { error });
        const warning = 'the running server goes on with the earlier one; see its log, then restart it';
        return { warnings: [...warnings, warning] };
      }
    },
    takeBack: () => certificates.setServer(before),
  };
}

/** Throws AdminError for a pair with which the server could not even start. */
function checkServes({ certificatePem, privateKeyPem }: KeyPair): void {
  try {
    createSecureContext({ cert: certificatePem, key: privateKeyPem });
  } catch (error) {
    const { code = 'of an unknown cause' } = error as { code?: string };
    throw new AdminError('bad request', `TLS cannot use this certificate (${code}); have another one made`);
  }
}

/** Throws AdminError for one that nobody would trust now. */
export function checkDates(certificate: Certificate, now: Date): void {
  if (validityAt(certificate, now) !== 'expired') return;
  throw new AdminError(
    'conflict',
    `this certificate expired at ${shownTime(certificate.notAfter)}; have a new one made`,
  );
}

const SERVER_AUTHENTICATION = ['1.3.6.1.5.5.7.3.1', '2.5.29.37.0'];

/** What clients may find wrong with a server's certificate. */
export function serverWarnings(certificate: Certificate, now: Date): string[] {
  const { extendedKeyUsage, subjectAltNames, hasWeakSignature, signatureAlgorithm, notBefore } = certificate;
  const warnings: string[] = [];
  if (validityAt(certificate, now) === 'not yet valid') {
    warnings.push(`this certificate is valid from ${shownTime(notBefore)} on; until then clients refuse it`);
  }
  if (extendedKeyUsage && !extendedKeyUsage.some(usage => SERVER_AUTHENTICATION.includes(usage))) {
    warnings.push('this certificate is not for TLS servers (Extended Key Usage); clients may refuse it');
  }
  if (subjectAltNames.length === 0) {
    warnings.push('this certificate has no subject alternative name; clients other than vCenter may refuse it');
  }
  if (hasWeakSignature) warnings.push(`this certificate is signed with ${signatureAlgorithm}; clients may refuse it`);
  return warnings;
}
