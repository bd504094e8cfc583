import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseCertificates, parseCrls } from '../../../certs/index.ts';
import type { Client, LastSeen, Store, TrustedRoot } from '../../store/index.ts';
import type { ShownClient, ShownClientCertificate, ShownClientInFull, ShownRoot } from '../protocol.ts';
import { shownCertificate } from '../shown-certificate.ts';
import { named, nothing } from './body-schema.ts';
import { loadClient } from './clients.ts';
import type { RowOf } from './request.ts';

export const clientList: RowOf<'client list'> = {
  action: 'hs-crypto.mtlscert-cert.list',
  deed: 'list',
  body: nothing,
  async run({ now, tell }, { store, effects }) {
    await effects?.flushSightings();
    const roots = await store.directory.roots();
    const clients: ShownClient[] = [];
    for (const client of await store.directory.clients()) {
      clients.push(await shownClient(store, client, roots, now));
      await nextTurn();
    }
    tell({ responseData: { count: clients.length } });
    return { answer: { clients } };
  },
};

/** Certificates that are read without letting the server's clients have a turn: some 5 ms. */
const AT_ONCE = 50;

/** Values of each attribute that are told, most frequent first. */
const PRODUCTS_MAX = 50;
/** What vCenter writes to its keys. */
const PRODUCT_ATTRIBUTES = ['x-Product', 'x-Product_Version'];

export const clientShow: RowOf<'client show'> = {
  action: 'hs-crypto.mtlscert-cert.read',
  deed: 'read',
  body: named,
  async run({ body: { name }, now, tell }, { store, effects }) {
    const client = await loadClient(store, name);
    await effects?.flushSightings();
    const shown = await shownClient(store, client, await store.directory.roots(), now);
    const { certificates, roots } = shown;
    tell({
      target: { id: client.id, name },
      requestData: { client: name, certificateId: [...certificates, ...roots].map(({ sha256 }) => sha256) },
    });
    const products: ShownClientInFull['products'][number][] = [];
    for (const attribute of PRODUCT_ATTRIBUTES) {
      const values = await store.directory.termValues(client.vault, attribute, PRODUCTS_MAX);
      products.push(...values.map(({ value, count }) => ({ attribute, value, keys: count })));
    }
    return {
      answer: {
        ...shown,
        lastHandshakeAt: latest(certificates.map(({ lastHandshakeAt }) => lastHandshakeAt)),
        lastRequestAt: latest(certificates.map(({ lastRequestAt }) => lastRequestAt)),
        keys: await store.directory.objectCount(client.vault),
        products,
      },
    };
  },
};

async function shownClient(
  { directory, sightings }: Store,
  { id, name, vault: vaultId, createdAt, credential }: Client,
  roots: readonly { client: Client; root: TrustedRoot }[],
  now: Date,
): Promise<ShownClient> {
  const certificates: ShownClientCertificate[] = [];
  for (const [index, { der, origin, addedAt, fingerprint }] of (await directory.certificates(id)).entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) await nextTurn();
    const seen = await sightings.lastSeen(fingerprint);
    certificates.push({
      ...shownCertificate(parseCertificates(der)[0]!, now),
      ...{ origin, addedAt: addedAt.toISOString() },
      lastHandshakeAt: timeOf(seen, 'handshakeAt'),
      lastRequestAt: timeOf(seen, 'requestAt'),
    });
  }
  return {
    ...{ name, id, createdAt: createdAt.toISOString(), certificates },
    vault: (await directory.vault(vaultId))?.name ?? vaultId,
    username: credential?.username ?? null,
    roots: roots.filter(({ client }) => client.id === id).map(({ root }) => shownRoot(root, now)),
  };
}

export const shownRoot = ({ der, subjectPattern, addedAt, crls }: TrustedRoot, now: Date): ShownRoot => ({
  ...shownCertificate(parseCertificates(der)[0]!, now),
  ...{ subjectPattern, addedAt: addedAt.toISOString() },
  crls: crls.flatMap(parseCrls).map(({ issuer, thisUpdate, nextUpdate, revoked }) => ({
    ...{ issuer, thisUpdate: thisUpdate.toISOString(), revoked: revoked.size },
    nextUpdate: nextUpdate?.toISOString() ?? null,
  })),
});

const timeOf = (seen: LastSeen | undefined, what: keyof LastSeen): string | null => seen?.[what]?.toISOString() ?? null;

/** Times of one form sort as text. */
const latest = (times: readonly (string | null)[]): string | null =>
  times.reduce((a, b) => (a === null || (b !== null && b > a) ? b : a), null);
