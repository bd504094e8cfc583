import type { Test } from 'tap';
import { FIRST_PREV } from '../../../../server/chain/index.ts';
import { ConflictError, type LogChange, type Store } from '../../../../server/store/index.ts';
import { chained, checkChain, closing } from '../chain.ts';
import { addObject, addVault, commit, sampleEvent, sampleObject } from '../samples.ts';
import type { Open } from './opened.ts';

const record = (store: Store, count = 1) =>
  commit(store, unit => {
    for (let index = 0; index < count; index++) unit.record(sampleEvent());
  });
const keep = (store: Store, ...changes: LogChange[]) =>
  commit(store, unit => changes.forEach(change => unit.keepLog(change)));
const seqsOf = (events: readonly { seq: number }[]) => events.map(({ seq }) => seq);

export function log(t: Test, open: Open): void {
  t.test('each event is chained to the one before, within a unit, over units and over groups of them', async t => {
    const { store, openAgain } = await open(t);
    t.same(await store.log.head(), { seq: 0, hash: FIRST_PREV, time: undefined });
    t.same(await store.log.start(), { firstSeq: 1, firstPrev: FIRST_PREV, subtrees: [] });
    const kept = [sampleEvent({ time: new Date(5) }), sampleEvent({ time: new Date(7), json: '{}' })];
    await commit(store, unit => kept.forEach(event => unit.record(event)));
    t.same(await store.events.after(0, 9), chained(kept));
    t.same((await store.log.head()).time, new Date(7));
    await Promise.all(Array.from({ length: 300 }, (_, index) => record(store, index % 3)));
    await record(store);
    t.equal((await checkChain(t, store)).length, 2 + 300 + 1);
    const again = await openAgain();
    await record(again);
    t.equal((await checkChain(t, again)).length, 304);
  });

  t.test('what is rolled back and what conflicts leaves no gap and no broken link', async t => {
    const { store } = await open(t);
    const vault = await addVault(store);
    const uniqueIdentifier = await addObject(store, vault);
    const units = Array.from({ length: 30 }, (_, index) => {
      const unit = store.begin();
      const mark = unit.mark();
      unit.record(sampleEvent({ id: `before-${index}` }));
      unit.insert(sampleObject(vault, index % 3 === 1 ? { uniqueIdentifier } : {}));
      if (index % 3 === 2) unit.rollback(mark);
      unit.record(sampleEvent({ id: `after-${index}` }));
      return unit.commit();
    });
    const results = await Promise.allSettled(units);
    for (const [index, result] of results.entries()) {
      if (index % 3 === 1) t.match(result, { reason: { name: 'ConflictError' } });
      else t.equal(result.status, 'fulfilled');
    }
    const ids = (await checkChain(t, store)).map(({ id }) => id);
    const expected = results.flatMap((_, index) => (index % 3 === 1 ? [] : [`before-${index}`, `after-${index}`]));
    t.same(ids, expected);
    await record(store);
    t.equal((await checkChain(t, store)).length, 41);
  });

  t.test('records of several writers at the same time make one chain', async t => {
    const { store, openAgain } = await open(t);
    const stores = [store, await openAgain(), await openAgain()];
    for (let round = 0; round < 20; round++) {
      await Promise.all(stores.flatMap(each => [record(each), record(each, 2)]));
    }
    t.equal((await checkChain(t, store)).length, 20 * 3 * 3);
  });

  t.test('an event is found by its id and by its seq', async t => {
    const { store } = await open(t);
    const kept = [sampleEvent(), sampleEvent(), sampleEvent()];
    await commit(store, unit => kept.forEach(event => unit.record(event)));
    const records = chained(kept);
    t.same(await store.events.withId(kept[1]!.id), records[1]);
    t.same(await store.events.withSeq(3), records[2]);
    t.equal(await store.events.withId('none'), undefined);
    t.equal(await store.events.withSeq(4), undefined);
    t.same(await store.log.hashes(1, 1), [Buffer.from(records[1]!.hash, 'hex')]);
  });

  t.test('checkpoints are found by size and by what they cover', async t => {
    const { store, openAgain } = await open(t);
    t.equal(await store.log.checkpoint(), undefined);
    const checkpoints = [3, 10, 12].map(size => ({
      ...{ size, note: `origin\n${size}\nü\n`, time: new Date(size) },
      subtrees: [Buffer.alloc(32, size), Buffer.alloc(32, 1)],
    }));
    const [small, middle, large] = checkpoints;
    await keep(store, ...checkpoints.map(checkpoint => ({ kind: 'add checkpoint' as const, checkpoint })));
    for (const { log } of [store, await openAgain()]) {
      t.same(await log.checkpoint(), large);
      t.same(await log.checkpoint(11), middle);
      t.same(await log.checkpoint(10), middle);
      t.equal(await log.checkpoint(2), undefined);
      t.same(await log.checkpointCovering(1), small);
      t.same(await log.checkpointCovering(4), middle);
      t.same(await log.checkpointCovering(10), middle);
      t.equal(await log.checkpointCovering(13), undefined);
    }
    const again = { ...large!, note: 'signed again', subtrees: [] };
    await keep(store, { kind: 'add checkpoint', checkpoint: again });
    t.same(await store.log.checkpoint(), again);
  });

  t.test('what is remembered is there at the next start', async t => {
    const { store, openAgain } = await open(t);
    t.equal(await store.log.remembered('settings'), undefined);
    await keep(store, { kind: 'remember', name: 'settings', value: 'a' });
    await keep(store, { kind: 'remember', name: 'settings', value: 'ü' }, { kind: 'remember', name: 'x', value: '' });
    const again = await openAgain();
    t.equal(await again.log.remembered('settings'), 'ü');
    t.equal(await again.log.remembered('x'), '');
  });

  t.test('changes of the log stay when a unit rolls back, and go with a unit that conflicts', async t => {
    const { store } = await open(t);
    const unit = store.begin();
    const mark = unit.mark();
    unit.keepLog({ kind: 'remember', name: 'a', value: '1' });
    unit.rollback(mark);
    await unit.commit();
    t.equal(await store.log.remembered('a'), '1');

    const vault = await addVault(store);
    const uniqueIdentifier = await addObject(store, vault);
    const conflicting = commit(store, unit => {
      unit.keepLog({ kind: 'remember', name: 'a', value: '2' });
      unit.record(sampleEvent());
      unit.insert(sampleObject(vault, { uniqueIdentifier }));
    });
    await t.rejects(conflicting, ConflictError);
    t.equal(await store.log.remembered('a'), '1');
    t.equal(await store.events.lastSeq(), 0);
  });

  t.test('segments are closed one after the other, exported and removed', async t => {
    const { store, openAgain } = await open(t);
    await record(store, 3);
    const first = await closing(store);
    await keep(store, first);
    await record(store, 2);
    const second = await closing(store);
    // A change of the log and the event that tells of it are one step.
    await commit(store, unit => {
      unit.keepLog(second);
      unit.keepLog({ kind: 'segment exported', number: 1, at: new Date(50) });
      unit.record(sampleEvent());
    });
    t.same(await store.log.segments(), [
      { ...first.segment, exportedAt: new Date(50), removedAt: undefined },
      { ...second.segment, exportedAt: undefined, removedAt: undefined },
    ]);
    t.match(await store.log.start(), { firstSeq: 1 });
    await commit(store, unit => {
      unit.record(sampleEvent());
      unit.keepLog({ kind: 'remove segment', number: 1, at: new Date(60) });
    });
    const { lastHash, subtrees } = first.segment;
    for (const each of [store, await openAgain()]) {
      t.same(await each.log.start(), { firstSeq: 4, firstPrev: lastHash, subtrees });
      t.match(await each.log.segments(), [{ removedAt: new Date(60) }, { removedAt: undefined }]);
      t.same(seqsOf(await checkChain(t, each)), [4, 5, 6, 7]);
    }
  });

  t.test('a segment that does not follow, or is removed out of turn, is a conflict', async t => {
    const { store } = await open(t);
    await record(store, 3);
    const change = await closing(store);
    const refused = async (more: Partial<(typeof change)['segment']>, title: string) => {
      const changed: LogChange = { ...change, segment: { ...change.segment, ...more } };
      await t.rejects(keep(store, changed), ConflictError, title);
    };
    await refused({ number: 2 }, 'its number');
    await refused({ firstSeq: 2 }, 'its beginning');
    await refused({ lastSeq: 4 }, 'its end');
    await refused({ lastSeq: 2 }, 'another hash than the record has');
    await keep(store, change);
    await t.rejects(keep(store, change), ConflictError, 'closed twice');
    await record(store, 3);
    await keep(store, await closing(store));
    const remove = (number: number): LogChange => ({ kind: 'remove segment', number, at: new Date(1) });
    await t.rejects(keep(store, remove(2)), ConflictError, 'not the oldest');
    await keep(store, remove(1));
    await t.rejects(keep(store, remove(1)), ConflictError, 'removed twice');
    await t.rejects(keep(store, remove(9)), ConflictError, 'not there');
    await t.rejects(keep(store, { kind: 'segment exported', number: 9, at: new Date(1) }), ConflictError);
    t.match(await store.log.segments(), [{ number: 1 }, { number: 2, removedAt: undefined }]);
  });

  t.test('bytes of events are counted in UTF-8, over any stretch', async t => {
    const { store } = await open(t);
    const text = (seq: number) => `{"a":"${'ü'.repeat(seq % 7)}"}`;
    await commit(store, unit => {
      for (let seq = 1; seq <= 5000; seq++) unit.record(sampleEvent({ json: text(seq) }));
    });
    const sum = (first: number, last: number) => {
      let bytes = 0;
      for (let seq = first; seq <= last; seq++) bytes += Buffer.byteLength(text(seq));
      return bytes;
    };
    for (const [first, last] of [
      [1, 5000],
      [1, 2000],
      [2000, 4001],
      [7, 7],
      [4990, 5000],
    ] as const) {
      t.equal(await store.log.bytes(first, last), sum(first, last), `${first} to ${last}`);
    }
    t.equal(await store.log.bytes(4999, 9_000_000), sum(4999, 5000));
    t.equal(await store.log.bytes(9, 8), 0);
  });

  t.test('records of removed segments show nowhere, before and after they are purged', async t => {
    const { store, openAgain } = await open(t);
    await record(store, 25);
    const [id, second] = [1, 2].map(async seq => (await store.events.withSeq(seq))!.id);
    await keep(store, await closing(store));
    await record(store, 5);
    t.equal(await store.log.purge(100), 0, 'a closed segment is kept');
    await keep(store, { kind: 'remove segment', number: 1, at: new Date(1) });
    const look = async (title: string) => {
      const { events, log } = store;
      const kept = [26, 27, 28, 29, 30];
      t.same(seqsOf(await events.after(0, 100)), kept, title);
      t.same(seqsOf(await events.after(0, 100, { outcomes: ['success'] })), kept, title);
      t.same(seqsOf(await events.after(26, 2)), [27, 28], title);
      t.same(seqsOf(await events.latest(100)), kept, title);
      t.same(seqsOf((await events.page({ limit: 100 })).events), kept.toReversed(), title);
      t.same(await events.page({ before: 26, limit: 100 }), { events: [], next: undefined }, title);
      t.same(await events.count('outcome'), [{ value: 'success', count: 5 }], title);
      t.equal(await events.withSeq(25), undefined, title);
      t.equal(await events.withId((await id)!), undefined, title);
      t.equal(await events.withId((await second)!), undefined, title);
      t.equal(await log.bytes(1, 25), 0, title);
      t.equal((await log.hashes(0, 100)).length, 5, title);
      t.equal((await log.head()).seq, 30, title);
      await checkChain(t, store);
    };
    await look('removed');
    t.equal(await store.log.purge(10), 10);
    await look('purged in part');
    t.equal(await (await openAgain()).log.purge(10), 10);
    t.equal(await store.log.purge(10), 5);
    t.equal(await store.log.purge(10), 0);
    await look('purged');
    await record(store);
    t.equal((await checkChain(t, store)).at(-1)?.seq, 31);
  });

  t.test('checkpoints that cover only purged records go with them; the newest stays', async t => {
    const { store } = await open(t);
    const add = (size: number): LogChange => {
      const checkpoint = { size, note: `${size}`, time: new Date(1), subtrees: [] };
      return { kind: 'add checkpoint', checkpoint };
    };
    const sizes = async () => {
      const found: number[] = [];
      for (let kept = await store.log.checkpointCovering(0); kept;) {
        found.push(kept.size);
        kept = await store.log.checkpointCovering(kept.size + 1);
      }
      return found;
    };
    await record(store, 10);
    await keep(store, add(2), add(5), add(9), add(10), await closing(store));
    await keep(store, { kind: 'remove segment', number: 1, at: new Date(1) });
    t.same(await sizes(), [2, 5, 9, 10]);
    await store.log.purge(5);
    t.same(await sizes(), [5, 9, 10]);
    await store.log.purge(5);
    t.same(await sizes(), [10]);
    await record(store, 3);
    await keep(store, await closing(store));
    await keep(store, { kind: 'remove segment', number: 2, at: new Date(1) });
    await store.log.purge(5);
    t.same(await sizes(), [10]);
  });

  t.test('a log whose records are all gone goes on with seq and hash of the last', async t => {
    const { store, openAgain } = await open(t);
    await record(store, 4);
    const change = await closing(store);
    await keep(store, change);
    await keep(store, { kind: 'remove segment', number: 1, at: new Date(1) });
    const emptied = async (each: Store) => {
      t.same(await each.log.head(), { seq: 4, hash: change.segment.lastHash, time: (await each.log.head()).time });
      t.equal(await each.events.lastSeq(), 4);
      t.same(await checkChain(t, each), []);
    };
    await emptied(store);
    t.equal(await store.log.purge(3), 3);
    await emptied(store);
    t.equal(await store.log.purge(3), 1);
    await emptied(store);
    t.equal((await store.log.head()).time, undefined);
    const again = await openAgain();
    await emptied(again);
    await record(again, 2);
    const records = await checkChain(t, store);
    t.match(records, [{ seq: 5, prev: change.segment.lastHash }, { seq: 6 }]);
  });

  t.test('purging beside readers and writers disturbs neither', async t => {
    const { store, openAgain } = await open(t);
    const others = await openAgain();
    await record(store, 1000);
    await keep(store, await closing(store));
    await record(store, 1000);
    await keep(store, { kind: 'remove segment', number: 1, at: new Date(1) });
    let isDone = false;
    const purging = (async () => {
      let purged = 0;
      for (let some = -1; some !== 0; purged += some) some = await others.log.purge(30);
      isDone = true;
      return purged;
    })();
    let rounds = 0;
    while (!isDone || rounds < 3) {
      const page = await store.events.after(0, 50);
      t.same(
        seqsOf(page),
        Array.from({ length: 50 }, (_, index) => 1001 + index),
      );
      await record(store);
      rounds++;
    }
    t.equal(await purging, 1000);
    t.equal((await checkChain(t, store)).length, 1000 + rounds);
  });
}
