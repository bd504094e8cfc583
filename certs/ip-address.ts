import { isIPv4, isIPv6 } from 'node:net';

/** An IP address as iPAddress carries it: 4 or 16 octets. Undefined when the text is none, or has a zone (`fe80::1%eth0`). */
export function ipAddressOctets(text: string): Uint8Array | undefined {
  if (isIPv4(text)) return Uint8Array.from(text.split('.'), Number);
  if (!isIPv6(text) || text.includes('%')) return undefined;
  // The URL parser turns every spelling, also ::ffff:192.0.2.1, into hexadecimal groups.
  const groups = new URL(`http://[${text}]/`).hostname.slice(1, -1);
  const [head = '', tail] = groups.split('::');
  const before = head ? head.split(':') : [];
  const after = tail ? tail.split(':') : [];
  const zeros = Array<string>(8 - before.length - after.length).fill('0');
  return Uint8Array.from(
    [...before, ...zeros, ...after].flatMap(group => [parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff]),
  );
}

/** The address in these octets as text (RFC 5952); undefined when they are neither 4 nor 16. */
export function ipAddressText(octets: Uint8Array): string | undefined {
  if (octets.length === 4) return octets.join('.');
  if (octets.length !== 16) return undefined;
  const groups = Array.from({ length: 8 }, (_, i) => ((octets[2 * i]! << 8) | octets[2 * i + 1]!).toString(16));
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1);
}
