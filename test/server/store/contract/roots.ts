import type { Test } from 'tap';
import { ConflictError } from '../../../../server/store/index.ts';
import { addClient, administer, newCertificate, newRoot } from '../samples.ts';
import { type Open } from './opened.ts';

export function roots(t: Test, open: Open): void {
  t.test('roots come back as they were added, in that order, with their clients', async t => {
    const { store, openAgain } = await open(t);
    const [one, two] = [await addClient(store, 'z'), await addClient(store, 'a')];
    const first = newRoot(one.id, {
      issuers: [Buffer.from('between')],
      crls: [Buffer.from('list'), Buffer.alloc(100_000, 1)],
      subjectPattern: 'CN=vcenter-*, O=VMware',
      addedAt: new Date(50),
    });
    const second = newRoot(two.id, { addedAt: new Date(20) });
    // One authority may stand for several clients, each with a pattern of its own.
    const shared = { ...second, client: one.id, subjectPattern: 'CN=b' };
    for (const root of [first, second, shared]) await administer(store, { kind: 'add root', root });
    const expected = [
      { client: one, root: first },
      { client: two, root: second },
      { client: one, root: shared },
    ];
    for (const { directory } of [store, await openAgain()]) t.same(await directory.roots(), expected);
  });

  t.test('what a caller does to the list of roots is its own affair', async t => {
    const { store } = await open(t);
    const { id } = await addClient(store, 'vc');
    await administer(store, { kind: 'add root', root: newRoot(id) }, { kind: 'add root', root: newRoot(id) });
    (await store.directory.roots()).pop();
    t.equal((await store.directory.roots()).length, 2);
  });

  t.test('a root is taken once for a client, and needs one', async t => {
    const { store } = await open(t);
    const root = newRoot((await addClient(store, 'vc')).id);
    await administer(store, { kind: 'add root', root });
    await t.rejects(administer(store, { kind: 'add root', root: { ...root, der: Buffer.alloc(3) } }), ConflictError);
    await t.rejects(administer(store, { kind: 'add root', root: newRoot('nobody') }), ConflictError);
    t.match(await store.directory.roots(), [{ root }]);
  });

  t.test('revocation lists are replaced for that client alone', async t => {
    const { store } = await open(t);
    const [one, two] = [await addClient(store, 'one'), await addClient(store, 'two')];
    const root = newRoot(one.id, { crls: [Buffer.from('old')] });
    const { fingerprint } = root;
    await administer(store, { kind: 'add root', root }, { kind: 'add root', root: { ...root, client: two.id } });
    await store.directory.roots();
    const crls = [Buffer.from('new'), Buffer.from('newer')];
    await administer(store, { kind: 'set revocation lists', client: one.id, fingerprint, crls });
    t.same(
      (await store.directory.roots()).map(({ root }) => root.crls),
      [crls, root.crls],
    );
    for (const missing of [
      { client: 'nobody', fingerprint },
      { client: one.id, fingerprint: '00'.repeat(32) },
    ]) {
      await t.rejects(administer(store, { kind: 'set revocation lists', ...missing, crls: [] }), ConflictError);
      await t.rejects(administer(store, { kind: 'remove root', ...missing }), ConflictError);
    }
  });

  t.test('a root that is removed takes along what was seen of its client, and nothing else', async t => {
    const { store } = await open(t);
    const [one, two] = [await addClient(store, 'one'), await addClient(store, 'two')];
    const [gone, kept] = [newRoot(one.id), newRoot(one.id)];
    const pinned = newCertificate(one.id);
    const [seen, othersSeen] = [one, two].map(({ id }) => newCertificate(id, { origin: 'seen' }));
    await administer(
      store,
      { kind: 'add root', root: gone },
      { kind: 'add root', root: kept },
      ...[pinned, seen!, othersSeen!].map(certificate => ({ kind: 'add certificate', certificate }) as const),
    );
    t.ok(await store.directory.clientByFingerprint(seen!.fingerprint));
    await administer(store, { kind: 'remove root', client: one.id, fingerprint: gone.fingerprint });
    t.match(await store.directory.roots(), [{ root: kept }]);
    t.equal(await store.directory.clientByFingerprint(seen!.fingerprint), undefined);
    t.same(await store.directory.certificates(one.id), [pinned]);
    t.same(await store.directory.certificates(two.id), [othersSeen]);
  });

  t.test('the generation of the directory changes with what may change trust, and only then', async t => {
    const { store } = await open(t);
    const client = await addClient(store, 'vc');
    const certificate = newCertificate(client.id);
    const root = newRoot(client.id);
    const { fingerprint } = root;
    const [keyId, nonce] = ['k', 'n'];
    const moves = async (run: () => Promise<unknown>) => {
      const before = store.directory.generation();
      await run();
      return store.directory.generation() !== before;
    };
    t.ok(await moves(() => administer(store, { kind: 'add certificate', certificate })));
    t.ok(await moves(() => administer(store, { kind: 'add root', root })));
    t.ok(
      await moves(() => administer(store, { kind: 'set revocation lists', client: client.id, fingerprint, crls: [] })),
    );
    t.ok(await moves(() => administer(store, { kind: 'remove root', client: client.id, fingerprint })));
    const use = { kind: 'use nonce', keyId, nonce, until: new Date(9), now: new Date(1) } as const;
    t.notOk(await moves(() => administer(store, use)));
    t.notOk(await moves(() => administer(store, { kind: 'note expiry', fingerprint, days: 30 })));
    const seen = new Map([[certificate.fingerprint, { handshakeAt: new Date(5), requestAt: undefined }]]);
    t.notOk(await moves(() => store.sightings.note({ seen, refused: [] })));
    t.notOk(await moves(() => store.sightings.forgetRefused(fingerprint)));
    t.ok(
      await moves(() =>
        administer(
          store,
          { kind: 'note expiry', fingerprint, days: 7 },
          { kind: 'remove client', id: client.id, at: new Date(9) },
        ),
      ),
    );
  });
}
