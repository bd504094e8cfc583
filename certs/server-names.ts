import { domainToASCII } from 'node:url';
import { CertificateError } from './certificate-error.ts';
import { ipAddressOctets } from './ip-address.ts';

/**
 * The names of a server certificate: those given, in their order, each once, and `localhost`. Host names in ASCII and
 * lower case, without the final dot. Throws CertificateError for what is neither a host name nor an IP address.
 */
export function serverNames(names: readonly string[]): string[] {
  return [...new Set([...names.map(serverName), 'localhost'])];
}

// Underscores are no part of a host name, but of names that are in use.
const label = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
const hostName = new RegExp(`^(?:\\*\\.)?${label}(?:\\.${label})*$`);
const HOST_NAME_CHARACTERS_MAX = 253;

function serverName(name: string): string {
  if (ipAddressOctets(name)) return name;
  const wildcard = name.startsWith('*.') ? '*.' : '';
  const ascii = wildcard + domainToASCII(name.slice(wildcard.length).replace(/\.$/, ''));
  // A last label of digits alone would be an address that is mistyped: 10.0.0.256.
  if (ascii.length <= HOST_NAME_CHARACTERS_MAX && hostName.test(ascii) && !/(^|\.)\d+$/.test(ascii)) return ascii;
  throw new CertificateError({
    found: `the server name ${JSON.stringify(name)}`,
    expected: 'a host name or an IP address',
  });
}
