import type { Test } from 'tap';
import { REFUSED_MAX, StoreUnavailable, type LastSeen, type Store } from '../../../../server/store/index.ts';
import { newRefused } from '../samples.ts';
import { type Open } from './opened.ts';

const seeing = (store: Store, fingerprint: string, handshakeAt?: number, requestAt?: number) => {
  const at = (time?: number) => (time === undefined ? undefined : new Date(time));
  const seen = new Map<string, LastSeen>([[fingerprint, { handshakeAt: at(handshakeAt), requestAt: at(requestAt) }]]);
  return store.sightings.note({ seen, refused: [] });
};
const refusing = (store: Store, ...refused: ReturnType<typeof newRefused>[]) =>
  store.sightings.note({ seen: new Map(), refused });

export function sightings(t: Test, open: Open): void {
  t.test('of handshakes and requests the last one is kept, each by itself', async t => {
    const { store, openAgain } = await open(t);
    t.equal(await store.sightings.lastSeen('a'), undefined);
    await seeing(store, 'a', 100);
    t.same(await store.sightings.lastSeen('a'), { handshakeAt: new Date(100), requestAt: undefined });
    await seeing(store, 'a', undefined, 110);
    await seeing(store, 'a', 90, 120);
    await seeing(store, 'b', 300, 300);
    await seeing(store, 'a', 130, 115);
    const expected = { handshakeAt: new Date(130), requestAt: new Date(120) };
    for (const { sightings } of [store, await openAgain()]) t.same(await sightings.lastSeen('a'), expected);
    t.same(await store.sightings.lastSeen('b'), { handshakeAt: new Date(300), requestAt: new Date(300) });
  });

  t.test(
    'a refused certificate is kept once: counts are added, the first time stays, the last cause counts',
    async t => {
      const { store, openAgain } = await open(t);
      const first = newRefused({ cause: 'unknown certificate', firstAt: new Date(10), lastAt: new Date(20), count: 3 });
      await refusing(store, first);
      t.same(await store.sightings.refused(), [first]);
      const again = { firstAt: new Date(30), lastAt: new Date(40), count: 2 };
      await refusing(store, { ...first, ...again, cause: 'expired', issuers: [Buffer.from('x'), Buffer.from('y')] });
      const merged = {
        lastAt: new Date(40),
        count: 5,
        cause: 'expired',
        issuers: [Buffer.from('x'), Buffer.from('y')],
      };
      t.same(await store.sightings.refused(), [{ ...first, ...merged }]);
      // Two servers, or two notes, may come in any order.
      await refusing(store, { ...first, firstAt: new Date(5), lastAt: new Date(6), count: 1 });
      const expected = [{ ...first, ...merged, firstAt: new Date(5), count: 6 }];
      for (const { sightings } of [store, await openAgain()]) t.same(await sightings.refused(), expected);
    },
  );

  t.test('the same certificate twice in one note is merged as well', async t => {
    const { store } = await open(t);
    const one = newRefused({ lastAt: new Date(20), count: 1 });
    await refusing(store, one, { ...one, lastAt: new Date(30), count: 1 });
    t.match(await store.sightings.refused(), [{ count: 2, lastAt: new Date(30) }]);
  });

  t.test('refused certificates are listed last seen first, and forgotten by fingerprint', async t => {
    const { store } = await open(t);
    const [one, two, three] = [20, 40, 30].map(time => newRefused({ lastAt: new Date(time) }));
    await refusing(store, one!, two!, three!);
    t.same(await store.sightings.refused(), [two, three, one]);
    await store.sightings.forgetRefused(three!.fingerprint);
    await store.sightings.forgetRefused(three!.fingerprint);
    t.same(await store.sightings.refused(), [two, one]);
    await refusing(store, three!);
    t.match(await store.sightings.refused(), [two, { ...three, count: three!.count }, one], 'it starts anew');
  });

  t.test('a flood of made-up certificates pushes out those seen longest ago, and fills nothing', async t => {
    const { store } = await open(t);
    const known = newRefused({ lastAt: new Date(1) });
    const old = newRefused({ lastAt: new Date(2) });
    await refusing(store, known, old);
    const flood = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) => newRefused({ lastAt: new Date(from + index) }));
    await refusing(store, ...flood(1000, REFUSED_MAX - 2));
    t.equal((await store.sightings.refused()).length, REFUSED_MAX);
    await refusing(store, { ...known, lastAt: new Date(5000) }, newRefused({ lastAt: new Date(4000) }));
    const after = await store.sightings.refused();
    t.equal(after.length, REFUSED_MAX);
    t.equal(after[0]?.fingerprint, known.fingerprint, 'one that came back stays');
    t.notOk(after.some(({ fingerprint }) => fingerprint === old.fingerprint));
    const more = flood(10_000, REFUSED_MAX + 50);
    await refusing(store, ...more);
    t.same(
      (await store.sightings.refused()).map(({ fingerprint }) => fingerprint),
      more
        .slice(50)
        .map(({ fingerprint }) => fingerprint)
        .reverse(),
      'also within one note',
    );
  });

  t.test('a note is kept whole or not at all', async t => {
    const { store } = await open(t);
    const bad = newRefused({ lastAt: new Date(NaN) });
    const seen = new Map([['a', { handshakeAt: new Date(1), requestAt: undefined }]]);
    await t.rejects(store.sightings.note({ seen, refused: [newRefused(), bad] }));
    t.equal(await store.sightings.lastSeen('a'), undefined);
    t.same(await store.sightings.refused(), []);
    await refusing(store, newRefused());
    t.equal((await store.sightings.refused()).length, 1);
  });

  t.test(
    'others see with the generation of the store that something was noted; an empty note changes nothing',
    async t => {
      const { store, openAgain } = await open(t);
      const others = await openAgain();
      const before = [store.generation(), others.generation()];
      await store.sightings.note({ seen: new Map(), refused: [] });
      t.same([store.generation(), others.generation()], before);
      await refusing(store, newRefused());
      t.not(store.generation(), before[0]);
      t.not(others.generation(), before[1]);
    },
  );

  t.test('close waits for a note under way; what comes later is refused', async t => {
    const { store, openAgain } = await open(t);
    const noted = refusing(store, newRefused());
    await store.close();
    await noted;
    await t.rejects(refusing(store, newRefused()), StoreUnavailable);
    t.equal((await (await openAgain()).sightings.refused()).length, 1);
  });
}
