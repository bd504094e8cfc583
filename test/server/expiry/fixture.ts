import { randomBytes } from 'node:crypto';
import {
  type Authority,
  createAuthority,
  issueClientCertificate,
  issueServerCertificate,
  parseCertificates,
} from '../../../certs/index.ts';
import { uuid } from '../../../server/randomness.ts';
import type { DirectoryChange, Store } from '../../../server/store/index.ts';

export const START = new Date('2026-11-22T07:30:00Z');
export const day = (days: number): Date => new Date(START.getTime() + days * 86_400_000);
const keyType = 'ECDSA P-256';

export const makeAuthority = (commonName: string, validityDays: number) =>
  createAuthority({ commonName, now: START, validityDays, keyType });
export const makeServer = (authority: Authority, validityDays: number, name = 'kms.example') =>
  issueServerCertificate({ authority, names: [name], now: START, validityDays, keyType });
export const makeClient = (authority: Authority, commonName: string, validityDays: number) =>
  issueClientCertificate({ authority, commonName, now: START, validityDays, keyType });
export const sha256Of = (pem: string): string => parseCertificates(pem)[0]!.sha256;

/** Adds a client to the first vault, with certificates. */
export async function addClient(
  store: Store,
  name: string,
  certificates: readonly { der: Uint8Array; origin: 'issued' | 'pinned' | 'signed' | 'seen' }[],
): Promise<string> {
  const [vault] = await store.directory.vaults();
  const id = uuid(randomBytes);
  await administer(
    store,
    { kind: 'add client', client: { id, name, vault: vault!.id, createdAt: START, credential: undefined } },
    ...certificates.map(({ der, origin }) => {
      const fingerprint = parseCertificates(der)[0]!.sha256;
      const certificate = { fingerprint, client: id, der, origin, issuers: [], addedAt: START };
      return { kind: 'add certificate', certificate } as const;
    }),
  );
  return id;
}

export async function administer(store: Store, ...changes: readonly DirectoryChange[]): Promise<void> {
  const unit = store.begin();
  for (const change of changes) unit.administer(change);
  await unit.commit();
}
