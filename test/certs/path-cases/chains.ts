import { craft, type Craft, type Crafted } from '../crafted.ts';
import { authority, keyUsage, noAuthority } from '../crafted-extensions.ts';
import type { Chain } from './path-case.ts';

export const rootExtensions = [authority(), keyUsage('keyCertSign', 'cRLSign')];
export const root = craft({ subject: 'Root', extensions: rootExtensions });
export const otherRoot = craft({ subject: 'Other root', extensions: rootExtensions });

export const sub = (subject: string, options: Craft = {}) =>
  craft({ subject, issuer: root, extensions: rootExtensions, ...options });
export const leafExtensions = [noAuthority(), keyUsage('digitalSignature', 'keyEncipherment')];
export const leaf = (issuer: Crafted = root, options: Craft = {}) =>
  craft({
    subject: [
      ['O', 'VMware'],
      ['CN', 'vcenter'],
    ],
    issuer,
    extensions: leafExtensions,
    ...options,
  });

export const one = sub('One');
export const two = sub('Two', { issuer: one });
export const three = sub('Three', { issuer: two });
export const rsa = craft({ subject: 'RSA root', keyType: 'RSA 2048', extensions: rootExtensions });
export const plain = leaf();
export const DAY_MS = 86_400_000;
const SECOND_MS = 1000;
export const before = (date: Date, ms = SECOND_MS) => new Date(date.getTime() - ms);
export const after = (date: Date, ms = SECOND_MS) => new Date(date.getTime() + ms);

export const THE_CERTIFICATE = 'the certificate';
export const THE_ROOT = 'the trusted root';

/** A leaf below an authority with these extensions, below the root. */
export const below = (extensions: readonly Uint8Array[], options: Craft = {}): Chain => {
  const middle = sub('Middle', { extensions, ...options });
  return { certificate: leaf(middle), issuers: [middle], root };
};
/** A leaf straight below a root with these extensions. */
export const underRoot = (extensions: readonly Uint8Array[], options: Craft = {}): Chain => {
  const top = craft({ subject: 'Root', extensions, ...options });
  return { certificate: leaf(top), root: top };
};
export const certSign = keyUsage('keyCertSign');

export const client = (extensions: readonly Uint8Array[], options: Craft = {}): Chain => ({
  certificate: leaf(root, { extensions, ...options }),
  root,
});
export const withLeaf = (...extensions: Uint8Array[]) => client([...leafExtensions, ...extensions]);
