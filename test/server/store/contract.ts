import { randomBytes, randomUUID } from 'node:crypto';
import t, { type Test } from 'tap';
import {
  ConflictError,
  StoreUnavailable,
  type Client,
  type Condition,
  type SearchQuery,
  type Store,
  type Term,
} from '../../../server/store/index.ts';
import { addObject, addVault, commit, sampleEvent, sampleObject } from './samples.ts';

/** An empty store, and a way to reach the same data a second time, as another process would. */
export interface Opened {
  readonly store: Store;
  openAgain(): Promise<Store>;
}

/** What every store must do. Each test opens an empty one; whoever opens closes them at the end of `t`. */
export function storeContract(name: string, open: (t: Test) => Promise<Opened>): void {
  t.test(`${name}: objects`, async t => objects(t, open));
  t.test(`${name}: unit of work`, async t => unitOfWork(t, open));
  t.test(`${name}: search`, async t => search(t, open));
  t.test(`${name}: directory`, async t => directory(t, open));
  t.test(`${name}: events and cursors`, async t => events(t, open));
  t.test(`${name}: several processes`, async t => severalProcesses(t, open));
}

type Open = (t: Test) => Promise<Opened>;

function objects(t: Test, open: Open): void {
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

function unitOfWork(t: Test, open: Open): void {
  t.test('nothing reaches the store before commit, all of it after', async t => {
    const { store, openAgain } = await open(t);
    const vault = await addVault(store);
    const others = await openAgain();
    const object = sampleObject(vault);
    const unit = store.begin();
    unit.insert(object);
    unit.record(sampleEvent());
    for (const reader of [store, others]) {
      t.equal(await reader.begin().find(vault, object.uniqueIdentifier), undefined);
      t.equal(await reader.events.lastSeq(), 0);
    }
    await unit.commit();
    for (const reader of [store, others]) {
      t.ok(await reader.begin().find(vault, object.uniqueIdentifier));
      t.equal(await reader.events.lastSeq(), 1);
    }
  });

  t.test('a unit sees its own changes', async t => {
    const { store } = await open(t);
    const vault = await addVault(store);
    const stored = await addObject(store, vault);
    const unit = store.begin();
    const fresh = sampleObject(vault);
    unit.insert(fresh);
    t.match(await unit.find(vault, fresh.uniqueIdentifier), { state: 1, revision: 1 });
    unit.update((await unit.find(vault, fresh.uniqueIdentifier))!, { state: 2 });
    t.match(await unit.find(vault, fresh.uniqueIdentifier), { state: 2, revision: 1 });
    unit.update((await unit.find(vault, stored))!, { state: 3 });
    t.match(await unit.find(vault, stored), { state: 3, revision: 2 });
    t.match(await store.begin().find(vault, stored), { state: 1, revision: 1 }, 'others do not');
    await unit.commit();
    t.match(await store.begin().find(vault, fresh.uniqueIdentifier), { state: 2, revision: 1 });
    t.match(await store.begin().find(vault, stored), { state: 3, revision: 2 });
  });

  t.test('two changes made from the same reading keep both', async t => {
    const { store } = await open(t);
    const vault = await addVault(store);
    const uniqueIdentifier = await addObject(store, vault);
    await commit(store, async unit => {
      const read = (await unit.find(vault, uniqueIdentifier))!;
      unit.update(read, { state: 4 });
      unit.update(read, { isArchived: true });
    });
    t.match(await store.begin().find(vault, uniqueIdentifier), { state: 4, isArchived: true, revision: 2 });
  });

  t.test('rollback drops object and directory changes since the mark and keeps events', async t => {
    const { store } = await open(t);
    const vault = await addVault(store);
    const stored = await addObject(store, vault, { state: 1 });
    const [kept, dropped] = [sampleObject(vault), sampleObject(vault)];
    const unit = store.begin();
    unit.insert(kept);
    unit.update((await unit.find(vault, stored))!, { state: 2 });
    const mark = unit.mark();
    unit.insert(dropped);
    unit.update((await unit.find(vault, stored))!, { state: 3 });
    unit.update((await unit.find(vault, kept.uniqueIdentifier))!, { state: 3 });
    unit.administer({
      kind: 'add vault',
      vault: { id: randomUUID(), name: 'dropped', createdAt: new Date(0), wrappedKey: randomBytes(4) },
    });
    unit.record(sampleEvent({ outcome: 'failure' }));
    unit.rollback(mark);
    t.equal(await unit.find(vault, dropped.uniqueIdentifier), undefined);
    t.match(await unit.find(vault, stored), { state: 2 });
    t.match(await unit.find(vault, kept.uniqueIdentifier), { state: 1 });
    await unit.commit();
    const after = store.begin();
    t.equal(await after.find(vault, dropped.uniqueIdentifier), undefined);
    t.match(await after.find(vault, stored), { state: 2, revision: 2 });
    t.match(await after.find(vault, kept.uniqueIdentifier), { state: 1 });
    t.equal(await store.directory.vaultNamed('dropped'), undefined);
    t.match(await store.events.after(0, 10), [{ outcome: 'failure' }]);
  });

  t.test('marks nest, and one can be gone back to twice', async t => {
    const { store } = await open(t);
    const vault = await addVault(store);
    const [first, second] = [sampleObject(vault), sampleObject(vault)];
    const unit = store.begin();
    const outer = unit.mark();
    unit.insert(first);
    const inner = unit.mark();
    unit.insert(second);
    unit.rollback(inner);
    unit.insert(second);
    unit.rollback(inner);
    t.ok(await unit.find(vault, first.uniqueIdentifier));
    t.equal(await unit.find(vault, second.uniqueIdentifier), undefined);
    unit.rollback(outer);
    t.equal(await unit.find(vault, first.uniqueIdentifier), undefined);
  });

  t.test('a unit that was rolled back whole and has no event writes nothing', async t => {
    const { store } = await open(t);
    const vault = await addVault(store);
    const before = store.generation();
    const unit = store.begin();
    const mark = unit.mark();
    unit.insert(sampleObject(vault));
    unit.rollback(mark);
    await unit.commit();
    t.equal(store.generation(), before);
  });

  t.test('a unit is committed once', async t => {
    const { store } = await open(t);
    const unit = store.begin();
    unit.record(sampleEvent());
    await unit.commit();
    await t.rejects(unit.commit(), /committed before/);
    t.equal(await store.events.lastSeq(), 1);
  });

  t.test('an object changed meanwhile is a conflict that leaves no trace', async t => {
    const { store } = await open(t);
    const vault = await addVault(store);
    const uniqueIdentifier = await addObject(store, vault, { state: 1 });
    const late = store.begin();
    late.update((await late.find(vault, uniqueIdentifier))!, { state: 9 });
    late.insert(sampleObject(vault, { uniqueIdentifier: 'late' }));
    late.record(sampleEvent({ id: 'late' }));
    await commit(store, async unit => {
      unit.update((await unit.find(vault, uniqueIdentifier))!, { state: 2 });
    });
    await t.rejects(late.commit(), ConflictError);
    t.match(await store.begin().find(vault, uniqueIdentifier), { state: 2, revision: 2 });
    t.equal(await store.begin().find(vault, 'late'), undefined);
    t.equal(await store.events.lastSeq(), 0);
  });

  t.test('a unique term is taken once in a vault; other vaults and plain terms are free', async t => {
    const { store } = await open(t);
    const vault = await addVault(store);
    const other = await addVault(store);
    const name: Term = { name: 'Name', value: 'a', unique: true };
    const first = await addObject(store, vault, { terms: [name, name, { name: 'Name', value: 'a' }] });
    await t.rejects(addObject(store, vault, { terms: [name] }), ConflictError);
    await addObject(store, other, { terms: [name] });
    await addObject(store, vault, { terms: [{ name: 'Name', value: 'b' }] });
    await addObject(store, vault, { terms: [{ name: 'Name', value: 'b' }] });
    await commit(store, async unit => {
      unit.update((await unit.find(vault, first))!, { terms: [{ ...name, value: 'c' }] });
    });
    await addObject(store, vault, { terms: [name] });
  });

  t.test('two objects exchange their unique terms in one unit', async t => {
    const { store } = await open(t);
    const vault = await addVault(store);
    const named = (value: string): { terms: Term[] } => ({ terms: [{ name: 'Name', value, unique: true }] });
    const one = await addObject(store, vault, named('one'));
    const two = await addObject(store, vault, named('two'));
    await commit(store, async unit => {
      unit.update((await unit.find(vault, one))!, named('two'));
      unit.update((await unit.find(vault, two))!, named('one'));
    });
    const { uniqueIdentifiers } = await store.begin().search(vault, all({ name: 'Name', equals: 'one' }));
    t.same(uniqueIdentifiers, [two]);
  });

  t.test('of units committed together, one that conflicts does not disturb the others', async t => {
    const { store, openAgain } = await open(t);
    const vault = await addVault(store);
    const name: Term = { name: 'Name', value: 'a', unique: true };
    const newName = (index: number): Term => ({ name: `x-${index}`, value: index });
    const units = Array.from({ length: 5 }, (_, index) => {
      const unit = store.begin();
      unit.insert(sampleObject(vault, { terms: index % 2 === 0 ? [newName(index), name] : [newName(index)] }));
      unit.record(sampleEvent({ id: `event-${index}` }));
      return unit;
    });
    const results = await Promise.allSettled(units.map(unit => unit.commit()));
    t.same(
      results.map(result => (result.status === 'rejected' ? result.reason.name : 'done')),
      ['done', 'done', 'ConflictError', 'done', 'ConflictError'],
    );
    t.match(await store.events.after(0, 10), [
      { seq: 1, id: 'event-0' },
      { seq: 2, id: 'event-1' },
      { seq: 3, id: 'event-3' },
    ]);
    const search = store.begin();
    for (const index of [0, 1, 2, 3, 4]) {
      const { located } = await search.search(vault, all({ name: `x-${index}`, equals: index }));
      t.equal(located, [2, 4].includes(index) ? 0 : 1, `terms of unit ${index}`);
    }
    await addObject(store, vault, { terms: [newName(2)] });
    const others = (await openAgain()).begin();
    const { located } = await others.search(vault, all({ name: 'x-2', equals: 2 }));
    t.equal(located, 1, 'a name first seen in a conflict is known to others');
  });

  t.test('of two units that change the same object, committed together, one wins', async t => {
    const { store } = await open(t);
    const vault = await addVault(store);
    const uniqueIdentifier = await addObject(store, vault);
    const units = await Promise.all(
      [7, 8].map(async state => {
        const unit = store.begin();
        unit.update((await unit.find(vault, uniqueIdentifier))!, { state });
        return unit;
      }),
    );
    const [first, second] = await Promise.allSettled(units.map(unit => unit.commit()));
    t.equal(first?.status, 'fulfilled');
    t.match(second, { status: 'rejected', reason: { name: 'ConflictError' } });
    t.match(await store.begin().find(vault, uniqueIdentifier), { state: 7, revision: 2 });
  });

  t.test('the same Unique Identifier cannot be inserted twice in a unit', async t => {
    const { store } = await open(t);
    const object = sampleObject(await addVault(store));
    const unit = store.begin();
    unit.insert(object);
    t.throws(() => unit.insert(object), /already in this unit/);
  });

  t.test('generation changes with every commit and only then', async t => {
    const { store, openAgain } = await open(t);
    const others = await openAgain();
    const seen = [store.generation()];
    t.equal(store.generation(), seen[0]);
    await commit(store, unit => unit.record(sampleEvent()));
    seen.push(store.generation());
    t.equal(store.generation(), seen[1]);
    await commit(others, unit => unit.record(sampleEvent()));
    seen.push(store.generation());
    t.equal(store.generation(), seen[2]);
    t.equal(new Set(seen).size, 3, seen.join());
  });

  t.test('close waits for commits under way; what comes later is refused', async t => {
    const { store, openAgain } = await open(t);
    const early = store.begin();
    early.record(sampleEvent());
    const late = store.begin();
    late.record(sampleEvent());
    const committed = early.commit();
    const closed = store.close();
    await t.rejects(late.commit(), StoreUnavailable);
    await committed;
    await closed;
    await t.rejects(store.events.lastSeq(), StoreUnavailable);
    t.equal(await (await openAgain()).events.lastSeq(), 1);
    await store.close();
  });
}

const query = (conditions: readonly Condition[], more: Partial<SearchQuery> = {}): SearchQuery => ({
  conditions,
  online: true,
  archived: false,
  offset: 0,
  limit: 1000,
  ...more,
});
const all = (...conditions: Condition[]) => query(conditions);

function search(t: Test, open: Open): void {
  /** Ten objects, oldest first, with `number` 0 to 9, `parity`, `text` and twice `several`; 3 is archived. */
  async function prepare(store: Store) {
    const vault = await addVault(store);
    const ids: string[] = [];
    for (let index = 0; index < 10; index++) {
      const terms: Term[] = [
        { name: 'number', value: index },
        { name: 'parity', value: index % 2 },
        { name: 'text', value: `${index}` },
        { name: 'several', value: index },
        { name: 'several', value: 100 + index },
        ...(index > 6 ? [{ name: 'late', value: 'yes' }] : []),
      ];
      ids.push(await addObject(store, vault, { terms, isArchived: index === 3 }));
    }
    await addObject(store, await addVault(store), { terms: [{ name: 'number', value: 1 }] });
    return { vault, indexes: (found: readonly string[]) => found.map(id => ids.indexOf(id)), ids };
  }

  const cases: [string, SearchQuery, number[]][] = [
    ['no condition: all, newest first', all(), [9, 8, 7, 6, 5, 4, 2, 1, 0]],
    ['an integer', all({ name: 'number', equals: 4 }), [4]],
    ['the same integer as a bigint', all({ name: 'number', equals: 4n }), [4]],
    ['text is no integer', all({ name: 'number', equals: '4' }), []],
    ['an integer is no text', all({ name: 'text', equals: 4 }), []],
    ['text', all({ name: 'text', equals: '4' }), [4]],
    ['a name that nobody has', all({ name: 'none', equals: 4 }), []],
    ['an integer too large to be stored', all({ name: 'number', equals: 2n ** 64n }), []],
    ['many with one value', all({ name: 'parity', equals: 0 }), [8, 6, 4, 2, 0]],
    ['a range, both ends included', all({ name: 'number', from: 4, to: 6n }), [6, 5, 4]],
    ['a range without end', all({ name: 'number', from: 8 }), [9, 8]],
    ['a range without beginning', all({ name: 'number', to: 1 }), [1, 0]],
    [
      'a range wider than 64 bits',
      all({ name: 'number', from: -(2n ** 70n), to: 2n ** 70n }),
      [9, 8, 7, 6, 5, 4, 2, 1, 0],
    ],
    ['an empty range', all({ name: 'number', from: 6, to: 4 }), []],
    ['a range finds no text', all({ name: 'text', from: 0 }), []],
    [
      'an object with two values in the range is found once',
      all({ name: 'several', from: 8, to: 105 }),
      [9, 8, 5, 4, 2, 1, 0],
    ],
    ['exists', all({ name: 'late', exists: true }), [9, 8, 7]],
    ['exists, with several values each', all({ name: 'several', exists: true }), [9, 8, 7, 6, 5, 4, 2, 1, 0]],
    ['two conditions', all({ name: 'parity', equals: 0 }, { name: 'number', from: 3 }), [8, 6, 4]],
    [
      'three conditions',
      all({ name: 'parity', equals: 1 }, { name: 'number', from: 3 }, { name: 'late', exists: true }),
      [9, 7],
    ],
    ['conditions that exclude each other', all({ name: 'number', equals: 1 }, { name: 'number', equals: 2 }), []],
    ['two values of one name', all({ name: 'several', equals: 5 }, { name: 'several', equals: 105 }), [5]],
    ['archived only', query([{ name: 'number', from: 2 }], { online: false, archived: true }), [3]],
    ['archived and online', query([{ name: 'number', to: 3 }], { archived: true }), [3, 2, 1, 0]],
    ['limit', query([], { limit: 2 }), [9, 8]],
    ['offset and limit', query([{ name: 'parity', equals: 0 }], { offset: 1, limit: 2 }), [6, 4]],
    ['offset beyond the end', query([{ name: 'parity', equals: 0 }], { offset: 9 }), []],
    ['limit 0', query([{ name: 'parity', equals: 0 }], { limit: 0 }), []],
    ['a filter', query([], { filter: ({ terms }) => terms.some(({ value }) => value === 'yes') }), [9, 8, 7]],
    [
      'a filter with offset and limit',
      query([], { filter: ({ terms }) => terms.length > 5, offset: 1, limit: 1 }),
      [8],
    ],
    [
      'a filter beside conditions',
      query(
        [
          { name: 'parity', equals: 1 },
          { name: 'late', exists: true },
        ],
        { filter: object => object.terms[0]?.value === 7 },
      ),
      [7],
    ],
  ];
  const located = new Map([
    ['limit', 9],
    ['offset and limit', 5],
    ['offset beyond the end', 5],
    ['limit 0', 5],
    ['a filter with offset and limit', 3],
  ]);

  t.test('finds by conditions', async t => {
    const { store } = await open(t);
    const { vault, indexes } = await prepare(store);
    const unit = store.begin();
    for (const [title, asked, expected] of cases) {
      const found = await unit.search(vault, asked);
      t.same(indexes(found.uniqueIdentifiers), expected, title);
      t.equal(found.located, located.get(title) ?? expected.length, `${title}: located`);
    }
  });

  t.test('finds the same when all of it is pending in the unit, or half', async t => {
    for (const committed of [0, 5]) {
      const { store } = await open(t);
      const vault = await addVault(store);
      const source = await prepare(store);
      const ids: string[] = [];
      const unit = store.begin();
      for (const [index, id] of source.ids.entries()) {
        const { terms, isArchived } = (await store.begin().find(source.vault, id))!;
        const object = sampleObject(vault, { terms, isArchived });
        ids.push(object.uniqueIdentifier);
        if (index < committed) await commit(store, first => first.insert(object));
        else unit.insert(object);
      }
      // Stored ones are changed too, there and back.
      for (const id of ids.slice(0, committed)) {
        const object = (await unit.find(vault, id))!;
        unit.update(unit.update(object, { terms: [] }), { terms: object.terms });
      }
      for (const [title, asked, expected] of cases) {
        const found = await unit.search(vault, asked);
        t.same(
          found.uniqueIdentifiers.map(id => ids.indexOf(id)),
          expected,
          title,
        );
        t.equal(found.located, located.get(title) ?? expected.length, `${title}: located`);
      }
    }
  });

  t.test("a unit's changes decide what it finds", async t => {
    const { store } = await open(t);
    const { vault, ids, indexes } = await prepare(store);
    const unit = store.begin();
    unit.update((await unit.find(vault, ids[4]!))!, { terms: [{ name: 'number', value: 8 }] });
    unit.update((await unit.find(vault, ids[9]!))!, { isArchived: true });
    const found = async (...conditions: Condition[]) =>
      indexes((await unit.search(vault, all(...conditions))).uniqueIdentifiers);
    t.same(await found({ name: 'number', equals: 4 }), []);
    t.same(await found({ name: 'number', equals: 8 }), [8, 4]);
    t.same(await found({ name: 'number', from: 8 }), [8, 4]);
    t.same(await found({ name: 'late', exists: true }), [8, 7]);
    t.same(await found(), [8, 7, 6, 5, 4, 2, 1, 0]);
  });

  t.test('terms that were replaced are not found any more', async t => {
    const { store } = await open(t);
    const { vault, ids } = await prepare(store);
    await commit(store, async unit => {
      unit.update((await unit.find(vault, ids[4]!))!, { terms: [{ name: 'number', value: 44 }] });
    });
    const unit = store.begin();
    t.equal((await unit.search(vault, all({ name: 'number', equals: 4 }))).located, 0);
    t.equal((await unit.search(vault, all({ name: 'text', equals: '4' }))).located, 0);
    t.same((await unit.search(vault, all({ name: 'number', equals: 44 }))).uniqueIdentifiers, [ids[4]]);
  });

  t.test('finds among many as among few', async t => {
    const { store } = await open(t);
    const vault = await addVault(store);
    const ids: string[] = [];
    await commit(store, unit => {
      for (let index = 0; index < 1200; index++) {
        const object = sampleObject(vault, {
          terms: [
            { name: 'all', value: 1 },
            { name: 'third', value: index % 3 },
            { name: 'number', value: index },
          ],
          isArchived: index % 100 === 99,
        });
        ids.push(object.uniqueIdentifier);
        unit.insert(object);
      }
    });
    const expected = (test: (index: number) => boolean) =>
      ids.filter((_, index) => index % 100 !== 99 && test(index)).reverse();
    const check = async (title: string, conditions: Condition[], test: (index: number) => boolean) => {
      const { uniqueIdentifiers, located } = await store
        .begin()
        .search(vault, query(conditions, { offset: 3, limit: 7 }));
      t.same(uniqueIdentifiers, expected(test).slice(3, 10), title);
      t.equal(located, expected(test).length, `${title}: located`);
    };
    const third = { name: 'third', equals: 1 };
    await check('one', [third], index => index % 3 === 1);
    await check('two', [{ name: 'all', equals: 1 }, third], index => index % 3 === 1);
    await check('range', [{ name: 'number', from: 300 }], index => index >= 300);
    await check('value and range', [third, { name: 'number', from: 300 }], index => index % 3 === 1 && index >= 300);
    await check('range and value', [{ name: 'number', from: 300 }, third], index => index % 3 === 1 && index >= 300);
    await check(
      'two ranges',
      [
        { name: 'number', from: 300 },
        { name: 'third', from: 1 },
      ],
      index => index >= 300 && index % 3 > 0,
    );
    await check('exists and value', [{ name: 'number', exists: true }, third], index => index % 3 === 1);
    const filtered = await store.begin().search(
      vault,
      query([{ name: 'all', equals: 1 }], {
        filter: ({ terms }) => terms[1]?.value === 1,
        limit: 2000,
      }),
    );
    t.same(
      filtered.uniqueIdentifiers,
      expected(index => index % 3 === 1),
      'filter',
    );
  });
}

function directory(t: Test, open: Open): void {
  const newClient = (vault: string, name: string, more: Partial<Client> = {}): Client => ({
    id: randomUUID(),
    name,
    vault,
    createdAt: new Date(7),
    credential: undefined,
    ...more,
  });
  const newCertificate = (client: string) => ({
    fingerprint: randomBytes(32).toString('hex'),
    client,
    der: randomBytes(30),
    origin: 'pinned' as const,
    addedAt: new Date(8),
  });

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

  t.test('a removed client takes its certificates along; what is gone cannot be removed again', async t => {
    const { store } = await open(t);
    const client = newClient(await addVault(store), 'c');
    const [one, two] = [newCertificate(client.id), newCertificate(client.id)];
    await commit(store, unit => {
      unit.administer({ kind: 'add client', client });
      unit.administer({ kind: 'add certificate', certificate: one });
      unit.administer({ kind: 'add certificate', certificate: two });
    });
    const removeOne = { kind: 'remove certificate', fingerprint: one.fingerprint } as const;
    await commit(store, unit => unit.administer(removeOne));
    t.same(await store.directory.certificates(client.id), [two]);
    await t.rejects(
      commit(store, unit => unit.administer(removeOne)),
      ConflictError,
    );
    const remove = { kind: 'remove client', id: client.id } as const;
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

function events(t: Test, open: Open): void {
  t.test('events are numbered 1, 2, 3 in the order recorded and come back as they were', async t => {
    const { store } = await open(t);
    const kept = Array.from({ length: 5 }, (_, index) => sampleEvent({ time: new Date(1000 + index) }));
    await commit(store, unit => kept.slice(0, 3).forEach(event => unit.record(event)));
    await commit(store, unit => kept.slice(3).forEach(event => unit.record(event)));
    const sequenced = kept.map((event, index) => ({ ...event, seq: index + 1 }));
    t.same(await store.events.after(0, 10), sequenced);
    t.same(await store.events.after(2, 2), sequenced.slice(2, 4));
    t.same(await store.events.after(5, 2), []);
    t.same(await store.events.latest(2), sequenced.slice(3));
    t.equal(await store.events.lastSeq(), 5);
  });

  t.test('events are filtered by time, action, initiator and outcome, together', async t => {
    const { store } = await open(t);
    const kept = [
      sampleEvent({ time: new Date(1000), action: 'a', initiator: 'x', outcome: 'success' }),
      sampleEvent({ time: new Date(3000), action: 'b', initiator: 'x', outcome: 'success' }),
      sampleEvent({ time: new Date(2000), action: 'a', initiator: 'y', outcome: 'failure' }),
      sampleEvent({ time: new Date(4000), action: 'a', initiator: 'x', outcome: 'failure' }),
    ];
    await commit(store, unit => kept.forEach(event => unit.record(event)));
    const cases: [Parameters<Store['events']['latest']>[1], number[]][] = [
      [{}, [1, 2, 3, 4]],
      [{ since: new Date(2000) }, [2, 3, 4]],
      [{ since: new Date(2001) }, [2, 4]],
      [{ since: new Date(9000) }, []],
      [{ action: 'a' }, [1, 3, 4]],
      [{ initiator: 'x' }, [1, 2, 4]],
      [{ outcome: 'failure' }, [3, 4]],
      [{ action: 'a', initiator: 'x', outcome: 'failure', since: new Date(0) }, [4]],
      [{ action: 'none' }, []],
    ];
    for (const [filter, expected] of cases) {
      const title = JSON.stringify(filter);
      t.same(
        (await store.events.latest(10, filter)).map(({ seq }) => seq),
        expected,
        title,
      );
      t.same(
        (await store.events.latest(1, filter)).map(({ seq }) => seq),
        expected.slice(-1),
        `${title}, newest`,
      );
      t.same(
        (await store.events.after(0, 10, filter)).map(({ seq }) => seq),
        expected,
        `${title}, after`,
      );
      t.same(
        (await store.events.after(1, 1, filter)).map(({ seq }) => seq),
        expected.filter(seq => seq > 1).slice(0, 1),
      );
    }
  });

  t.test('the id of an event is taken once', async t => {
    const { store } = await open(t);
    const event = sampleEvent();
    await commit(store, unit => unit.record(event));
    await t.rejects(
      commit(store, unit => unit.record(event)),
      ConflictError,
    );
    t.equal(await store.events.lastSeq(), 1);
    await commit(store, unit => unit.record(sampleEvent()));
    t.equal(await store.events.lastSeq(), 2, 'without a gap');
  });

  t.test('onCommitted calls back once for commits of the same turn, and not after it was stopped', async t => {
    const { store } = await open(t);
    const vault = await addVault(store);
    let calls = 0;
    const stop = store.events.onCommitted(() => calls++);
    const record = () => commit(store, unit => unit.record(sampleEvent()));
    await Promise.all([record(), record(), record()]);
    await settled(() => calls > 0);
    t.equal(calls, 1);
    await addObject(store, vault);
    await new Promise(resolve => setTimeout(resolve, 250));
    t.equal(calls, 1, 'no event, no call');
    stop();
    await record();
    await new Promise(resolve => setTimeout(resolve, 250));
    t.equal(calls, 1);
  });

  t.test('a listener that fails disturbs nobody', async t => {
    const { store } = await open(t);
    let calls = 0;
    store.events.onCommitted(() => {
      throw new Error('listener');
    });
    store.events.onCommitted(() => calls++);
    await commit(store, unit => unit.record(sampleEvent()));
    await settled(() => calls > 0);
    t.equal(calls, 1);
  });

  t.test('cursors start at 0, each sink has its own, and they last', async t => {
    const { store, openAgain } = await open(t);
    t.equal(await store.cursors.get('file'), 0);
    await store.cursors.set('file', 7);
    await store.cursors.set('file', 9);
    await store.cursors.set('syslog', 1);
    for (const reader of [store, await openAgain()]) {
      t.equal(await reader.cursors.get('file'), 9);
      t.equal(await reader.cursors.get('syslog'), 1);
    }
  });
}

function severalProcesses(t: Test, open: Open): void {
  t.test('what one commits the other sees at once', async t => {
    const { store, openAgain } = await open(t);
    const others = await openAgain();
    const vault = await addVault(store);
    const uniqueIdentifier = await addObject(others, vault, { terms: [{ name: 'a', value: 1 }] });
    t.ok(await store.begin().find(vault, uniqueIdentifier));
    t.equal((await store.begin().search(vault, all({ name: 'a', equals: 1 }))).located, 1);
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

/** Waits until it holds, at most two seconds. */
async function settled(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 2000;
  while (!holds() && Date.now() < deadline) await new Promise(resolve => setTimeout(resolve, 5));
}
