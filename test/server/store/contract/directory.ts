import { randomBytes, randomUUID } from 'node:crypto';
import type { Test } from 'tap';
import { ConflictError, type Store } from '../../../../server/store/index.ts';
import { addObject, addVault, commit, newCertificate, newClient, sampleObject } from '../samples.ts';
import { type Open } from './opened.ts';

export function directory(t: Test, open: Open): void {
  t.test('vaults, clients and certificates come back as they were added', async t => {
    const { store } = await open(t);
    const vault = { id: randomUUID(), name: 'b', createdAt: new Date(5), wrappedKey: randomBytes(61) };
    const client = newClient(vault.id, 'vc', { credential: { username: 'u', passwordHash: 'h' } });
    const plain = newClient(vault.id, 'another');
    const certificate = newCertificate(client.id);
    await commit(store, unit => {
      unit.administer({ kind: 'add vault', vault });
      unit.administer({ kind: 'add client', client });
      unit.administer({ kind: 'add client', client: plain });
      unit.administer({ kind: 'add certificate', certificate });
    });
    const second = await addVault(store, 'a');
    t.same(
      (await store.directory.vaults()).map(({ id }) => id),
      [second, vault.id],
      'by name',
    );
    t.same(await store.directory.vault(vault.id), vault);
    t.same(await store.directory.vaultNamed('b'), vault);
    t.equal(await store.directory.vault(randomUUID()), undefined);
    t.equal(await store.directory.vaultNamed('c'), undefined);
    t.same(await store.directory.clients(), [plain, client]);
    t.same(await store.directory.clientNamed('vc'), client);
    t.equal(await store.directory.clientNamed('none'), undefined);
    t.same(await store.directory.certificates(client.id), [certificate]);
    t.same(await store.directory.certificates(plain.id), []);
    t.same(await store.directory.clientByFingerprint(certificate.fingerprint), { client, certificate });
    t.equal(await store.directory.clientByFingerprint('00'.repeat(32)), undefined);
  });

  t.test('names, ids and fingerprints are taken once', async t => {
    const { store } = await open(t);
    const vault = await addVault(store, 'v');
    const client = newClient(vault, 'c');
    const certificate = newCertificate(client.id);
    await commit(store, unit => {
      unit.administer({ kind: 'add client', client });
      unit.administer({ kind: 'add certificate', certificate });
    });
    await t.rejects(addVault(store, 'v'), ConflictError);
    const again = newClient(vault, 'c');
    await t.rejects(
      commit(store, unit => unit.administer({ kind: 'add client', client: again })),
      ConflictError,
    );
    await t.rejects(
      commit(store, unit => unit.administer({ kind: 'add certificate', certificate })),
      ConflictError,
    );
  });

  t.test('a credential takes the place of the one before; not that of a client which is gone', async t => {
    const { store } = await open(t);
    const vault = await addVault(store, 'v');
    const client = newClient(vault, 'c');
    const other = newClient(vault, 'other', { credential: { username: 'o', passwordHash: 'p' } });
    await commit(store, unit => {
      unit.administer({ kind: 'add client', client });
      unit.administer({ kind: 'add client', client: other });
    });
    for (const credential of [
      { username: 'u', passwordHash: 'h' },
      { username: 'v', passwordHash: 'i' },
    ]) {
      const before = store.directory.generation();
      await commit(store, unit => unit.administer({ kind: 'set credential', client: client.id, credential }));
      t.same(await store.directory.clientNamed('c'), { ...client, credential });
      t.not(store.directory.generation(), before, 'who remembers clients asks again');
    }
    t.same(await store.directory.clientNamed('other'), other);
    const credential = { username: 'u', passwordHash: 'h' };
    await t.rejects(
      commit(store, unit => unit.administer({ kind: 'set credential', client: randomUUID(), credential })),
      ConflictError,
    );
  });

  t.test('a removed client takes its certificates along; what is gone cannot be removed again', async t => {
    const { store } = await open(t);
    const client = newClient(await addVault(store), 'c');
    const [one, two] = [newCertificate(client.id), newCertificate(client.id)];
    await commit(store, unit => {
      unit.administer({ kind: 'add client', client });
      unit.administer({ kind: 'add certificate', certificate: one });
      unit.administer({ kind: 'add certificate', certificate: two });
    });
    const removeOne = { kind: 'remove certificate', fingerprint: one.fingerprint, at: new Date(9) } as const;
    await commit(store, unit => unit.administer(removeOne));
    t.same(await store.directory.certificates(client.id), [two]);
    await t.rejects(
      commit(store, unit => unit.administer(removeOne)),
      ConflictError,
    );
    const remove = { kind: 'remove client', id: client.id, at: new Date(9) } as const;
    await commit(store, unit => unit.administer(remove));
    t.same(await store.directory.clients(), []);
    t.equal(await store.directory.clientByFingerprint(two.fingerprint), undefined);
    await t.rejects(
      commit(store, unit => unit.administer(remove)),
      ConflictError,
    );
    await t.rejects(
      commit(store, unit => unit.administer({ kind: 'add certificate', certificate: newCertificate(client.id) })),
      ConflictError,
    );
  });

  t.test('a vault and its first object can be added in one unit', async t => {
    const { store } = await open(t);
    const vault = { id: randomUUID(), name: 'v', createdAt: new Date(5), wrappedKey: randomBytes(61) };
    const object = sampleObject(vault.id);
    await commit(store, unit => {
      unit.insert(object);
      unit.administer({ kind: 'add vault', vault });
    });
    t.ok(await store.directory.object(object.uniqueIdentifier));
  });

  t.test('objects are found by how their Unique Identifiers begin', async t => {
    const { store } = await open(t);
    const vault = await addVault(store);
    const ids = ['5d6b1f8e-1', '5d6b1f8e-2', '5d6b1f8f', '5d6b1f', 'ä', '5D6B1F8E'];
    await commit(store, unit =>
      ids.forEach(uniqueIdentifier => unit.insert(sampleObject(vault, { uniqueIdentifier }))),
    );
    t.same(await store.directory.identifiersFrom('5d6b1f8e', 9), ['5d6b1f8e-1', '5d6b1f8e-2']);
    t.same(await store.directory.identifiersFrom('5d6b1f8e', 1), ['5d6b1f8e-1']);
    t.same(await store.directory.identifiersFrom('5d6b1f', 9), ['5d6b1f', '5d6b1f8e-1', '5d6b1f8e-2', '5d6b1f8f']);
    t.same(await store.directory.identifiersFrom('5d6b1f8e%', 9), []);
    t.same(await store.directory.identifiersFrom('_', 9), []);
  });

  t.test('objects are listed newest first, by page, of one vault or of all', async t => {
    const { store } = await open(t);
    const [one, two] = [await addVault(store), await addVault(store)];
    const ids: string[] = [];
    for (let index = 0; index < 6; index++) ids.unshift(await addObject(store, index % 2 ? one : two));
    const list = async (options: Parameters<Store['directory']['objects']>[0]) =>
      (await store.directory.objects(options)).map(({ uniqueIdentifier }) => ids.indexOf(uniqueIdentifier));
    t.same(await list({ limit: 10 }), [0, 1, 2, 3, 4, 5]);
    t.same(await list({ limit: 2 }), [0, 1]);
    t.same(await list({ limit: 2, before: ids[1]! }), [2, 3]);
    t.same(await list({ limit: 10, vault: one }), [0, 2, 4]);
    t.same(await list({ limit: 2, vault: two, before: ids[1]! }), [3, 5]);
    t.same(await list({ limit: 2, before: randomUUID() }), []);
    t.same(await list({ limit: 2, vault: randomUUID() }), []);
    t.match(await store.directory.object(ids[0]!), { uniqueIdentifier: ids[0], vault: one });
    t.equal(await store.directory.object(randomUUID()), undefined);
  });
}
