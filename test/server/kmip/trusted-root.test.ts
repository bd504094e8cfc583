import t, { type Test } from 'tap';
import { Operation } from '../../../kmip-codec/index.ts';
import { StoreUnavailable } from '../../../server/store/index.ts';
import { issueCrl, parseCertificates } from '../../../certs/index.ts';
import { runServer, type ClientIdentity, type ConnectOptions, type RunningTestServer } from '../running-server.ts';
import { issue, type Issued, withChain } from './authorities.ts';
import { between } from './between.ts';
import { createItem, endings, getItem, identifierIn } from './messages.ts';

/** `match` takes a text for a part of one, and Authentication Not Successful has this part. */
const SUCCESS = /^Success$/;

const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;
const DAY_MS = 86_400_000;
const REFUSED = 'Authentication Not Successful';

const root = issue({ commonName: 'CA', isAuthority: true });
const middle = issue({ commonName: 'issuing', isAuthority: true, issuer: root });
const leaf = issue({ commonName: 'vcenter', issuer: root });
const deepLeaf = issue({ commonName: 'esx', issuer: middle });

const fingerprintOf = ({ certificatePem }: ClientIdentity) => parseCertificates(certificatePem)[0]!.sha256;

/** A whole connection with one request. */
async function visit(server: RunningTestServer, identity: ClientIdentity, options: ConnectOptions = {}) {
  const client = await server.connect(identity, options);
  let session: Buffer | undefined;
  client.socket.on('session', given => (session = given));
  const { batchItems = [] } = await client.batch([createItem()]);
  const isReused = client.socket.isSessionReused();
  session ??= client.socket.getSession();
  await client.close();
  return { result: endings({ batchItems } as never).join(), message: batchItems[0]?.resultMessage, isReused, session };
}

const firstSights = async (server: RunningTestServer) =>
  (await server.events()).filter(({ action }) => action === 'hs-crypto.mtlscert-cert.set');

/** Refused, with the event and the entry among the refused clients that say why. */
async function isRefused(
  t: Test,
  server: RunningTestServer,
  identity: ClientIdentity,
  { told, cause, remedy }: { told: string; cause: string; remedy: RegExp },
) {
  const { result, message } = await visit(server, identity);
  t.equal(result, REFUSED);
  t.equal(message, `authentication by certificate: ${told}`, 'the client is told this and no more');
  const event = (await server.events()).at(-1);
  t.match(event, {
    action: 'hs-crypto.kmip-key.default',
    severity: 'critical',
    reason: { reasonCode: 401, reasonForFailure: remedy },
    responseData: { resultMessage: message },
  });
  t.match(event?.message, `authentication by certificate: ${cause}`);
  t.notMatch(JSON.stringify(event), /CN=|VMware/, 'no subject in the event');
  await server.flushSightings();
  const [latest] = await server.store.sightings.refused();
  t.match(latest, { fingerprint: fingerprintOf(identity), cause });
}

for (const version of VERSIONS) {
  t.test(
    `a root lets in what it signed, by intermediates presented or given, also when a session is resumed (${version})`,
    async t => {
      const options: ConnectOptions = { minVersion: version, maxVersion: version };
      const ways: [string, ClientIdentity, readonly Issued[]][] = [
        ['signed by the root itself', leaf, []],
        ['intermediate presented', withChain(deepLeaf, middle), []],
        ['intermediate and root presented, in a wrong order', withChain(deepLeaf, root, middle, middle), []],
        ['intermediate given with the root', deepLeaf, [middle]],
      ];
      for (const [what, identity, given] of ways) {
        const server = await runServer(t);
        const client = await server.addRoot('vmca', { root: root.der, issuers: given.map(({ der }) => der) });
        const first = await visit(server, identity, options);
        t.match(first, { result: SUCCESS, isReused: false }, what);
        const second = await visit(server, identity, { ...options, session: first.session! });
        t.match(second, { result: SUCCESS, isReused: true }, `${what}: resumed`);
        // What the server remembers of it has to be judged again after this.
        await server.addRoot('another', { root: middle.der, subjectPattern: 'CN=nobody' });
        const third = await visit(server, identity, { ...options, session: (second.session ?? first.session)! });
        t.match(third, { result: SUCCESS, isReused: true }, `${what}: resumed after a change of roots`);
        const initiators = new Set((await server.events()).map(({ initiator }) => `${initiator.id} ${initiator.name}`));
        t.same([...initiators], [`CertificateID-${fingerprintOf(identity)} vmca`]);
        t.match(await server.store.directory.certificates(client.id), [
          { origin: 'seen', fingerprint: fingerprintOf(identity) },
        ]);
      }
    },
  );
}

t.test('after a restart a certificate is known by the issuers that were kept since its first sight', async t => {
  const server = await runServer(t);
  const { id } = await server.addRoot('vmca', { root: root.der });
  t.match(await visit(server, withChain(deepLeaf, middle)), { result: SUCCESS });
  const [seen] = await server.store.directory.certificates(id);
  t.same(
    seen?.issuers.map(issuer => Buffer.from(issuer)),
    [middle.der],
  );
  await server.stop();
  const again = await runServer(t, { folder: server.folder });
  t.match(await visit(again, deepLeaf), { result: SUCCESS }, 'though it presents none now');
});

t.test('a certificate without a path, of another subject or of another authority is refused', async t => {
  const server = await runServer(t);
  await server.addRoot('vmca', { root: root.der, subjectPattern: 'O=VMware, CN=e*' });
  await isRefused(t, server, deepLeaf, {
    told: 'unknown certificate',
    cause: 'no path to a trusted root',
    remedy: /rule "no path to a trusted root".*authorities between/,
  });
  await isRefused(t, server, leaf, {
    told: 'unknown certificate',
    cause: 'unknown certificate',
    remedy: /kmipd client add/,
  });
  const impostor = issue({ commonName: 'CA', isAuthority: true });
  await isRefused(t, server, withChain(issue({ commonName: 'esx', issuer: impostor }), impostor), {
    told: 'certificate not accepted',
    cause: 'bad signature',
    remedy: /rule "bad signature".*not the authority that it names/,
  });
  t.same(await firstSights(server), []);
});

t.test('time passes: a certificate that expires is refused with the next message of an open connection', async t => {
  const server = await runServer(t);
  await server.addRoot('vmca', { root: root.der });
  const short = issue({ commonName: 'short', issuer: root, notAfter: new Date(Date.now() + DAY_MS) });
  const late = issue({ commonName: 'late', issuer: root, notBefore: new Date(Date.now() + DAY_MS) });
  const client = await server.connect(short);
  t.same(endings(await client.batch([createItem()])), ['Success']);
  await isRefused(t, server, late, { told: 'certificate not yet valid', cause: 'not yet valid', remedy: /clocks/ });
  server.clock.later(2 * 86_400);
  t.same(endings(await client.batch([createItem()])), [REFUSED]);
  t.equal(await client.nextMessage(), undefined);
  await isRefused(t, server, short, { told: 'expired certificate', cause: 'expired', remedy: /Renew/ });
  t.match(await visit(server, late), { result: SUCCESS });
});

const crlOf = async (now: Date, revoked: readonly Issued[] = [], validityDays = 1) => {
  const { der } = await issueCrl({
    authority: root,
    revoked: revoked.map(({ der }) => ({ serialNumber: parseCertificates(der)[0]!.serialNumber, revokedAt: now })),
    now,
    validityDays,
  });
  return der;
};

t.test('a revocation list refuses whom it names, on open connections and resumed sessions too', async t => {
  const server = await runServer(t);
  const now = new Date();
  const vmca = await server.addRoot('vmca', { root: root.der, crls: [await crlOf(now)] });
  const first = await visit(server, leaf);
  t.match(first, { result: SUCCESS });
  const other = issue({ commonName: 'other', issuer: root });
  const [open, others] = [await server.connect(leaf), await server.connect(other)];
  for (const client of [open, others]) t.same(endings(await client.batch([createItem()])), ['Success']);
  await server.administer({
    kind: 'set revocation lists',
    client: vmca.id,
    fingerprint: vmca.rootFingerprint,
    crls: [await crlOf(new Date(now.getTime() + 1000), [leaf])],
  });
  t.same(await server.trustChanged(), { connectionsCut: 1 });
  t.equal(await open.nextMessage(), undefined);
  t.match(await visit(server, leaf, { session: first.session! }), { result: REFUSED, isReused: false });
  await isRefused(t, server, leaf, { told: 'certificate not accepted', cause: 'revoked', remedy: /rule "revoked"/ });
  t.same(endings(await others.batch([createItem()])), ['Success']);
});

t.test('a revocation list past its next update refuses its clients, or does not, as trust.staleCrl says', async t => {
  for (const staleCrl of ['refuse', 'accept'] as const) {
    const server = await runServer(t, { settings: { 'trust.staleCrl': staleCrl } });
    await server.addRoot('vmca', { root: root.der, crls: [await crlOf(new Date(), [], 1)] });
    const client = await server.connect(leaf);
    t.same(endings(await client.batch([createItem()])), ['Success']);
    server.clock.later(2 * 86_400);
    if (staleCrl === 'accept') {
      t.same(endings(await client.batch([createItem()])), ['Success'], staleCrl);
      continue;
    }
    t.same(endings(await client.batch([createItem()])), [REFUSED], staleCrl);
    await isRefused(t, server, leaf, {
      told: 'certificate not accepted',
      cause: 'revocation list out of date',
      remedy: /rule "revocation list out of date"/,
    });
  }
});

t.test('the root of a client opens its vault and no other', async t => {
  const server = await runServer(t);
  const otherRoot = issue({ commonName: 'other CA', isAuthority: true });
  await server.addRoot('one', { root: root.der, vault: 'one' });
  await server.addRoot('two', { root: otherRoot.der, vault: 'two' });
  const [a, b] = [await server.connect(leaf), await server.connect(issue({ commonName: 'x', issuer: otherRoot }))];
  const { batchItems } = await a.batch([createItem()]);
  const get = getItem(identifierIn(batchItems![0]));
  t.same(endings(await a.batch([get])), ['Success']);
  t.same(endings(await b.batch([get])), ['Item Not Found']);
});

t.test(
  'two clients with one root are told apart by subject, and a certificate that is pinned is its client’s',
  async t => {
    const server = await runServer(t);
    await server.addRoot('all', { root: root.der, subjectPattern: 'CN=v*' });
    await server.addRoot('hosts', { root: root.der, issuers: [middle.der], subjectPattern: 'CN=esx*' });
    const pinned = issue({ commonName: 'vpinned', issuer: root });
    await server.addClient('pinned', { identity: pinned });
    for (const one of [leaf, deepLeaf, pinned]) t.match(await visit(server, one), { result: SUCCESS });
    t.same(
      (await server.events()).filter(({ action }) => action.endsWith('create')).map(({ initiator }) => initiator.name),
      ['all', 'hosts', 'pinned'],
    );
  },
);

t.test(
  'a certificate is recorded at its first sight, once, before it is answered, however many connections it makes',
  async t => {
    const server = await runServer(t);
    const { id, rootFingerprint } = await server.addRoot('vmca', { root: root.der });
    const clients = await Promise.all([...Array(20).keys()].map(() => server.connect(withChain(deepLeaf, middle))));
    const results = await Promise.all(clients.map(client => client.batch([createItem()])));
    t.same(new Set(results.flatMap(endings)), new Set(['Success']));
    const fingerprint = fingerprintOf(deepLeaf);
    const events = await server.events();
    t.match(events[0], {
      action: 'hs-crypto.mtlscert-cert.set',
      outcome: 'success',
      severity: 'critical',
      initiator: { id: `CertificateID-${fingerprint}`, name: 'vmca', credential: { type: 'certificate' } },
      requestData: { certificateId: fingerprint },
      responseData: { action: 'first seen, let in by a trusted root', root: rootFingerprint },
    });
    t.equal((await firstSights(server)).length, 1);
    t.match(await server.store.directory.certificates(id), [{ fingerprint, origin: 'seen', der: deepLeaf.der }]);
    await visit(server, withChain(deepLeaf, middle));
    t.equal((await firstSights(server)).length, 1);
    await visit(server, leaf);
    t.equal((await firstSights(server)).length, 2);
  },
);

t.test('whose first sight cannot be recorded is not let in, not even to what leaves no event', async t => {
  let isBroken = true;
  const server = await runServer(t, {
    store: store =>
      between(store, {
        begin() {
          const unit = store.begin();
          unit.administer = () => {
            unit.commit = () => Promise.reject(new StoreUnavailable('no room', { isFull: true }));
          };
          return isBroken ? unit : store.begin();
        },
      }),
  });
  await server.addRoot('vmca', { root: root.der });
  const query = { operation: Operation.DiscoverVersions, requestPayload: {} } as const;
  const known = await server.connect(await server.addClient('known'));
  t.same(endings(await known.batch([query])), ['Success']);
  const client = await server.connect(leaf);
  t.same(endings(await client.batch([query])), ['General Failure']);
  isBroken = false;
  t.same(endings(await client.batch([query])), ['Success']);
  t.equal((await firstSights(server)).length, 1);
});

t.test('a change of trust records nobody who does not come', async t => {
  const server = await runServer(t);
  const vmca = await server.addRoot('vmca', { root: root.der });
  const client = await server.connect(leaf);
  t.same(endings(await client.batch([createItem()])), ['Success']);
  await server.administer({ kind: 'remove certificate', fingerprint: fingerprintOf(leaf), at: new Date() });
  t.same(await server.trustChanged(), { connectionsCut: 0 }, 'its root lets it in as before');
  t.same(await server.store.directory.certificates(vmca.id), []);
  t.same(endings(await client.batch([createItem()])), ['Success']);
  t.equal((await firstSights(server)).length, 2, 'and it is recorded when it asks');
});

t.test('to have been seen lets nobody in: when the root goes, all whom it let in are cut', async t => {
  const server = await runServer(t);
  const vmca = await server.addRoot('vmca', { root: root.der });
  const client = await server.connect(leaf);
  t.same(endings(await client.batch([createItem()])), ['Success']);
  await server.administer({ kind: 'remove root', client: vmca.id, fingerprint: vmca.rootFingerprint });
  t.same(await server.trustChanged(), { connectionsCut: 1 });
  t.equal(await client.nextMessage(), undefined);
  t.match(await visit(server, leaf), { result: REFUSED });
  const seen = { fingerprint: fingerprintOf(leaf), client: vmca.id, der: leaf.der, issuers: [], addedAt: new Date() };
  await server.administer({ kind: 'add certificate', certificate: { ...seen, origin: 'seen' } });
  t.match(await visit(server, leaf), { result: REFUSED, message: /unknown certificate/ });
});
