import type { ClientIdentity } from '../kmip-client.ts';
import { type Craft, craft, type Crafted } from '../../certs/crafted.ts';
import { craftCrl } from '../../certs/crafted-crl.ts';
import {
  authority,
  extendedKeyUsage,
  keyUsage,
  nameConstraints,
  subjectAltNames,
  unknown,
} from '../../certs/crafted-extensions.ts';

/** A client whose certificate must be refused, and why. */
export interface BadCertificate {
  readonly title: string;
  /** Among the refused clients. */
  readonly cause: string;
  /** What the client is told. */
  readonly told:
    'unknown certificate' | 'expired certificate' | 'certificate not yet valid' | 'certificate not accepted';
  /** Makes it; `organization` is the row's own, so that no other row's root means it. */
  readonly make: (organization: string) => Knocker;
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

/** Right in every way unless something else is asked for. */
const dated = { notBefore: ago(48), notAfter: ahead(48) };
const signsAll = keyUsage('keyCertSign', 'cRLSign');
const rootOf = (organization: string, extensions: readonly Uint8Array[] = [authority(), signsAll]): Crafted =>
  craft({
    ...dated,
    subject: [
      ['O', organization],
      ['CN', 'root'],
    ],
    extensions,
  });
const leafOf = (organization: string, issuer: Crafted, changes: Craft = {}): Crafted =>
  craft({
    ...dated,
    ...{
      subject: [
        ['O', organization],
        ['CN', 'leaf'],
      ],
      issuer,
      extensions: [keyUsage('digitalSignature')],
    },
    ...changes,
  });

/** The client sends these after its own certificate. */
export const withChain = (leaf: Crafted, ...issuers: readonly Crafted[]): ClientIdentity => ({
  certificatePem: [leaf, ...issuers].map(({ certificatePem }) => certificatePem).join(''),
  privateKeyPem: leaf.privateKeyPem,
});

/** A leaf right below the root. */
const below =
  (changes: Craft) =>
  (organization: string): Knocker => {
    const root = rootOf(organization);
    const leaf = leafOf(organization, root, changes);
    return { identity: leaf, der: leaf.der, root: root.der };
  };

interface Below {
  readonly leaf?: Craft;
  readonly root?: readonly Uint8Array[];
  readonly isPresented?: boolean;
}

/** A leaf below an intermediate, which the client presents unless told otherwise. */
const belowIntermediate =
  (changes: Craft, { leaf: leafChanges, root: extensions, isPresented = true }: Below = {}) =>
  (organization: string): Knocker => {
    const root = rootOf(organization, extensions);
    const right = {
      subject: [
        ['O', organization],
        ['CN', 'intermediate'],
      ],
      extensions: [authority(), signsAll],
    } as const;
    const between = craft({ ...dated, ...right, issuer: root, ...changes });
    const leaf = leafOf(organization, between, leafChanges);
    return { identity: isPresented ? withChain(leaf, between) : leaf, der: leaf.der, root: root.der };
  };

/** A leaf below a root with a revocation list. */
const withList =
  (list: { isRevoked: boolean; thisUpdate: Date; nextUpdate: Date }) =>
  (organization: string): Knocker => {
    const root = rootOf(organization);
    const serialNumber = Buffer.from('4001020304050607', 'hex');
    const leaf = leafOf(organization, root, { serialNumber });
    const revoked = list.isRevoked ? [{ serialNumber }] : [];
    return { identity: leaf, der: leaf.der, root: root.der, crls: [craftCrl({ ...list, issuer: root, revoked })] };
  };

const selfSigned =
  (changes: Craft, isPinned: boolean) =>
  (organization: string): Knocker => {
    const made = craft({ ...dated, subject: [['O', organization]], ...changes });
    return { identity: made, der: made.der, isPinned };
  };

const told = 'certificate not accepted';
const expired = { notBefore: ago(48), notAfter: ago(1) };
const early = { notBefore: ahead(1), notAfter: ahead(48) };

export const badCertificates: readonly BadCertificate[] = [
  row('self-signed, of nobody', 'unknown certificate', 'unknown certificate', selfSigned({}, false)),
  row('pinned, expired', 'expired certificate', 'expired certificate', selfSigned(expired, true)),
  row('pinned, not yet valid', 'certificate not yet valid', 'certificate not yet valid', selfSigned(early, true)),
  row('below the root, expired', 'expired', 'expired certificate', below(expired)),
  row('below the root, not yet valid', 'not yet valid', 'certificate not yet valid', below(early)),
  row('with a subject that the pattern does not mean', 'unknown certificate', 'unknown certificate', organization => ({
    ...below({})(organization),
    subjectPattern: `CN=vcenter-*, O=${organization}`,
  })),
  row('what the pattern asks for in another part', 'unknown certificate', 'unknown certificate', organization => ({
    ...below({
      subject: [
        ['O', `x, CN=vcenter-1, O=${organization}`],
        ['CN', 'leaf'],
      ],
    })(organization),
    subjectPattern: `CN=vcenter-*, O=${organization}`,
  })),
  row(
    'below an intermediate without the CA bit (RFC 5280 §6.1.4 (k))',
    'no authority',
    told,
    belowIntermediate({ extensions: [signsAll] }),
  ),
  row(
    'below one intermediate more than the root allows (§6.1.4 (l))',
    'path length',
    told,
    belowIntermediate({}, { root: [authority(0), signsAll] }),
  ),
  row(
    'below an intermediate that may not sign certificates (§6.1.4 (n))',
    'key usage',
    told,
    belowIntermediate({ extensions: [authority(), keyUsage('cRLSign')] }),
  ),
  row(
    'whose key may not sign a handshake (§4.2.1.3)',
    'key usage',
    told,
    below({ extensions: [keyUsage('keyEncipherment')] }),
  ),
  row(
    'for servers only (§4.2.1.12)',
    'extended key usage',
    told,
    below({ extensions: [extendedKeyUsage(['serverAuth'])] }),
  ),
  row('signed with SHA-1', 'weak signature algorithm', told, below({ hash: 'sha1' })),
  row('with a key of RSA 1024', 'weak key', told, below({ keyType: 'RSA 1024' })),
  row(
    'of a host name that its authority may not sign (§4.2.1.10)',
    'name constraints',
    told,
    belowIntermediate(
      { extensions: [authority(), signsAll, nameConstraints({ permitted: ['DNS:corp.example'] })] },
      { leaf: { extensions: [subjectAltNames('DNS:vcenter.other.example')] } },
    ),
  ),
  row(
    'with an unknown critical extension (§6.1.5 (f))',
    'unknown critical extension',
    told,
    below({ extensions: [unknown(true)] }),
  ),
  row(
    'below an intermediate with an unknown critical extension (§6.1.4 (o))',
    'unknown critical extension',
    told,
    belowIntermediate({ extensions: [authority(), signsAll, unknown(true)] }),
  ),
  row('below an expired intermediate', 'expired', 'expired certificate', belowIntermediate(expired)),
  row(
    'below an intermediate that it does not present',
    'no path to a trusted root',
    'unknown certificate',
    belowIntermediate({}, { isPresented: false }),
  ),
  row('of another root of the same name', 'bad signature', told, organization => {
    const [trusted, other] = [rootOf(organization), rootOf(organization)];
    const leaf = leafOf(organization, other);
    return { identity: withChain(leaf, other), der: leaf.der, root: trusted.der };
  }),
  row('that is revoked', 'revoked', told, withList({ isRevoked: true, thisUpdate: ago(1), nextUpdate: ahead(1) })),
  row(
    'whose revocation list is out of date',
    'revocation list out of date',
    told,
    withList({ isRevoked: false, thisUpdate: ago(3), nextUpdate: ago(1) }),
  ),
];

function row(title: string, cause: string, told: BadCertificate['told'], make: BadCertificate['make']): BadCertificate {
  return { title, cause, told, make };
}
