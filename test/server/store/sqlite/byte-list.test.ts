import t from 'tap';
import { bytesOfList, listOfBytes } from '../../../../server/store/sqlite/byte-list.ts';

t.test('a list of byte strings comes back as it was', async t => {
  const lists = [[], [Buffer.alloc(0)], [Buffer.from('a'), Buffer.alloc(0), Buffer.alloc(70_000, 3)]];
  for (const list of lists) t.same(listOfBytes(bytesOfList(list)), list);
  t.equal(bytesOfList([]).length, 0, 'none are no bytes, as in rows that an older version wrote');
  t.same(bytesOfList([Buffer.from([7, 8])]), Buffer.from([0, 0, 0, 2, 7, 8]));
});

t.test('lengths that do not add up are refused', async t => {
  for (const bytes of [[0], [0, 0, 0, 1], [0, 0, 0, 2, 1], [0, 0, 0, 1, 1, 0]]) {
    t.throws(() => listOfBytes(Buffer.from(bytes)), RangeError, bytes.join());
  }
});
