import type { Test } from 'tap';
import { FIRST_PREV, nextRecord } from '../../../../server/chain/index.ts';
import type { KeptEvent, SequencedEvent } from '../../../../server/store/index.ts';
import { commit, sampleEvent } from '../samples.ts';
import type { Open } from './opened.ts';

/** The events as the first records of a log. */
export function chained(events: readonly KeptEvent[]): SequencedEvent[] {
  let prev = FIRST_PREV;
  return events.map((event, index) => {
    const record = nextRecord(index + 1, prev, event.json);
    prev = record.hash;
    return { ...event, ...record };
  });
}

export function log(t: Test, open: Open): void {
  t.test('each event is chained to the one before', async t => {
    const { store } = await open(t);
    t.same(await store.log.head(), { seq: 0, hash: FIRST_PREV, time: undefined });
    const kept = [sampleEvent(), sampleEvent({ time: new Date(7), json: '{}' })];
    await commit(store, unit => kept.forEach(event => unit.record(event)));
    const [first, second] = chained(kept);
    t.match(await store.log.head(), { seq: 2, hash: second!.hash, time: new Date(7) });
    t.same(
      await store.log.hashes(0, 10),
      [first, second].map(event => Buffer.from(event!.hash, 'hex')),
    );
  });
}
