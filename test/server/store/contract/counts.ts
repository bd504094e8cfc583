import type { Test } from 'tap';
import { addObject, addVault, commit } from '../samples.ts';
import { type Open } from './opened.ts';

export function counts(t: Test, open: Open): void {
  t.test('objects are counted in their vault', async t => {
    const { store } = await open(t);
    const [one, two] = [await addVault(store), await addVault(store)];
    for (const vault of [one, one, two]) await addObject(store, vault);
    await addObject(store, one, { isArchived: true, state: 5, material: undefined });
    t.equal(await store.directory.objectCount(one), 3);
    t.equal(await store.directory.objectCount(two), 1);
    t.equal(await store.directory.objectCount('nowhere'), 0);
  });

  t.test('values of a term are counted in their vault, most frequent first', async t => {
    const { store } = await open(t);
    const [one, two] = [await addVault(store), await addVault(store)];
    const add = (vault: string, ...values: (string | number | bigint)[]) =>
      addObject(store, vault, { terms: values.map(value => ({ name: 'x-Product', value })) });
    await add(one, 'vSAN');
    const changed = await add(one, 'vSphere');
    await add(one, 'vSphere', 'ESXi', 2n ** 62n + 1n);
    await add(one, 'vSphere');
    await add(two, 'vSAN');
    await addObject(store, one, { terms: [{ name: 'x-Version', value: '8' }] });
    const values = (limit: number, vault = one, name = 'x-Product') => store.directory.termValues(vault, name, limit);
    t.strictSame(await values(10), [
      { value: 'vSphere', count: 3 },
      { value: '4611686018427387905', count: 1 },
      { value: 'ESXi', count: 1 },
      { value: 'vSAN', count: 1 },
    ]);
    t.same(await values(1), [{ value: 'vSphere', count: 3 }]);
    t.same(await values(10, two), [{ value: 'vSAN', count: 1 }]);
    t.same(await values(10, one, 'x-Other'), []);
    t.same(await values(10, 'nowhere'), []);
    await commit(store, async unit => {
      unit.update((await unit.find(one, changed))!, { terms: [{ name: 'x-Product', value: 'vSAN' }] });
    });
    t.match(await values(2), [
      { value: 'vSAN', count: 2 },
      { value: 'vSphere', count: 2 },
    ]);
  });
}
