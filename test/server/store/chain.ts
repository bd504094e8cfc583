import type { Test } from 'tap';
import { FIRST_PREV, nextRecord, recordHash } from '../../../server/chain/index.ts';
import type { KeptEvent, LogChange, SequencedEvent, Store } from '../../../server/store/index.ts';

/** The events as the first records of a log. */
export function chained(events: readonly KeptEvent[]): SequencedEvent[] {
  let prev = FIRST_PREV;
  return events.map((event, index) => {
    const record = nextRecord(index + 1, prev, event.json);
    prev = record.hash;
    return { ...event, ...record };
  });
}

/** Reads the log from its start to its head, and checks numbers, links and hashes. Returns its records. */
export async function checkChain(t: Test, store: Store): Promise<SequencedEvent[]> {
  const { firstSeq, firstPrev } = await store.log.start();
  const records: SequencedEvent[] = [];
  for (let seq = firstSeq - 1; ; seq = records.at(-1)!.seq) {
    const page = await store.events.after(seq, 777);
    records.push(...page);
    if (page.length < 777) break;
  }
  let [seq, prev] = [firstSeq - 1, firstPrev];
  const faults = records.flatMap(record => {
    const isRight = record.seq === ++seq && record.prev === prev && record.hash === recordHash(record);
    prev = record.hash;
    return isRight ? [] : [record.seq];
  });
  t.same(faults, [], `${records.length} records are chained`);
  const head = await store.log.head();
  t.same([head.seq, head.hash], [seq, prev], 'up to the head');
  const hashes = await store.log.hashes(firstSeq - 1, records.length + 1);
  t.same(
    hashes.map(hash => Buffer.from(hash).toString('hex')),
    records.map(({ hash }) => hash),
  );
  return records;
}

/** That closes the records up to the head as the next segment. */
export async function closing(store: Store): Promise<Extract<LogChange, { kind: 'close segment' }>> {
  const last = (await store.log.segments()).at(-1);
  const { seq, hash } = await store.log.head();
  const firstSeq = (last?.lastSeq ?? 0) + 1;
  const segment = {
    ...{ number: (last?.number ?? 0) + 1, firstSeq, lastSeq: seq },
    ...{ firstPrev: last?.lastHash ?? FIRST_PREV, lastHash: hash },
    subtrees: [Buffer.alloc(32, seq), Buffer.alloc(32, seq + 1)],
    closedAt: new Date(1000 + seq),
    bytes: await store.log.bytes(firstSeq, seq),
  };
  return { kind: 'close segment', segment };
}
