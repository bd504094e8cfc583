import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { EventFilter, SequencedEvent } from '../../../../server/store/index.ts';
import type { Tables } from '../../../../server/store/sqlite/connection.ts';
import { EventSearch, type SearchBounds } from '../../../../server/store/sqlite/event-search.ts';
import type { SqliteStore } from '../../../../server/store/sqlite/sqlite-store.ts';
import { meetsFilter, randomEvents, randomFilter, randomNumbers } from '../random-events.ts';
import { commit, sampleEvent } from '../samples.ts';
import { openRaw, openStore } from './workbench.ts';

/** A store whose log begins after that record: those before it are removed. */
function openLateStore(t: Test, lastRemoved: number): { store: SqliteStore; path: string } {
  const path = join(t.testdir(), 'kmipd.db');
  const store = openStore(t, { path });
  openRaw(t, path)
    .prepare("INSERT INTO segment VALUES (1, 1, ?, zeroblob(32), zeroblob(32), x'', 0, 1, NULL, 0)")
    .run(lastRemoved);
  return { store, path };
}

async function recordAndIndex(store: SqliteStore, count: number, seed: number): Promise<SequencedEvent[]> {
  const kept = randomEvents(randomNumbers(seed), count);
  await commit(store, unit => kept.forEach(event => unit.record(event)));
  while ((await store.log.index(500)) > 0);
  return store.events.after(0, Number.MAX_SAFE_INTEGER);
}

/** seqs of all that is found, page by page, and how many pages were short although they had a next one. */
async function paged(store: SqliteStore, filter: EventFilter, limit: number, bounds?: SearchBounds) {
  const page = (options: { before: number | undefined; limit: number; filter: EventFilter }) =>
    store.connection.read(({ database, eventIndex, events }: Tables) =>
      new EventSearch(database, eventIndex, events, bounds).page(options),
    );
  const found: number[] = [];
  let short = 0;
  for (let before: number | undefined; ;) {
    const { events, next } = await page({ before, limit, filter });
    found.push(...events.map(({ seq }) => seq));
    if (next === undefined) return { found, short };
    if (events.length < limit) short++;
    if (next >= (before ?? Infinity)) throw new Error(`goes on before ${next}, was before ${before}`);
    before = next;
  }
}

t.test('events are found on both sides of the end of an epoch, by blocks and by tokens', async t => {
  const { store } = openLateStore(t, 65_536 - 700);
  const all = await recordAndIndex(store, 1500, 6);
  t.equal(all[0]?.seq, 65_536 - 699);
  const next = randomNumbers(7);
  let both = 0;
  for (const bounds of [undefined, { work: 25_000, blocksFirst: 0 }]) {
    const problems: string[] = [];
    for (let round = 0; round < 40; round++) {
      const filter = randomFilter(next, all);
      const expected = all
        .filter(event => meetsFilter(event, filter))
        .map(({ seq }) => seq)
        .toReversed();
      if (expected[0]! >= 65_536 && expected.at(-1)! < 65_536) both++;
      const { found } = await paged(store, filter, 1 + Math.floor(next() * 100), bounds);
      if (found.join() !== expected.join()) problems.push(JSON.stringify(filter));
    }
    t.same(problems, []);
  }
  t.ok(both > 10, `${both} filters found some on both sides`);
});

t.test('a page whose work is bounded may be short or empty, and all pages together are what matches', async t => {
  const { store } = openLateStore(t, 65_536 - 300);
  const all = await recordAndIndex(store, 900, 8);
  await commit(store, unit => randomEvents(randomNumbers(9), 300).forEach(event => unit.record(event)));
  const whole = await store.events.after(0, Number.MAX_SAFE_INTEGER);
  const next = randomNumbers(10);
  let shortPages = 0;
  const problems: string[] = [];
  for (let round = 0; round < 30; round++) {
    const filter = randomFilter(next, all);
    const expected = whole
      .filter(event => meetsFilter(event, filter))
      .map(({ seq }) => seq)
      .toReversed();
    const { found, short } = await paged(store, filter, 20, { work: 1 + Math.floor(next() * 400), blocksFirst: 0 });
    if (found.join() !== expected.join()) problems.push(JSON.stringify(filter));
    shortPages += short;
  }
  t.same(problems, []);
  t.ok(shortPages > 15, `${shortPages} pages were short`);
});

t.test('what is purged leaves nothing in the index', async t => {
  const path = join(t.testdir(), 'kmipd.db');
  const store = openStore(t, { path });
  const raw = openRaw(t, path);
  const holding = (token: string) =>
    raw.prepare('SELECT count(*) FROM event_text WHERE event_text MATCH ?').pluck().get(`"${token}"`);
  const words = () => raw.prepare('SELECT word, events FROM event_word ORDER BY word').all();
  const event = (text: string) => sampleEvent({ json: JSON.stringify({ message: text }) });
  await commit(store, unit => unit.record(event('canary both')));
  await commit(store, unit => unit.record(event('both')));
  t.equal(await store.log.index(9), 2);
  t.same(words(), [
    { word: 'both', events: 2 },
    { word: 'canary', events: 1 },
  ]);
  t.same([holding('0wcanary'), holding('0wboth')], [1, 2]);
  raw.prepare("INSERT INTO segment VALUES (1, 1, 1, zeroblob(32), zeroblob(32), x'', 0, 1, NULL, 0)").run();
  t.equal(await store.log.purge(9), 1);
  t.same(words(), [{ word: 'both', events: 1 }]);
  t.same([holding('0wcanary'), holding('0wboth')], [0, 1]);
  raw.exec('UPDATE segment SET last_seq = 2');
  t.equal(await store.log.purge(9), 1);
  t.same(words(), []);
  t.equal(raw.prepare('SELECT count(*) FROM event_block').pluck().get(), 0);
});

t.test('a filling that fails leaves the index as it was, and is made up for', async t => {
  const path = join(t.testdir(), 'kmipd.db');
  const store = openStore(t, { path });
  const raw = openRaw(t, path);
  await commit(store, unit => unit.record(sampleEvent({ action: 'first' })));
  raw.exec("CREATE TRIGGER fault BEFORE INSERT ON event_block BEGIN SELECT raise(ABORT, 'fault'); END");
  await t.rejects(store.log.index(9), /fault/);
  raw.exec('DROP TRIGGER fault');
  // Takes the number that the first had before it was rolled back.
  raw.exec("INSERT INTO event_class (action, outcome, severity, vault) VALUES ('other', '', '', '')");
  t.equal(await store.log.index(9), 1);
  t.equal(await store.log.index(9), 0);
  t.equal((await store.events.page({ limit: 9, filter: { actions: ['first'] } })).events.length, 1);
  t.same(await store.events.count('action'), [{ value: 'first', count: 1 }]);
});

t.test('a commit needs no room in the index, and a store that closes lets the index be', async t => {
  const store = openStore(t);
  await commit(store, unit => randomEvents(randomNumbers(11), 2000).forEach(event => unit.record(event)));
  const filling = store.log.index(2000);
  await commit(store, unit => unit.record(sampleEvent()));
  t.equal(await store.events.lastSeq(), 2001);
  await store.close();
  t.ok((await filling) < 2000, 'what was left is for the next start');
});
