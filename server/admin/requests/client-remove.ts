import { X509Certificate } from 'node:crypto';
import { type Certificate, parseCertificates, sha1Fingerprint } from '../../../certs/index.ts';
import type { Client, ClientCertificate, Store, TrustedRoot, UnitOfWork } from '../../store/index.ts';
import { AdminError } from '../admin-error.ts';
import { fingerprintDigits, withFingerprint } from '../fingerprints.ts';
import type { ManagerOptions } from '../options.ts';
import { fingerprint, label, object } from './body-schema.ts';
import { loadClient } from './clients.ts';
import { followTrust } from './follow-trust.ts';
import type { RowOf } from './request.ts';

const DIGITS_MIN = 4;

/** Removes a client, or one certificate or root of it. Its keys stay. Whoever is not let in any more is cut. */
export const clientRemove: RowOf<'client remove'> = {
  action: 'hs-crypto.mtlscert-cert.delete',
  deed: 'delete',
  body: object({ name: label, 'certificate?': fingerprint }),
  async run({ body, now, unit, tell }, manager) {
    const { store } = manager;
    const client = await loadClient(store, body.name);
    tell({ target: { id: client.id, name: client.name }, requestData: { client: client.name } });
    const trusted = await trustOf(client, store);
    const isGone = body.certificate === undefined;
    const going = body.certificate === undefined ? trusted : [meant(trusted, client, body.certificate)];
    const removed = going.map(({ sha256 }) => sha256);
    tell({ requestData: { certificateId: removed } });
    if (isGone) unit.administer({ kind: 'remove client', id: client.id, at: now });
    for (const each of isGone ? [] : going) unit.administer(removal(each, client, now));
    const revoked = await revoke(going, unit, now, manager);
    tell({ responseData: { isGone, ...(revoked.length > 0 && { revoked }) } });
    return {
      answer: { client: client.name, removed, isGone },
      async afterwards() {
        const connectionsCut = await followTrust(manager);
        return connectionsCut === undefined ? {} : { connectionsCut };
      },
    };
  },
};

type Trusted = {
  readonly sha256: string;
  readonly sha1: string;
} & ({ readonly certificate: ClientCertificate } | { readonly root: TrustedRoot });

/** Everything that lets the client in, and its certificates that were seen. */
async function trustOf(client: Client, { directory }: Store): Promise<Trusted[]> {
  const printed = <T extends { fingerprint: string; der: Uint8Array }>({ fingerprint, der }: T) => ({
    sha256: fingerprint,
    sha1: sha1Fingerprint(der),
  });
  const roots = (await directory.roots()).filter(each => each.client.id === client.id);
  return [
    ...(await directory.certificates(client.id)).map(certificate => ({ ...printed(certificate), certificate })),
    ...roots.map(({ root }) => ({ ...printed(root), root })),
  ];
}

function meant(trusted: readonly Trusted[], { name }: Client, given: string): Trusted {
  const missing = `client ${name} has no such certificate or root; \`kmipd client show ${name}\` shows them`;
  const found = withFingerprint(trusted, fingerprintDigits(given, DIGITS_MIN), missing);
  if ('certificate' in found && found.certificate.origin === 'seen') {
    const remedy = 'have its authority revoke it and give the list with `kmipd client crl`, or remove the root';
    throw new AdminError('conflict', `a trusted root lets this certificate in each time; ${remedy}`);
  }
  return found;
}

const removal = (trusted: Trusted, client: Client, at: Date) =>
  'root' in trusted
    ? ({ kind: 'remove root', client: client.id, fingerprint: trusted.sha256 } as const)
    : ({ kind: 'remove certificate', fingerprint: trusted.sha256, at } as const);

/** What our authority has issued goes on its revocation list. Gives the SHA-256 of those. */
async function revoke(
  going: readonly Trusted[],
  unit: UnitOfWork,
  now: Date,
  { certificates }: ManagerOptions,
): Promise<string[]> {
  const ours = going.flatMap(each =>
    'certificate' in each && OF_OURS.has(each.certificate.origin) ? parseCertificates(each.certificate.der) : [],
  );
  if (ours.length === 0) return [];
  const [authority] = parseCertificates((await certificates.authority()).certificatePem);
  // An authority that was replaced makes no lists any more.
  const issued = ours.filter(certificate => isIssuedBy(certificate, authority!));
  for (const { serialNumber, notAfter } of issued) {
    unit.administer({
      kind: 'revoke certificate',
      certificate: { serialNumber, authority: authority!.sha256, revokedAt: now, notAfter },
    });
  }
  return issued.map(({ sha256 }) => sha256);
}

const OF_OURS: ReadonlySet<ClientCertificate['origin']> = new Set(['issued', 'signed']);

function isIssuedBy({ der }: Certificate, authority: Certificate): boolean {
  const issuer = new X509Certificate(authority.der);
  const certificate = new X509Certificate(der);
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}
