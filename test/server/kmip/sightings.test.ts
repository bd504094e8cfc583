import { setTimeout as wait } from 'node:timers/promises';
import t from 'tap';
import { sha256Fingerprint } from '../../../certs/index.ts';
import { Sightings } from '../../../server/kmip/index.ts';
import type { Sightings as Noted, SightingKeeper, Store } from '../../../server/store/index.ts';
import { selfSigned } from '../../certs/material.ts';
import { runServer, type ClientIdentity, type RunningTestServer } from '../running-server.ts';
import { issue, withChain } from './authorities.ts';
import { between } from './between.ts';
import { createItem, endings } from './messages.ts';

/** A connection whose handshake has ended on the server's side too, which in TLS 1.3 is later than on the client's. */
async function arrived(server: RunningTestServer, identity: ClientIdentity) {
  const before = server.connections;
  const client = await server.connect(identity);
  while (server.connections === before) await wait(1);
  return client;
}

t.test('a certificate that is refused is remembered, once for each connection, with or without a message', async t => {
  const server = await runServer(t);
  const root = issue({ commonName: 'CA', isAuthority: true });
  const stranger = issue({ commonName: 'stranger', issuer: root });
  const another = await selfSigned({ commonName: 'another' });
  const start = server.clock.now();
  server.clock.set(start);
  await (await server.connect(withChain(stranger, root))).close();
  server.clock.later(60);
  const talking = await server.connect(withChain(stranger, root));
  t.same(endings(await talking.batch([createItem()])), ['Authentication Not Successful']);
  await talking.close();
  server.clock.later(60);
  const abrupt = await arrived(server, withChain(stranger, root));
  abrupt.socket.destroy();
  await abrupt.closed;
  await (await server.connect(another)).close();
  await (await server.connect()).close();
  await server.flushSightings();
  const refused = await server.store.sightings.refused();
  t.same(
    new Set(refused.map(({ fingerprint }) => fingerprint)),
    new Set([stranger, another].map(({ der }) => sha256Fingerprint(der))),
    'who has no certificate is not among them',
  );
  t.match(
    refused.find(({ fingerprint }) => fingerprint === sha256Fingerprint(stranger.der)),
    {
      cause: 'unknown certificate',
      count: 3,
      firstAt: start,
      lastAt: new Date(start.getTime() + 120_000),
      der: stranger.der,
      issuers: [root.der],
    },
  );
});

t.test('a known client with a certificate that has expired is among the refused', async t => {
  const server = await runServer(t);
  const client = await server.addClient('a');
  server.clock.later(400 * 86_400);
  await (await server.connect(client)).close();
  await server.flushSightings();
  t.match(await server.store.sightings.refused(), [{ fingerprint: client.fingerprint, cause: 'expired certificate' }]);
});

t.test('the last handshake and the last request of each certificate are kept, and survive a restart', async t => {
  const server = await runServer(t);
  const [a, b] = [await server.addClient('a'), await server.addClient('b')];
  const at = server.clock.now();
  server.clock.set(at);
  const client = await arrived(server, a);
  await client.batch([createItem()]);
  await (await server.connect(b)).close();
  server.clock.later(60);
  await client.batch([createItem()]);
  server.clock.later(60);
  await arrived(server, a);
  await server.flushSightings();
  const seconds = (n: number) => new Date(at.getTime() + n * 1000);
  t.same(await server.store.sightings.lastSeen(a.fingerprint), { handshakeAt: seconds(120), requestAt: seconds(60) });
  t.same(await server.store.sightings.lastSeen(b.fingerprint), { handshakeAt: at, requestAt: undefined });
  server.clock.later(60);
  await client.batch([createItem()]);
  await server.stop();
  const again = await runServer(t, { folder: server.folder });
  t.same(await again.store.sightings.lastSeen(a.fingerprint), { handshakeAt: seconds(120), requestAt: seconds(180) });
});

/** A store that keeps sightings another way. */
const noting = (keeper: (store: Store) => Pick<SightingKeeper, 'note'>) => (store: Store) =>
  between(store, { sightings: { ...store.sightings, ...keeper(store) } });

t.test('a store that cannot take them loses nothing else, and it is said once', async t => {
  let isBroken = true;
  let tries = 0;
  const server = await runServer(t, {
    store: noting(store => ({
      note(sightings) {
        tries++;
        return isBroken ? Promise.reject(new Error('no room')) : store.sightings.note(sightings);
      },
    })),
  });
  const client = await server.connect(await server.addClient('a'));
  const warnings = () => server.logged.filter(({ level }) => level === 'warn').length;
  for (let i = 0; i < 3; i++) {
    t.same(endings(await client.batch([createItem()])), ['Success']);
    await server.flushSightings();
  }
  t.equal(tries, 3);
  t.equal(warnings(), 1);
  isBroken = false;
  await client.batch([createItem()]);
  await server.flushSightings();
  isBroken = true;
  await client.batch([createItem()]);
  await server.flushSightings();
  t.equal(warnings(), 2, 'once each time that it begins');
});

const log = { error() {}, warn() {}, info() {}, debug() {}, trace() {} };
const peerOf = (der: Uint8Array, issuers: Uint8Array[] = []) => ({
  der,
  issuers,
  fingerprint: sha256Fingerprint(der),
  initiatorId: '',
  validity: undefined,
});

t.test('what is gathered between two writes is bounded', async t => {
  const noted: Noted[] = [];
  const keeper = { note: (one: Noted) => Promise.resolve(void noted.push(one)) } as unknown as SightingKeeper;
  const sightings = new Sightings(keeper, log);
  const now = new Date();
  for (let i = 0; i < 5000; i++) sightings.refused(peerOf(Buffer.from(`certificate ${i}`)), 'unknown certificate', now);
  for (let i = 0; i < 5000; i++) sightings.refused(peerOf(Buffer.from('certificate 7')), 'unknown certificate', now);
  sightings.refused(peerOf(Buffer.alloc(100_000)), 'unknown certificate', now);
  await sightings.flush();
  t.equal(noted[0]?.refused.length, 2000);
  t.equal(noted[0]?.refused[7]?.count, 5001);
  sightings.refused(peerOf(Buffer.alloc(100_000)), 'unknown certificate', now);
  sightings.refused(peerOf(Buffer.alloc(1000), [Buffer.alloc(50_000)]), 'unknown certificate', now);
  await sightings.flush();
  t.match(
    noted[1]?.refused,
    [{ issuers: [], der: Buffer.alloc(1000) }],
    'a certificate beyond all measure is not kept',
  );
  await sightings.flush();
  t.equal(noted.length, 2, 'nothing is written when there is nothing');
});

t.test('they are written within about a second by themselves, and not with every request', async t => {
  let writes = 0;
  const server = await runServer(t, {
    store: noting(() => ({ note: () => Promise.resolve(void writes++) })),
  });
  const client = await server.connect(await server.addClient('a'));
  const start = performance.now();
  while (performance.now() - start < 1500) await client.batch([createItem()]);
  t.ok(writes >= 1 && writes <= 2, `${writes} writes in a second and a half`);
});
