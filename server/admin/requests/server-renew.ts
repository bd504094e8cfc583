import {
  type Authority,
  type Certificate,
  createServerRequest,
  issueServerCertificate,
  type KeyType,
  parseCertificates,
} from '../../../certs/index.ts';
import type { KeyPair } from '../../data-folder/index.ts';
import { AdminError } from '../admin-error.ts';
import type { ManagerOptions } from '../options.ts';
import type { ServerCsr, ServerRenew } from '../protocol.ts';
import { shownTime } from '../shown-certificate.ts';
import { days, hostNames, keyType, object, text, yesOrNo } from './body-schema.ts';
import { replaceServer } from './own-certificates.ts';
import type { RowOf } from './request.ts';

/** A new certificate of our authority for the server. */
export const serverRenew: RowOf<'certs server renew'> = {
  action: 'hs-crypto.mtlscert-cert.set',
  deed: 'update',
  body: object({ 'reuseKey?': yesOrNo, 'names?': hostNames, 'keyType?': keyType, 'validityDays?': days }),
  async run(asked, manager) {
    const { body, now, tell } = asked;
    const { certificates, settings, randomBytes } = manager;
    tell({ requestData: { reuseKey: body.reuseKey ?? false } });
    const authority = await certificates.authority();
    const issued = await issueServerCertificate({
      ...{ authority, now, randomBytes },
      ...(await wanted(body, manager)),
      validityDays: body.validityDays ?? settings.server.validityDays,
    });
    const [certificate] = parseCertificates(issued.der);
    const pair = {
      certificatePem: `${issued.certificatePem.trim()}\n${chainBelowRoot(authority)}`,
      privateKeyPem: issued.privateKeyPem,
    };
    return replaceServer(pair, endWarnings(certificate!, authority), asked, manager);
  },
};

/** A request for a certificate of another authority; its key waits until that is imported. */
export const serverCsr: RowOf<'certs server csr'> = {
  action: 'hs-crypto.mtlscert-cert.set',
  deed: 'create',
  body: object({ 'reuseKey?': yesOrNo, 'names?': hostNames, 'commonName?': text(64), 'keyType?': keyType }),
  async run({ body, tell }, manager) {
    const { certificates } = manager;
    tell({ requestData: { reuseKey: body.reuseKey ?? false, request: 'certificate request' } });
    const { commonName } = body;
    const request = { ...(await wanted(body, manager)), ...(commonName !== undefined && { commonName }) };
    const { csrPem, privateKeyPem } = await createServerRequest(request);
    const before = await certificates.pendingKey();
    // The server's own key is there already; one that waited for another request waits on.
    if (!body.reuseKey) await certificates.setPendingKey(privateKeyPem);
    return {
      answer: { csrPem },
      ...(!body.reuseKey && { takeBack: () => certificates.setPendingKey(before) }),
    };
  },
};

interface Wanted {
  readonly names: readonly string[];
  readonly commonName?: string;
  readonly keyType?: KeyType;
  readonly privateKeyPem?: string;
}

/** Names and key: as asked for, else those of the present certificate and the settings. Throws AdminError. */
async function wanted(
  { reuseKey = false, names, keyType }: ServerRenew & ServerCsr,
  { certificates, settings }: ManagerOptions,
): Promise<Wanted> {
  const present: KeyPair = await certificates.server();
  const [certificate] = parseCertificates(present.certificatePem);
  if (reuseKey && keyType !== undefined) {
    throw new AdminError('bad request', 'the present key has its type; give either --reuse-key or --key-type');
  }
  const key = reuseKey
    ? { privateKeyPem: present.privateKeyPem }
    : { keyType: (keyType as KeyType | undefined) ?? settings.server.keyType };
  return { ...(names ? { names } : presentNames(certificate!)), ...key };
}

function presentNames({ subjectAltNames, subjectParts }: Certificate): Pick<Wanted, 'names' | 'commonName'> {
  const names = subjectAltNames.flatMap(name => /^(?:DNS|IP):(.+)$/.exec(name)?.[1] ?? []);
  const commonName = subjectParts.findLast(({ type }) => type === 'CN')?.value;
  return { names, ...(commonName !== undefined && { commonName }) };
}

/** What clients need to find the root that they trust: the authority and what stands above it, but for the root itself. */
function chainBelowRoot({ certificatePem }: Authority): string {
  const text = String(certificatePem);
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.flatMap(pem => (parseCertificates(pem)[0]!.isSelfSigned ? [] : [`${pem}\n`])).join('');
}

function endWarnings({ notAfter }: Certificate, { certificatePem }: Authority): string[] {
  const [authority] = parseCertificates(certificatePem);
  if (authority!.notAfter > notAfter) return [];
  return [`the authority ends at ${shownTime(notAfter)}, and this certificate with it; import another one before`];
}
