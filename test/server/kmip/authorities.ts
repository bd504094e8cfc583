import { craft, type Craft, type Crafted } from '../../certs/crafted.ts';
import { authority, keyUsage } from '../../certs/crafted-extensions.ts';
import type { ClientIdentity } from '../running-server.ts';

export type Issued = Crafted;

export interface Issue extends Pick<Craft, 'issuer' | 'notBefore' | 'notAfter'> {
  /** The organization is VMware. */
  readonly commonName: string;
  readonly isAuthority?: boolean;
}

const DAY_MS = 86_400_000;

/** A certificate that is valid now, by an authority outside of kmipd or by itself; a leaf has no Extended Key Usage. ECDSA P-256. */
export const issue = ({ commonName, isAuthority = false, ...how }: Issue): Issued =>
  craft({
    subject: [
      ['O', 'VMware'],
      ['CN', commonName],
    ],
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + 365 * DAY_MS),
    extensions: isAuthority ? [authority(), keyUsage('keyCertSign', 'cRLSign')] : [keyUsage('digitalSignature')],
    ...how,
  });

/** The client sends these after its own certificate. */
export const withChain = (leaf: ClientIdentity, ...issuers: readonly Issued[]): ClientIdentity => ({
  certificatePem: [leaf, ...issuers].map(({ certificatePem }) => certificatePem).join(''),
  privateKeyPem: leaf.privateKeyPem,
});
