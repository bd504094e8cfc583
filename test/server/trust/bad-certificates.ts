import { issueCrl } from '../../../certs/index.ts';
import type { ClientIdentity } from '../kmip-client.ts';
import { type Craft, craft, type Crafted, withChain } from './crafted.ts';

/** A client whose certificate must be refused, and why. */
export interface BadCertificate {
  readonly title: string;
  /** Among the refused clients. */
  readonly cause: string;
  /** What the client is told. */
  readonly told:
    'unknown certificate' | 'expired certificate' | 'certificate not yet valid' | 'certificate not accepted';
  /** Makes it; `organization` is the row's own, so that no other row's root means it. */
  readonly make: (organization: string) => Promise<Knocker>;
}

export interface Knocker {
  readonly identity: ClientIdentity;
  /** Its own certificate, DER. */
  readonly der: Uint8Array;
  /** Pinned before it comes. */
  readonly isPinned?: boolean;
  /** Trusted before it comes. */
  readonly root?: Uint8Array;
  readonly crls?: readonly Uint8Array[];
  /** `O=` and the row's organization unless said. */
  readonly subjectPattern?: string;
}

const HOUR_MS = 3_600_000;
const ago = (hours: number) => new Date(Date.now() - hours * HOUR_MS);
const ahead = (hours: number) => new Date(Date.now() + hours * HOUR_MS);

/** A leaf right below the root. */
const below =
  (leaf: Partial<Craft>, root: Partial<Craft> = {}) =>
  async (organization: string): Promise<Knocker> => {
    const authority = await craft({ organization, commonName: 'root', isAuthority: true, ...root });
    const made = await craft({ organization, commonName: 'leaf', issuer: authority, ...leaf });
    return { identity: made, der: made.der, root: authority.der };
  };

/** A leaf below an intermediate, which the client presents unless told otherwise. */
const belowIntermediate =
  (
    intermediate: Partial<Craft>,
    {
      leaf = {},
      root = {},
      isPresented = true,
    }: { leaf?: Partial<Craft>; root?: Partial<Craft>; isPresented?: boolean } = {},
  ) =>
  async (organization: string): Promise<Knocker> => {
    const authority = await craft({ organization, commonName: 'root', isAuthority: true, ...root });
    const between = await craft({
      ...{ organization, commonName: 'intermediate', issuer: authority, isAuthority: true },
      ...intermediate,
    });
    const made = await craft({ organization, commonName: 'leaf', issuer: between, ...leaf });
    const identity = isPresented ? withChain(made, between) : made;
    return { identity, der: made.der, root: authority.der };
  };

/** A leaf below a root with a revocation list. */
const withList =
  (list: (leaf: Crafted) => { revoked: boolean; now: Date; validityDays: number }) =>
  async (organization: string): Promise<Knocker> => {
    const authority = await craft({ organization, commonName: 'root', isAuthority: true, notBefore: ago(24 * 30) });
    const made = await craft({ organization, commonName: 'leaf', issuer: authority });
    const { revoked, now, validityDays } = list(made);
    const revocation = { serialNumber: made.serialNumber, revokedAt: now };
    const { der } = await issueCrl({ authority, revoked: revoked ? [revocation] : [], now, validityDays });
    return { identity: made, der: made.der, root: authority.der, crls: [der] };
  };

const selfSigned =
  (wanted: Partial<Craft>, isPinned: boolean) =>
  async (organization: string): Promise<Knocker> => {
    const made = await craft({ organization, commonName: 'self-signed', ...wanted });
    return { identity: made, der: made.der, isPinned };
  };

const told = 'certificate not accepted';
const dates = {
  expired: { notBefore: ago(48), notAfter: ago(1) },
  early: { notBefore: ahead(1), notAfter: ahead(48) },
};

export const badCertificates: readonly BadCertificate[] = [
  {
    title: 'self-signed, of nobody',
    cause: 'unknown certificate',
    told: 'unknown certificate',
    make: selfSigned({}, false),
  },
  {
    title: 'pinned, expired',
    cause: 'expired certificate',
    told: 'expired certificate',
    make: selfSigned(dates.expired, true),
  },
  {
    title: 'pinned, not yet valid',
    cause: 'certificate not yet valid',
    told: 'certificate not yet valid',
    make: selfSigned(dates.early, true),
  },
  { title: 'below the root, expired', cause: 'expired', told: 'expired certificate', make: below(dates.expired) },
  {
    title: 'below the root, not yet valid',
    cause: 'not yet valid',
    told: 'certificate not yet valid',
    make: below(dates.early),
  },
  {
    title: 'below the root, with a subject that the pattern does not mean',
    cause: 'unknown certificate',
    told: 'unknown certificate',
    make: async organization => ({
      ...(await below({})(organization)),
      subjectPattern: `CN=vcenter-*, O=${organization}`,
    }),
  },
  {
    title: 'below the root, the pattern’s value in another part of the subject',
    cause: 'unknown certificate',
    told: 'unknown certificate',
    make: async organization => ({
      ...(await below({ organization: `x, CN=vcenter-1, O=${organization}` })(organization)),
      subjectPattern: `CN=vcenter-*, O=${organization}`,
    }),
  },
  {
    title: 'below an intermediate without the CA bit (RFC 5280 §6.1.4 (k))',
    cause: 'no authority',
    told,
    make: belowIntermediate({ isAuthority: false, keyUsage: ['keyCertSign'] }),
  },
  {
    title: 'below one intermediate more than the root allows (§6.1.4 (l))',
    cause: 'path length',
    told,
    make: belowIntermediate({}, { root: { pathLength: 0 } }),
  },
  {
    title: 'below an intermediate that may not sign certificates (§6.1.4 (n))',
    cause: 'key usage',
    told,
    make: belowIntermediate({ keyUsage: ['cRLSign'] }),
  },
  {
    title: 'whose key may not sign a handshake (§4.2.1.3)',
    cause: 'key usage',
    told,
    make: below({ keyUsage: ['keyEncipherment'] }),
  },
  {
    title: 'for servers only (§4.2.1.12)',
    cause: 'extended key usage',
    told,
    make: below({ extendedKeyUsage: ['serverAuth'] }),
  },
  { title: 'signed with SHA-1', cause: 'weak signature algorithm', told, make: below({ hash: 'SHA-1' }) },
  { title: 'with a key of RSA 1024', cause: 'weak key', told, make: below({ keyType: 'RSA 1024' }) },
  {
    title: 'of a host name that its authority may not sign (§4.2.1.10)',
    cause: 'name constraints',
    told,
    make: belowIntermediate({ permittedDnsName: 'corp.example' }, { leaf: { dnsName: 'vcenter.other.example' } }),
  },
  {
    title: 'with an unknown critical extension (§6.1.5 (f))',
    cause: 'unknown critical extension',
    told,
    make: below({ hasUnknownExtension: true }),
  },
  {
    title: 'below an intermediate with an unknown critical extension (§6.1.4 (o))',
    cause: 'unknown critical extension',
    told,
    make: belowIntermediate({ hasUnknownExtension: true }),
  },
  {
    title: 'below an expired intermediate',
    cause: 'expired',
    told: 'expired certificate',
    make: belowIntermediate(dates.expired),
  },
  {
    title: 'below an intermediate that it does not present',
    cause: 'no path to a trusted root',
    told: 'unknown certificate',
    make: belowIntermediate({}, { isPresented: false }),
  },
  {
    title: 'of another root of the same name',
    cause: 'bad signature',
    told,
    make: async organization => {
      const name = { organization, commonName: 'root', isAuthority: true };
      const [trusted, other] = [await craft(name), await craft(name)];
      const made = await craft({ organization, commonName: 'leaf', issuer: other });
      return { identity: withChain(made, other), der: made.der, root: trusted.der };
    },
  },
  {
    title: 'that is revoked',
    cause: 'revoked',
    told,
    make: withList(() => ({ revoked: true, now: ago(1), validityDays: 7 })),
  },
  {
    title: 'whose revocation list is out of date',
    cause: 'revocation list out of date',
    told,
    make: withList(() => ({ revoked: false, now: ago(24 * 8), validityDays: 7 })),
  },
];
