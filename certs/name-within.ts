import type { GeneralName } from './general-name.ts';
import { ipAddressOctets } from './ip-address.ts';
import { normalPart } from './name-matching.ts';

/**
 * Whether a name lies in the subtree of another of its kind (RFC 5280 §4.2.1.10); undefined when that cannot be judged. A wildcard
 * is `permitted` where all that it stands for is, and `excluded` where any of it is.
 */
export function isWithin(name: GeneralName, base: GeneralName, sense: 'permitted' | 'excluded'): boolean | undefined {
  switch (name.kind) {
    case 'DNS':
      return isHostWithin(ascii(name), ascii(base), sense);
    case 'IP':
      return isAddressWithin(name.content, base.content);
    case 'email':
      return isMailboxWithin(
        Buffer.from(name.content).toString('latin1'),
        Buffer.from(base.content).toString('latin1'),
      );
    case 'URI':
      return isUriWithin(ascii(name), ascii(base));
    case 'DirName':
      return isNameWithin(name, base);
    case 'other':
      return undefined;
  }
}

const ascii = ({ content }: GeneralName) => Buffer.from(content).toString('latin1').toLowerCase();

const HOST = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/;

/** Any labels before the base; `.base` demands one at least. The empty base holds all. */
function isHostWithin(name: string, base: string, sense: 'permitted' | 'excluded'): boolean | undefined {
  const isWildcard = name.startsWith('*.');
  const host = isWildcard ? name.slice(2) : name;
  const parent = base.startsWith('.') ? base.slice(1) : base;
  if (!HOST.test(host) || (parent !== '' && !HOST.test(parent))) return undefined;
  if (base === '') return true;
  if (host.endsWith(`.${parent}`)) return true;
  if (host === parent) return isWildcard || !base.startsWith('.');
  // The wildcard stands for one label: a base that is one label longer may be what it stands for.
  const [, ...rest] = parent.split('.');
  return isWildcard && sense === 'excluded' && rest.join('.') === host;
}

/** The base is an address and a mask of as many octets. */
function isAddressWithin(name: Uint8Array, base: Uint8Array): boolean | undefined {
  if (![4, 16].includes(name.length) || ![8, 32].includes(base.length)) return undefined;
  const size = base.length / 2;
  const mask = base.subarray(size);
  if (!isContiguous(mask)) return undefined;
  if (name.length !== size) return false;
  return name.every((octet, i) => (octet & mask[i]!) === (base[i]! & mask[i]!));
}

const isContiguous = (mask: Uint8Array) =>
  !Array.from(mask, octet => octet.toString(2).padStart(8, '0'))
    .join('')
    .includes('01');

/** The base is a mailbox, a host, or with a point before it a domain whose hosts are meant. */
function isMailboxWithin(name: string, base: string): boolean | undefined {
  const [local, host] = mailbox(name);
  if (local === '' || !HOST.test(host)) return undefined;
  if (!base.includes('@')) return isHostOrBelow(host, base.toLowerCase());
  const [baseLocal, baseHost] = mailbox(base);
  return HOST.test(baseHost) ? local === baseLocal && host === baseHost : undefined;
}

function mailbox(text: string): [local: string, host: string] {
  const at = text.lastIndexOf('@');
  return [text.slice(0, Math.max(at, 0)), text.slice(at + 1).toLowerCase()];
}

const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/;

/** The base is a host, or with a point before it a domain whose hosts are meant. A URI without a host name cannot be judged. */
function isUriWithin(name: string, base: string): boolean | undefined {
  const host = authority.exec(name)?.[1]?.replace(/^.*@/s, '').replace(/:\d*$/, '');
  if (host === undefined || !HOST.test(host) || ipAddressOctets(host)) return undefined;
  return isHostOrBelow(host, base);
}

function isHostOrBelow(host: string, base: string): boolean | undefined {
  if (base === '') return true;
  const isDomain = base.startsWith('.');
  if (!HOST.test(isDomain ? base.slice(1) : base)) return undefined;
  return isDomain ? host.endsWith(base) : host === base;
}

/** The base is how the name begins. */
function isNameWithin({ directoryName: name }: GeneralName, { directoryName: base }: GeneralName): boolean | undefined {
  if (name === undefined || base === undefined) return undefined;
  return base.length <= name.length && base.every((part, i) => normalPart(part) === normalPart(name[i]!));
}
