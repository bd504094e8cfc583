import type { Test } from 'tap';
import { ConflictError, type Store } from '../../../../server/store/index.ts';
import { chained } from '../chain.ts';
import { addObject, addVault, commit, sampleEvent } from '../samples.ts';
import { settled, type Open } from './opened.ts';

export function events(t: Test, open: Open): void {
  t.test('events are numbered 1, 2, 3 in the order recorded and come back as they were', async t => {
    const { store } = await open(t);
    const kept = Array.from({ length: 5 }, (_, index) => sampleEvent({ time: new Date(1000 + index) }));
    await commit(store, unit => kept.slice(0, 3).forEach(event => unit.record(event)));
    await commit(store, unit => kept.slice(3).forEach(event => unit.record(event)));
    const sequenced = chained(kept);
    t.same(await store.events.after(0, 10), sequenced);
    t.same(await store.events.after(2, 2), sequenced.slice(2, 4));
    t.same(await store.events.after(5, 2), []);
    t.same(await store.events.latest(2), sequenced.slice(3));
    t.equal(await store.events.lastSeq(), 5);
  });

  t.test('events are filtered by each thing that they are listed by, together', async t => {
    const { store } = await open(t);
    const kept = [
      sampleEvent({ time: new Date(1000), action: 'a', initiator: 'x', outcome: 'success', target: 'key' }),
      sampleEvent({ time: new Date(3000), action: 'b', initiator: 'x', outcome: 'success', vault: 'lab' }),
      sampleEvent({ time: new Date(2000), action: 'a', initiator: 'y', outcome: 'failure', correlationId: 'm' }),
      sampleEvent({
        ...{ time: new Date(4000), action: 'a', initiator: 'x', outcome: 'failure', severity: 'critical' },
        json: '{"message":"Größe 12","names":["Über-Alles"]}',
      }),
    ];
    await commit(store, unit => kept.forEach(event => unit.record(event)));
    const cases: [Parameters<Store['events']['latest']>[1], number[]][] = [
      [{}, [1, 2, 3, 4]],
      [{ since: new Date(2000) }, [2, 3, 4]],
      [{ since: new Date(2001) }, [2, 4]],
      [{ since: new Date(9000) }, []],
      [{ actions: ['a'] }, [1, 3, 4]],
      [{ initiators: ['x'] }, [1, 2, 4]],
      [{ outcomes: ['failure'] }, [3, 4]],
      [{ actions: ['a', 'c'], initiators: ['x'], outcomes: ['failure'], since: new Date(0) }, [4]],
      [{ actions: ['none'] }, []],
      [{ actions: ['none', 'b', 'a'] }, [1, 2, 3, 4]],
      [{ initiators: ['y', 'x'], actions: ['b'] }, [2]],
      [{ outcomes: ['success', 'failure'], since: new Date(3000), until: new Date(3000) }, [2]],
      [{ until: new Date(2000) }, [1, 3]],
      [{ until: new Date(999) }, []],
      [{ severities: ['critical', 'warning'] }, [4]],
      [{ target: 'key' }, [1]],
      [{ vault: 'lab' }, [2]],
      [{ correlationId: 'm' }, [3]],
      [{ text: 'gröẞ ÜBER' }, [4]],
      [{ text: 'alles', outcomes: ['failure'] }, [4]],
      [{ text: 'names' }, []],
      [{ text: 'ü', target: 'key' }, [1]],
      [{ text: 'ü', severities: ['critical'] }, [4]],
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
