import type { Test } from 'tap';
import type { Condition, SearchQuery, Store, Term } from '../../../../server/store/index.ts';
import { addObject, addVault, commit, sampleObject } from '../samples.ts';
import type { Open } from './opened.ts';
import { all, query } from './queries.ts';

export function search(t: Test, open: Open): void {
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
