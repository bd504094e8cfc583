import { type Certificate, checkKeyType, parseCertificates, validityAt } from '../../../certs/index.ts';
import type { Client, ClientCertificate, DirectoryReader } from '../../store/index.ts';
import { AdminError } from '../admin-error.ts';
import type { ManagerOptions } from '../options.ts';
import { shownTime } from '../shown-certificate.ts';
import type { Asked } from './request.ts';

/**
 * Lets a client in by a certificate, whole: recorded in the unit. Gives what the person should know. Throws AdminError when it has
 * expired, or lets somebody in already; CertificateError when its key is of a kind that is not accepted.
 */
export async function trustCertificate(
  certificate: Certificate,
  { client, origin }: { client: Client; origin: Exclude<ClientCertificate['origin'], 'seen'> },
  { unit, now, tell }: Pick<Asked<unknown>, 'unit' | 'now' | 'tell'>,
  { store: { directory } }: ManagerOptions,
): Promise<string[]> {
  const { sha256, der } = certificate;
  tell({ requestData: { certificateId: sha256 } });
  checkKeyType(certificate);
  if (validityAt(certificate, now) === 'expired') {
    const until = shownTime(certificate.notAfter);
    throw new AdminError('conflict', `this certificate expired at ${until}; have the client make a new one`);
  }
  const warnings = [...(await heldBefore(certificate, client, directory)), ...ofItself(certificate, now)];
  warnings.push(...(await ofEarlierGeneration(certificate, client, directory)));
  unit.administer({
    kind: 'add certificate',
    certificate: { fingerprint: sha256, client: client.id, der, origin, issuers: [], addedAt: now },
  });
  return warnings;
}

async function heldBefore({ sha256 }: Certificate, client: Client, directory: DirectoryReader): Promise<string[]> {
  const holder = await directory.clientByFingerprint(sha256);
  const isSeen = holder?.certificate.origin === 'seen';
  if (holder && !isSeen) {
    throw holder.client.id === client.id
      ? new AdminError('conflict', `client ${client.name} has this certificate already; there is nothing to do`)
      : new AdminError(
          'conflict',
          `this certificate belongs to client ${holder.client.name} already; remove it there first, or use that name`,
        );
  }
  if (holder && holder.client.id !== client.id) {
    const other = holder.client.name;
    return [`a trusted root has let this certificate in as client ${other}; from now on it is client ${client.name}`];
  }
  const former = await directory.formerCertificate(sha256);
  if (!former) return [];
  const when = shownTime(former.removedAt);
  return [
    `this certificate was removed from client ${former.clientName} at ${when}; see that it is not one of old times`,
  ];
}

function ofItself(certificate: Certificate, now: Date): string[] {
  const warnings: string[] = [];
  if (certificate.hasWeakSignature) {
    const what = `this certificate is signed with ${certificate.signatureAlgorithm}, which can be forged`;
    warnings.push(`${what}; it is pinned as it is, and nothing else that its issuer has signed is let in`);
  }
  if (validityAt(certificate, now) === 'not yet valid') {
    const from = shownTime(certificate.notBefore);
    warnings.push(`this certificate is valid from ${from} on; until then the client is refused`);
  }
  return warnings;
}

async function ofEarlierGeneration(
  { notBefore, sha256 }: Certificate,
  client: Client,
  directory: DirectoryReader,
): Promise<string[]> {
  const others = (await directory.certificates(client.id)).filter(({ fingerprint }) => fingerprint !== sha256);
  const later = others
    .flatMap(({ der }) => parseCertificates(der))
    .filter(other => other.notBefore > notBefore)
    .sort((a, b) => b.notBefore.getTime() - a.notBefore.getTime())[0];
  if (!later) return [];
  const since = shownTime(later.notBefore);
  return [
    `client ${client.name} has a certificate of a newer generation (valid from ${since}); see that this is the one you mean`,
  ];
}
