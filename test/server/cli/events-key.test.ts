import t from 'tap';
import { parseRecordLine } from '../../../server/chain/index.ts';
import { commit, sampleObject } from '../store/samples.ts';
import { KEYS, linesOf, withEvents } from './events-log.ts';

t.test('the beginning of a key’s Unique Identifier is enough, unless several keys begin so', async t => {
  const { kmipd, store, at } = await withEvents(t);
  const vault = (await store.directory.vaultNamed('default'))!.id;
  const twin = `${KEYS[1].slice(0, 12)}f${KEYS[1].slice(13)}`;
  const found = async (key: string) =>
    linesOf(await kmipd(['events', '--format', 'record', '--key', key])).map(line => parseRecordLine(line)!.seq - at);
  const ofFirst = await found(KEYS[0]);
  t.equal(ofFirst.length, 12);
  t.same(await found(KEYS[0].slice(0, 8)), [], 'no key begins so');

  await commit(store, unit =>
    [...KEYS, twin].forEach(uniqueIdentifier => unit.insert(sampleObject(vault, { uniqueIdentifier }))),
  );
  for (const length of [8, 9, 20, 35]) t.same(await found(KEYS[0].slice(0, length)), ofFirst, `${length} characters`);
  t.same(await found(KEYS[0].slice(0, 8).toUpperCase()), ofFirst, 'in capitals');
  t.same(await found(KEYS[0].slice(0, 7)), [], 'seven are too few');
  t.equal((await found(KEYS[1])).length, 12, 'a whole identifier means itself');

  t.match(await kmipd(['events', '--key', KEYS[1].slice(0, 12)]), {
    ...{ code: 2, out: '' },
    err: `--key ${KEYS[1].slice(0, 12)}: several keys begin so, ${KEYS[1]} and ${twin}; give more of it`,
  });
  t.equal((await found(KEYS[1].slice(0, 13))).length, 12, 'one character more');
});
