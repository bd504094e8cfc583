import type { Test } from 'tap';
import type { EventFilter, EventGroup, SequencedEvent, Store } from '../../../../server/store/index.ts';
import { meetsFilter, randomEvents, randomFilter, randomNumbers } from '../random-events.ts';
import { commit } from '../samples.ts';
import type { Open } from './opened.ts';

const GROUPS: readonly EventGroup[] = ['action', 'initiator', 'outcome', 'severity', 'vault', 'hour'];
const COUNT = 2500;

export function eventPages(t: Test, open: Open): void {
  t.test('pages and counts are what a plain scan finds, wherever the index has got to', async t => {
    const { store, openAgain } = await open(t);
    const other = await openAgain();
    const seed = Number(process.env['EVENTS_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
    t.comment(`EVENTS_SEED=${seed}`);
    const next = randomNumbers(seed);
    const kept = randomEvents(next, COUNT);
    const record = (from: number, to: number) =>
      commit(store, unit => kept.slice(from, to).forEach(event => unit.record(event)));
    await record(0, 2000);
    await agrees(t, store, next, 'nothing in the index');
    t.equal(await store.log.index(900), 900);
    await agrees(t, store, next, 'a part in the index');
    await agrees(t, other, next, 'for another process too');
    await Promise.all([store.log.index(400), other.log.index(400)]);
    await record(2000, COUNT);
    await agrees(t, store, next, 'filled by two processes, and more events since');
    while ((await store.log.index(1000)) > 0);
    t.equal(await other.log.index(1), 0);
    await agrees(t, other, next, 'all in the index');
  });

  t.test('records of removed segments show in no page and no count, before and after they are purged', async t => {
    const { store } = await open(t);
    const next = randomNumbers(4);
    const kept = randomEvents(next, 700);
    await commit(store, unit => kept.forEach(event => unit.record(event)));
    await store.log.index(450);
    await removeUpTo(store, 1, 300);
    await agrees(t, store, next, 'removed', 300);
    t.equal(await store.log.purge(170), 170);
    await agrees(t, store, next, 'purged in part', 300);
    while ((await store.log.purge(170)) > 0);
    await agrees(t, store, next, 'purged', 300);
    // Some that the index never held.
    await removeUpTo(store, 2, 560);
    while ((await store.log.purge(100)) > 0);
    await agrees(t, store, next, 'purged beyond the index', 560);
    while ((await store.log.index(50)) > 0);
    await agrees(t, store, next, 'filled after a gap', 560);
    await removeUpTo(store, 3, 700);
    while ((await store.log.purge(100)) > 0);
    t.same(await store.events.page({ limit: 5 }), { events: [], next: undefined });
    t.same(await store.events.count('action'), []);
    await commit(store, unit => randomEvents(next, 3).forEach(event => unit.record(event)));
    t.equal(await store.log.index(10), 3);
    t.same(
      (await store.events.page({ limit: 5 })).events.map(({ seq }) => seq),
      [703, 702, 701],
    );
  });

  t.test(
    'a page may be asked for with any limit, and says that nothing older can match when it holds the oldest',
    async t => {
      const { store } = await open(t);
      await commit(store, unit => randomEvents(randomNumbers(5), 10).forEach(event => unit.record(event)));
      for (const title of ['not in the index', 'in the index']) {
        t.equal((await store.events.page({ limit: 10 })).next, undefined, title);
        t.equal((await store.events.page({ limit: 9 })).next, 2, title);
        t.equal((await store.events.page({ before: 2, limit: 9 })).events.length, 1, title);
        t.same(await store.events.page({ before: 1, limit: 9 }), { events: [], next: undefined }, title);
        t.equal((await store.events.page({ before: 99, limit: 99 })).events.length, 10, title);
        t.same(
          await store.events.page({ limit: 1, filter: { text: 'zebra' } }),
          { events: [], next: undefined },
          title,
        );
        await store.log.index(100);
      }
    },
  );
}

/** Compares with a plain scan of what the store gives in order. The first `removed` are not there any more. */
async function agrees(t: Test, store: Store, next: () => number, title: string, removed = 0): Promise<void> {
  const all = await store.events.after(0, Number.MAX_SAFE_INTEGER);
  t.equal(all[0]?.seq, removed + 1, `${title}: begins where the log does`);
  const problems: string[] = [];
  let matched = 0;
  for (let round = 0; round < 40 && problems.length < 3; round++) {
    const filter = randomFilter(next, all);
    const expected = all.filter(event => meetsFilter(event, filter));
    matched += expected.length > 0 ? 1 : 0;
    const limit = 1 + Math.floor(next() * 200);
    const problem =
      differs(await paged(store, filter, limit), expected.toReversed()) ??
      differs(await store.events.latest(limit, filter), expected.slice(-limit)) ??
      differs(
        await store.events.after(removed + 5, limit, filter),
        expected.filter(({ seq }) => seq > removed + 5).slice(0, limit),
      ) ??
      differs(
        await counted(store, filter, GROUPS[round % GROUPS.length]!),
        countOf(expected, GROUPS[round % GROUPS.length]!),
      );
    if (problem !== undefined) problems.push(`${JSON.stringify({ filter, limit })}: ${problem}`);
  }
  t.same(problems, [], title);
  t.ok(matched > 8, `${title}: ${matched} filters found something`);
}

/** All events that match, page by page. */
async function paged(store: Store, filter: EventFilter, limit: number): Promise<SequencedEvent[]> {
  const found: SequencedEvent[] = [];
  for (let before: number | undefined; ;) {
    const page = await store.events.page({ before, limit, filter });
    found.push(...page.events);
    if (page.events.length > limit) throw new Error(`a page of ${limit} has ${page.events.length}`);
    if (page.next === undefined) return found;
    if (page.next >= (before ?? Infinity)) throw new Error(`the page before ${before} goes on before ${page.next}`);
    before = page.next;
  }
}

const counted = async (store: Store, filter: EventFilter, by: EventGroup) =>
  (await store.events.count(by, filter)).map(({ value, count }) => `${count} ${value}`);

function countOf(events: readonly SequencedEvent[], by: EventGroup): string[] {
  const values = events.map(event => (by === 'hour' ? event.time.toISOString().slice(0, 13) : event[by]));
  const counts = [...new Set(values)].map(value => ({ value, count: values.filter(each => each === value).length }));
  const byValue = (a: { value: string }, b: { value: string }) => (a.value < b.value ? -1 : 1);
  counts.sort((a, b) => (by === 'hour' ? 0 : b.count - a.count) || byValue(a, b));
  return counts.map(({ value, count }) => `${count} ${value}`);
}

function differs(found: readonly unknown[], expected: readonly unknown[]): string | undefined {
  const at = expected.findIndex((each, index) => JSON.stringify(each) !== JSON.stringify(found[index]));
  if (at < 0 && found.length === expected.length) return undefined;
  const [has, wants] = [found, expected].map(list =>
    (JSON.stringify(list[Math.max(at, 0)]) ?? 'nothing').slice(0, 300),
  );
  return `${found.length} found, ${expected.length} expected; ${has}, must be ${wants}`;
}

async function removeUpTo(store: Store, number: number, lastSeq: number): Promise<void> {
  const { firstSeq, firstPrev } = await store.log.start();
  const lastHash = (await store.events.withSeq(lastSeq))!.hash;
  const at = new Date(0);
  const segment = { number, firstSeq, lastSeq, firstPrev, lastHash, subtrees: [], closedAt: at, bytes: 1 };
  await commit(store, unit => unit.keepLog({ kind: 'close segment', segment }));
  await commit(store, unit => unit.keepLog({ kind: 'remove segment', number, at }));
}
