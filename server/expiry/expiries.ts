import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type Certificate,
  parseCertificates,
  parseCrls,
  type RevocationList,
  sha256Fingerprint,
} from '../../certs/index.ts';
import type { Client, Store, TrustedRoot } from '../store/index.ts';
import { daysLeft, type Expiry, listThresholdAt, thresholdAt } from './expiry.ts';

/** Where the server's own certificates are read; both may hold a chain. */
export interface OwnCertificates {
  server(): Promise<{ readonly certificatePem: string | Uint8Array }>;
  authority(): Promise<{ readonly certificatePem: string | Uint8Array }>;
}

/** Certificates that are read without letting others have a turn: about 10 ms. */
const AT_ONCE = 100;

/**
 * Everything that ends: the server's certificate and the authorities that stand above it, our authority, every client's
 * certificates, every trusted root and its revocation lists. Soonest end first. Of the certificates that a root let in, the
 * record that ends last counts for each subject: the earlier ones have been replaced.
 */
export async function expiries(
  { directory }: Pick<Store, 'directory'>,
  files: OwnCertificates,
  now: Date,
): Promise<Expiry[]> {
  const found: Expiry[] = [];
  const [served, ...aboveServer] = parseCertificates((await files.server()).certificatePem);
  const authorities = [...parseCertificates((await files.authority()).certificatePem), ...aboveServer];
  if (served) found.push(ofCertificate('server', '', served, now));
  const bySha256 = new Map(authorities.map(authority => [authority.sha256, authority]));
  for (const authority of bySha256.values()) found.push(ofCertificate('authority', '', authority, now));
  for (const client of await directory.clients()) found.push(...(await ofClient(client, directory, now)));
  for (const { client, root } of await directory.roots()) found.push(...ofRoot(client, root, now));
  return found.sort((a, b) => (a.notAfter < b.notAfter ? -1 : a.notAfter > b.notAfter ? 1 : 0));
}

function ofCertificate(kind: Expiry['kind'], name: string, certificate: Certificate, now: Date): Expiry {
  const { sha256, subject, notAfter } = certificate;
  return {
    ...{ kind, name, sha256, subject },
    notAfter: notAfter.toISOString(),
    daysLeft: daysLeft(notAfter, now),
    within: thresholdAt(notAfter, now),
  };
}

async function ofClient(client: Client, directory: Store['directory'], now: Date): Promise<Expiry[]> {
  const found: Expiry[] = [];
  const lastSeen = new Map<string, Expiry>();
  for (const [index, { der, origin }] of (await directory.certificates(client.id)).entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) await nextTurn();
    for (const certificate of parseCertificates(der)) {
      const expiry = ofCertificate('client', client.name, certificate, now);
      const other = lastSeen.get(expiry.subject);
      if (origin !== 'seen') found.push(expiry);
      else if (other === undefined || other.notAfter < expiry.notAfter) lastSeen.set(expiry.subject, expiry);
    }
  }
  return [...found, ...lastSeen.values()];
}

function ofRoot(client: Client, { der, crls }: TrustedRoot, now: Date): Expiry[] {
  const found = parseCertificates(der).map(root => ofCertificate('root', client.name, root, now));
  // An issuer may have a list for each scope; of several of one scope the newest counts.
  const newest = new Map<string, RevocationList>();
  for (const list of crls.flatMap(crl => parseCrls(crl))) {
    const key = `${list.scope} ${list.issuer}`;
    const other = newest.get(key);
    if (other === undefined || other.thisUpdate < list.thisUpdate) newest.set(key, list);
  }
  return [...found, ...[...newest.values()].flatMap(list => ofList(client.name, list, now))];
}

function ofList(name: string, { der, issuer, thisUpdate, nextUpdate }: RevocationList, now: Date): Expiry[] {
  if (nextUpdate === undefined) return [];
  return [
    {
      ...{ kind: 'revocation list', name, sha256: sha256Fingerprint(der), subject: issuer },
      notAfter: nextUpdate.toISOString(),
      daysLeft: daysLeft(nextUpdate, now),
      within: listThresholdAt(thisUpdate, nextUpdate, now),
    },
  ];
}
