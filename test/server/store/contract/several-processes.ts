import type { Test } from 'tap';
import { ConflictError, type DirectoryChange } from '../../../../server/store/index.ts';
import {
  addClient,
  addObject,
  addVault,
  administer,
  commit,
  newCertificate,
  newClient,
  newRoot,
  sampleEvent,
} from '../samples.ts';
import { settled, type Open } from './opened.ts';
import { all } from './queries.ts';

export function severalProcesses(t: Test, open: Open): void {
  t.test('what one commits the other sees at once', async t => {
    const { store, openAgain } = await open(t);
    const others = await openAgain();
    const vault = await addVault(store);
    const uniqueIdentifier = await addObject(others, vault, { terms: [{ name: 'a', value: 1 }] });
    t.ok(await store.begin().find(vault, uniqueIdentifier));
    t.equal((await store.begin().search(vault, all({ name: 'a', equals: 1 }))).located, 1);
  });

  t.test('a client that another process adds or removes is known or unknown with the next turn', async t => {
    const { store, openAgain } = await open(t);
    const others = await openAgain();
    const client = newClient(await addVault(store), 'vc');
    const certificate = newCertificate(client.id);
    const known = async () => {
      await new Promise(resolve => setTimeout(resolve));
      return (await store.directory.clientByFingerprint(certificate.fingerprint))?.client.name;
    };
    t.equal(await known(), undefined);
    await commit(others, unit => {
      unit.administer({ kind: 'add client', client });
      unit.administer({ kind: 'add certificate', certificate });
    });
    t.equal(await known(), 'vc');
    t.equal(await known(), 'vc', 'asked again');
    const { fingerprint } = certificate;
    await commit(others, unit => unit.administer({ kind: 'remove certificate', fingerprint, at: new Date(9) }));
    t.equal(await known(), undefined);
  });

  t.test('a root that another process adds, changes or removes is known as it is with the next turn', async t => {
    const { store, openAgain } = await open(t);
    const others = await openAgain();
    const root = newRoot((await addClient(store, 'vc')).id);
    const { client, fingerprint } = root;
    const nextTurn = () => new Promise(resolve => setTimeout(resolve));
    const known = async () => {
      await nextTurn();
      return (await store.directory.roots()).map(({ root }) => root.crls.length);
    };
    t.same(await known(), []);
    await administer(others, { kind: 'add root', root });
    t.same(await known(), [0]);
    const before = store.directory.generation();
    await nextTurn();
    t.equal(store.directory.generation(), before);
    await administer(others, { kind: 'set revocation lists', client, fingerprint, crls: [Buffer.from('list')] });
    t.same(await known(), [1]);
    t.not(store.directory.generation(), before);
    await administer(others, { kind: 'remove root', client, fingerprint });
    t.same(await known(), []);
  });

  t.test('of two processes that change the same trust one gets a conflict', async t => {
    const { store, openAgain } = await open(t);
    const others = await openAgain();
    const certificate = newCertificate((await addClient(store, 'vc')).id);
    const { fingerprint } = certificate;
    const both = (change: DirectoryChange) => Promise.allSettled([store, others].map(each => administer(each, change)));
    for (const change of [
      { kind: 'add certificate', certificate },
      { kind: 'remove certificate', fingerprint, at: new Date(9) },
    ] as const) {
      const results = await both(change);
      t.match(
        results.find(({ status }) => status === 'rejected'),
        { reason: { name: 'ConflictError' } },
        change.kind,
      );
      t.ok(results.some(({ status }) => status === 'fulfilled'));
    }
  });

  t.test('a conflict is seen across processes', async t => {
    const { store, openAgain } = await open(t);
    const others = await openAgain();
    const vault = await addVault(store);
    const uniqueIdentifier = await addObject(store, vault);
    const unit = store.begin();
    unit.update((await unit.find(vault, uniqueIdentifier))!, { state: 3 });
    await commit(others, async other => {
      other.update((await other.find(vault, uniqueIdentifier))!, { state: 2 });
    });
    await t.rejects(unit.commit(), ConflictError);
  });

  t.test('events of both are numbered without gaps, and the other is called back', async t => {
    const { store, openAgain } = await open(t);
    const others = await openAgain();
    let calls = 0;
    const stop = others.events.onCommitted(() => calls++);
    t.teardown(stop);
    const stores = [store, others, store, store, others, others];
    await Promise.all(stores.map(each => commit(each, unit => unit.record(sampleEvent()))));
    t.same(
      (await store.events.after(0, 10)).map(({ seq }) => seq),
      [1, 2, 3, 4, 5, 6],
    );
    await settled(() => calls > 0);
    const before = calls;
    await commit(store, unit => unit.record(sampleEvent()));
    await settled(() => calls > before);
    t.ok(calls > before, 'for an event of the other process');
  });
}
