import type { Test } from 'tap';
import { ConflictError, type ClientCertificate } from '../../../../server/store/index.ts';
import { addClient, administer, commit, newCertificate, newRoot, sampleEvent } from '../samples.ts';
import { type Open } from './opened.ts';

export function certificates(t: Test, open: Open): void {
  t.test('a certificate that was seen takes the issuers that came with it along', async t => {
    const { store, openAgain } = await open(t);
    const client = await addClient(store, 'vc');
    const issuers = [Buffer.from([1, 2, 3]), Buffer.alloc(0), Buffer.alloc(70_000, 7)];
    const certificate = newCertificate(client.id, { origin: 'seen', issuers });
    await administer(store, { kind: 'add certificate', certificate });
    for (const { directory } of [store, await openAgain()]) {
      t.same(await directory.clientByFingerprint(certificate.fingerprint), { client, certificate });
      t.same(await directory.certificates(client.id), [certificate]);
    }
  });

  t.test('whatever is added over one that was only seen takes its place, also for another client', async t => {
    const { store } = await open(t);
    const [one, two] = [await addClient(store, 'one'), await addClient(store, 'two')];
    const seen = newCertificate(one.id, { origin: 'seen', issuers: [Buffer.from('issuer')] });
    const seenByTwo: ClientCertificate = { ...seen, client: two.id, addedAt: new Date(20) };
    const pinned: ClientCertificate = { ...seen, origin: 'pinned', issuers: [], addedAt: new Date(30) };
    await administer(store, { kind: 'add certificate', certificate: seen });
    for (const certificate of [seenByTwo, pinned]) {
      await administer(store, { kind: 'add certificate', certificate });
      t.match(await store.directory.clientByFingerprint(seen.fingerprint), { certificate });
    }
    t.same(await store.directory.certificates(two.id), []);
    t.same(await store.directory.certificates(one.id), [pinned]);
    t.equal(
      await store.directory.formerCertificate(seen.fingerprint),
      undefined,
      'a record made better is not a former one',
    );
  });

  t.test(
    'of two first sights of a certificate for one client one is a conflict, so that it is recorded once',
    async t => {
      const { store, openAgain } = await open(t);
      const { id } = await addClient(store, 'vc');
      const certificate = newCertificate(id, { origin: 'seen' });
      const sight = (each: typeof store, addedAt: number) =>
        commit(each, unit => {
          unit.administer({ kind: 'add certificate', certificate: { ...certificate, addedAt: new Date(addedAt) } });
          unit.record(sampleEvent());
        });
      const results = await Promise.allSettled([sight(store, 1), sight(store, 2), sight(await openAgain(), 3)]);
      t.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
      for (const result of results) if (result.status === 'rejected') t.match(result.reason, { name: 'ConflictError' });
      t.equal((await store.directory.certificates(id)).length, 1);
      t.equal(await store.events.lastSeq(), 1);
    },
  );

  t.test('whatever is added over one that lets a client in is refused', async t => {
    const { store } = await open(t);
    const client = await addClient(store, 'vc');
    for (const origin of ['issued', 'pinned', 'signed'] as const) {
      const certificate = newCertificate(client.id, { origin });
      await administer(store, { kind: 'add certificate', certificate });
      for (const over of ['seen', 'pinned'] as const) {
        const other = { ...certificate, origin: over, addedAt: new Date(20) };
        await t.rejects(administer(store, { kind: 'add certificate', certificate: other }), ConflictError);
      }
      t.match(await store.directory.clientByFingerprint(certificate.fingerprint), { certificate });
    }
  });

  t.test(
    'one that was removed is remembered with the name and time of the newest removal, also when it is added again',
    async t => {
      const { store } = await open(t);
      const client = await addClient(store, 'old');
      const certificate = newCertificate(client.id);
      const { fingerprint } = certificate;
      await administer(store, { kind: 'add certificate', certificate });
      t.equal(await store.directory.formerCertificate(fingerprint), undefined);
      await administer(store, { kind: 'remove certificate', fingerprint, at: new Date(100) });
      const first = { fingerprint, clientName: 'old', removedAt: new Date(100) };
      t.same(await store.directory.formerCertificate(fingerprint), first);

      const next = await addClient(store, 'new');
      await administer(store, { kind: 'add certificate', certificate: { ...certificate, client: next.id } });
      t.same(await store.directory.formerCertificate(fingerprint), first, 'superseded earlier');
      await administer(store, { kind: 'remove certificate', fingerprint, at: new Date(200) });
      t.same(await store.directory.formerCertificate(fingerprint), {
        fingerprint,
        clientName: 'new',
        removedAt: new Date(200),
      });
    },
  );

  t.test('a client that is removed leaves its certificates as former ones and takes its roots along', async t => {
    const { store } = await open(t);
    const [client, other] = [await addClient(store, 'vc'), await addClient(store, 'other')];
    const its = (['pinned', 'seen'] as const).map(origin => newCertificate(client.id, { origin }));
    const others = newCertificate(other.id);
    await administer(
      store,
      ...[...its, others].map(certificate => ({ kind: 'add certificate', certificate }) as const),
      { kind: 'add root', root: newRoot(client.id) },
      { kind: 'remove client', id: client.id, at: new Date(100) },
    );
    for (const { fingerprint } of its) {
      t.same(await store.directory.formerCertificate(fingerprint), {
        fingerprint,
        clientName: 'vc',
        removedAt: new Date(100),
      });
      t.equal(await store.directory.clientByFingerprint(fingerprint), undefined);
    }
    t.equal(await store.directory.formerCertificate(others.fingerprint), undefined);
    t.same(await store.directory.roots(), []);
  });

  t.test('what cannot be removed is no former certificate', async t => {
    const { store } = await open(t);
    const certificate = newCertificate((await addClient(store, 'vc')).id);
    const { fingerprint } = certificate;
    const remove = { kind: 'remove certificate', fingerprint, at: new Date(100) } as const;
    await t.rejects(administer(store, remove), ConflictError);
    t.equal(await store.directory.formerCertificate(fingerprint), undefined);
  });
}
