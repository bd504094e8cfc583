import { isIP } from 'node:net';

/** The host addresses that stand anywhere in a text, or that it is: found without the code that keeps them out of events. */
export function addressesIn(text: string): string[] {
  const found = new Set<string>();
  for (const [token] of text.matchAll(/(?<![\w.:-])[0-9a-f:.]*[0-9a-f][0-9a-f:.]*(?![\w:-])/gi)) {
    const [address = '', withoutPort = ''] = [token.replace(/[.:]$/, ''), token.replace(/:\d+$/, '')];
    for (const candidate of [token, address, withoutPort]) if (isIP(candidate)) found.add(candidate);
  }
  return [...found];
}
