import { randomUUID } from 'node:crypto';
import type { Test } from 'tap';
import { ConflictError } from '../../../../server/store/index.ts';
import { addObject, addVault, commit, sampleObject } from '../samples.ts';
import { type Open } from './opened.ts';

export function objects(t: Test, open: Open): void {
  t.test('an object comes back as it was inserted, at revision 1', async t => {
    const { store, openAgain } = await open(t);
    const vault = await addVault(store);
    const full = sampleObject(vault, {
      terms: [
        { name: 'Name', value: 'ä', unique: true },
        { name: 'Length', value: 256 },
        { name: 'Big', value: 2n ** 63n - 1n },
        { name: 'Small', value: -(2n ** 63n) },
      ],
      isArchived: true,
      nextTransitionAt: new Date(1234),
    });
    const bare = sampleObject(vault, { state: undefined, material: undefined, attributes: new Uint8Array() });
    await commit(store, unit => {
      unit.insert(full);
      unit.insert(bare);
    });
    for (const reader of [store, await openAgain()]) {
      for (const object of [full, bare]) {
        const found = await reader.begin().find(vault, object.uniqueIdentifier);
        t.match(found, {
          ...object,
          revision: 1,
          attributes: Buffer.from(object.attributes),
          material: object.material && Buffer.from(object.material),
        });
        t.same(found?.terms, object.terms);
        t.equal(found?.state, object.state);
        t.equal(found?.nextTransitionAt?.getTime(), object.nextTransitionAt?.getTime());
      }
    }
  });

  t.test("another vault's Unique Identifier is one that does not exist, and vaultOf tells whose it is", async t => {
    const { store } = await open(t);
    const vault = await addVault(store);
    const other = await addVault(store);
    const uniqueIdentifier = await addObject(store, vault);
    const unit = store.begin();
    t.equal(await unit.find(other, uniqueIdentifier), undefined);
    t.equal(await unit.find(vault, randomUUID()), undefined);
    t.equal(await unit.vaultOf(uniqueIdentifier), vault);
    t.equal(await unit.vaultOf(randomUUID()), undefined);
    const pending = sampleObject(vault);
    unit.insert(pending);
    t.equal(await unit.vaultOf(pending.uniqueIdentifier), vault);
    t.equal(await unit.find(other, pending.uniqueIdentifier), undefined);
  });

  t.test('an update replaces the parts given and counts the revision', async t => {
    const { store } = await open(t);
    const vault = await addVault(store);
    const uniqueIdentifier = await addObject(store, vault, { terms: [{ name: 'a', value: 1 }], state: 1 });
    const before = await store.begin().find(vault, uniqueIdentifier);
    await commit(store, async unit => {
      const after = unit.update((await unit.find(vault, uniqueIdentifier))!, {
        state: undefined,
        nextTransitionAt: new Date(5),
      });
      t.equal(after.state, undefined);
      t.equal(after.revision, 2);
      t.same(after.attributes, before!.attributes);
    });
    const after = (await store.begin().find(vault, uniqueIdentifier))!;
    t.same(after, { ...before, state: undefined, nextTransitionAt: new Date(5), revision: 2 });
    await commit(store, unit => {
      const changed = unit.update(after, { attributes: Buffer.from('new'), isArchived: true });
      unit.update(changed, { material: Buffer.from('wrapped anew'), terms: [{ name: 'b', value: 'x' }] });
    });
    const last = (await store.begin().find(vault, uniqueIdentifier))!;
    t.equal(last.revision, 3, 'one unit is one change');
    t.equal(Buffer.from(last.attributes).toString(), 'new');
    t.equal(Buffer.from(last.material!).toString(), 'wrapped anew');
    t.equal(last.isArchived, true);
    t.same(last.terms, [{ name: 'b', value: 'x' }]);
  });

  t.test('material: null forgets the material and keeps the object', async t => {
    const { store } = await open(t);
    const vault = await addVault(store);
    const uniqueIdentifier = await addObject(store, vault);
    await commit(store, async unit => {
      const after = unit.update((await unit.find(vault, uniqueIdentifier))!, { material: null });
      t.equal(after.material, undefined);
    });
    const found = await store.begin().find(vault, uniqueIdentifier);
    t.ok(found);
    t.equal(found?.material, undefined);
  });

  t.test('a Unique Identifier is never given twice, not even after the material is forgotten', async t => {
    const { store } = await open(t);
    const vault = await addVault(store);
    const other = await addVault(store);
    const uniqueIdentifier = await addObject(store, vault);
    await commit(store, async unit => {
      unit.update((await unit.find(vault, uniqueIdentifier))!, { material: null });
    });
    await t.rejects(addObject(store, vault, { uniqueIdentifier }), ConflictError);
    await t.rejects(addObject(store, other, { uniqueIdentifier }), ConflictError);
  });

  t.test('an object of a vault that does not exist is refused', async t => {
    const { store } = await open(t);
    const vault = randomUUID();
    await t.rejects(addObject(store, vault), /vault .* does not exist/);
  });

  t.test('due gives what changes state by now, soonest first, with changes of the unit', async t => {
    const { store } = await open(t);
    const vault = await addVault(store);
    const other = await addVault(store);
    const at = (ms: number) => ({ nextTransitionAt: new Date(ms) });
    const third = await addObject(store, vault, at(300));
    const first = await addObject(store, vault, at(100));
    await addObject(store, vault, at(301));
    await addObject(store, vault);
    await addObject(store, other, at(100));
    const unit = store.begin();
    const due = async (limit = 10) =>
      (await unit.due(vault, new Date(300), limit)).map(({ uniqueIdentifier }) => uniqueIdentifier);
    t.same(await due(), [first, third]);
    t.same(await due(1), [first]);
    const second = sampleObject(vault, at(200));
    unit.insert(second);
    t.same(await due(), [first, second.uniqueIdentifier, third]);
    unit.update((await unit.find(vault, first))!, { nextTransitionAt: undefined });
    t.same(await due(), [second.uniqueIdentifier, third]);
  });

  t.test('a term that cannot be stored is refused where it is recorded', async t => {
    const { store } = await open(t);
    const vault = await addVault(store);
    for (const value of [1.5, NaN, 2n ** 63n, -(2n ** 63n) - 1n]) {
      const object = sampleObject(vault, { terms: [{ name: 'a', value }] });
      t.throws(() => store.begin().insert(object), RangeError, String(value));
    }
    const long = sampleObject(vault, { terms: [{ name: 'a'.repeat(256), value: 1 }] });
    t.throws(() => store.begin().insert(long), RangeError);
  });
}
