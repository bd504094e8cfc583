import {
  issueClientCertificate,
  issuerChainPem,
  type KeyType,
  parseCertificates,
  parseCsr,
  signRequest,
} from '../../../certs/index.ts';
import type { ManagerOptions } from '../options.ts';
import type { ClientAdd, ClientAdded, TrustWay } from '../protocol.ts';
import { shownCertificate } from '../shown-certificate.ts';
import { file, files, keyType, label, object, secret, text } from './body-schema.ts';
import { clientFor } from './clients.ts';
import { followTrust } from './follow-trust.ts';
import { bytesOf } from './file-content.ts';
import type { Asked, RowOf } from './request.ts';
import { trustCertificate } from './trusted-certificate.ts';
import { trustRoot } from './trusted-root.ts';

const SUBJECT_CHARACTERS_MAX = 1024;

/** One of the four ways of vCenter's dialog. */
export const clientAdd: RowOf<'client add'> = {
  action: 'hs-crypto.mtlscert-cert.set',
  deed: 'create',
  body: object({
    name: label,
    'vault?': label,
    way: {
      type: 'object',
      required: ['kind'],
      discriminator: { propertyName: 'kind' },
      oneOf: [
        object({ kind: { const: 'root' }, file, subject: text(SUBJECT_CHARACTERS_MAX), 'crls?': files }),
        object({ kind: { const: 'pin' }, file }),
        object({ kind: { const: 'issue' }, 'keyType?': keyType }),
        object({ kind: { const: 'sign' }, file }),
      ],
    },
    'credential?': object({ username: text(255), password: secret }),
  }),
  async run(asked, manager) {
    const { body, now } = asked;
    asked.tell({ requestData: { way: body.way.kind } });
    const found = await clientFor(body, asked, manager);
    const { client, vault, isNew } = found;
    const { certificate, warnings, handed } = await WAYS[body.way.kind](body.way as never, found, asked, manager);
    return {
      answer: {
        ...{ client: client.name, id: client.id, vault: vault.name, isNew, warnings },
        certificate: shownCertificate(certificate, now),
        ...handed,
      },
      afterwards: async () => void (await followTrust(manager, { known: certificate.sha256 })),
    };
  },
};

type Found = Awaited<ReturnType<typeof clientFor>>;
interface Trusted {
  readonly certificate: ReturnType<typeof parseCertificates>[number];
  readonly warnings: readonly string[];
  /** What the client needs of us. */
  readonly handed?: Pick<ClientAdded, 'certificatePem' | 'chainPem' | 'privateKeyPem'>;
}
type Way<Kind extends TrustWay['kind']> = (
  way: Extract<TrustWay, { kind: Kind }>,
  found: Found,
  asked: Asked<ClientAdd>,
  manager: ManagerOptions,
) => Promise<Trusted>;

const WAYS: { readonly [Kind in TrustWay['kind']]: Way<Kind> } = {
  root: ({ file, subject, crls = [] }, { client }, asked, manager) =>
    trustRoot({ client, file: bytesOf(file), subject, crls: crls.map(bytesOf) }, asked, manager),

  async pin({ file }, { client }, asked, manager) {
    const [certificate, ...others] = parseCertificates(bytesOf(file));
    const warnings = await trustCertificate(certificate!, { client, origin: 'pinned' }, asked, manager);
    if (others.length > 0) {
      warnings.push(`the file holds ${others.length + 1} certificates; the first one is pinned, and no other`);
    }
    return { certificate: certificate!, warnings };
  },

  async issue({ keyType }, { client }, asked, manager) {
    const issued = await issueClientCertificate({
      ...(await issuing(manager, asked.now)),
      commonName: client.name,
      keyType: (keyType as KeyType | undefined) ?? manager.settings.clients.keyType,
    });
    const { certificatePem, privateKeyPem, der } = issued;
    const [certificate] = parseCertificates(der);
    const warnings = await trustCertificate(certificate!, { client, origin: 'issued' }, asked, manager);
    return {
      certificate: certificate!,
      warnings,
      handed: { certificatePem, privateKeyPem, chainPem: await chainPem(manager) },
    };
  },

  async sign({ file }, { client }, asked, manager) {
    const csr = parseCsr(bytesOf(file));
    const { certificatePem, der } = await signRequest({ ...(await issuing(manager, asked.now)), csr });
    const [certificate] = parseCertificates(der);
    const warnings = await trustCertificate(certificate!, { client, origin: 'signed' }, asked, manager);
    return { certificate: certificate!, warnings, handed: { certificatePem, chainPem: await chainPem(manager) } };
  },
};

const issuing = async ({ certificates, settings, randomBytes }: ManagerOptions, now: Date) => ({
  authority: await certificates.authority(),
  now,
  validityDays: settings.clients.validityDays,
  randomBytes,
});

/** The authority and what stands above it. */
const chainPem = async ({ certificates }: ManagerOptions): Promise<string> =>
  issuerChainPem(await certificates.authority());
