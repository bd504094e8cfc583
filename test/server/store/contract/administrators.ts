import type { Test } from 'tap';
import { ConflictError, type DirectoryChange } from '../../../../server/store/index.ts';
import { administer, newAdministrator } from '../samples.ts';
import { type Open } from './opened.ts';

export function administrators(t: Test, open: Open): void {
  t.test('administrators come back as they were added, by name and by key', async t => {
    const { store } = await open(t);
    const [zoe, ada] = [newAdministrator('zoe'), newAdministrator('ada')];
    t.same(await store.directory.administrators(), []);
    for (const administrator of [zoe, ada]) await administer(store, { kind: 'add administrator', administrator });
    t.same(await store.directory.administrators(), [ada, zoe]);
    t.same(await store.directory.administratorNamed('zoe'), zoe);
    t.equal(await store.directory.administratorNamed('Zoe'), undefined);
    t.same(await store.directory.administratorByKey(ada.keyId), ada);
    t.equal(await store.directory.administratorByKey('00'.repeat(32)), undefined);
  });

  t.test('name, key and id of an administrator are taken once', async t => {
    const { store } = await open(t);
    const ada = newAdministrator('ada');
    await administer(store, { kind: 'add administrator', administrator: ada });
    for (const part of ['id', 'name', 'keyId'] as const) {
      const administrator = { ...newAdministrator('bea'), [part]: ada[part] };
      await t.rejects(administer(store, { kind: 'add administrator', administrator }), ConflictError, part);
    }
    t.same(await store.directory.administrators(), [ada]);
  });

  t.test('a new key takes the place of the old one', async t => {
    const { store } = await open(t);
    const [ada, bea] = [newAdministrator('ada'), newAdministrator('bea')];
    for (const administrator of [ada, bea]) await administer(store, { kind: 'add administrator', administrator });
    const { keyId, publicKey } = newAdministrator('');
    await administer(store, { kind: 'set administrator key', id: ada.id, keyId, publicKey, at: new Date(100) });
    t.same(await store.directory.administratorByKey(keyId), { ...ada, keyId, publicKey, keySetAt: new Date(100) });
    t.equal(await store.directory.administratorByKey(ada.keyId), undefined);
    const take: DirectoryChange = { kind: 'set administrator key', id: bea.id, keyId, publicKey, at: new Date(200) };
    await t.rejects(administer(store, take), ConflictError, 'the key is taken');
    t.same(await store.directory.administratorNamed('bea'), bea);
  });

  t.test('an administrator who is removed is gone, and what is gone cannot be changed', async t => {
    const { store } = await open(t);
    const ada = newAdministrator('ada');
    const { id, keyId, publicKey } = ada;
    await administer(store, { kind: 'add administrator', administrator: ada });
    await administer(store, { kind: 'remove administrator', id });
    t.equal(await store.directory.administratorByKey(keyId), undefined);
    await t.rejects(administer(store, { kind: 'remove administrator', id }), ConflictError);
    const set: DirectoryChange = { kind: 'set administrator key', id, keyId, publicKey, at: new Date(100) };
    await t.rejects(administer(store, set), ConflictError);
    await administer(store, { kind: 'add administrator', administrator: { ...newAdministrator('ada'), keyId } });
  });

  const use = (nonce: string, times: { until?: number; now?: number; keyId?: string } = {}) => {
    const { until = 1000, now = 500, keyId = 'key' } = times;
    return { kind: 'use nonce', keyId, nonce, until: new Date(until), now: new Date(now) } as const;
  };

  t.test('a nonce is good once for a key, in every process', async t => {
    const { store, openAgain } = await open(t);
    const others = await openAgain();
    t.equal(await store.directory.isNonceUsed('key', 'a'), false);
    await administer(store, use('a'));
    for (const each of [store, others]) {
      t.equal(await each.directory.isNonceUsed('key', 'a'), true);
      await t.rejects(administer(each, use('a')), ConflictError);
    }
    await administer(others, use('a', { keyId: 'another' }), use('b'));
    t.equal(await store.directory.isNonceUsed('another', 'a'), true);
    t.equal(await store.directory.isNonceUsed('key', 'b'), true);
  });

  t.test('of requests with the same nonce that are committed together one wins', async t => {
    const { store } = await open(t);
    const results = await Promise.allSettled([1, 2, 3].map(() => administer(store, use('a'))));
    t.same(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'rejected'],
    );
    await t.rejects(administer(store, use('b'), use('b')), ConflictError, 'nor twice in one unit');
    t.equal(await store.directory.isNonceUsed('key', 'b'), false);
  });

  t.test('a nonce is kept until its end, included, and forgotten by the next use after it', async t => {
    const { store } = await open(t);
    await administer(store, use('a', { until: 1000 }), use('b', { until: 1001 }));
    await administer(store, use('c', { until: 2000, now: 1000 }));
    t.equal(await store.directory.isNonceUsed('key', 'a'), true);
    await administer(store, use('d', { until: 2000, now: 1001 }));
    t.equal(await store.directory.isNonceUsed('key', 'a'), false);
    t.equal(await store.directory.isNonceUsed('key', 'b'), true);
    await t.rejects(
      administer(store, use('c', { until: 9000, now: 2001 }), use('d', { now: 1 }), use('d')),
      ConflictError,
    );
    t.equal(await store.directory.isNonceUsed('key', 'b'), true, 'a unit that fails forgets nothing');
  });
}
