// make build && node --enable-source-maps --import tsx bench/events.ts [--events 1000000] [--limit 100]
// For property 20 of docs/audit.md: pages of a filtered listing, deep ones too, counts, and what the index beside the log costs.
import Sqlite from 'better-sqlite3';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  type EventFilter,
  type EventGroup,
  type KeptEvent,
  openSqliteStore,
  type Store,
} from '../server/store/index.ts';
import { eventSamples, type EventSamples } from './event-samples.ts';
import { percentiles } from './measure.ts';

const DAY_MS = 24 * 3600 * 1000;
const RECORDED_AT_ONCE = 2000;
const INDEXED_AT_ONCE = 1000;
const ROUNDS = 40;
const INSERTS = 2000;
const DESTROY = { actions: ['hs-crypto.kmip-key.destroy'] };

const { values } = parseArgs({
  options: { events: { type: 'string', default: '1000000' }, limit: { type: 'string', default: '100' } },
});
const [count, limit] = [Number(values.events), Number(values.limit)];
const folder = mkdtempSync(join(tmpdir(), 'kmipd-bench-'));
try {
  const path = join(folder, 'kmipd.db');
  const samples = eventSamples(count);
  const store = openSqliteStore({ path });
  console.log(
    `${cpus().length} cores (${cpus()[0]?.model.trim()}), Node ${process.version}, ${count} events, pages of ${limit}\n`,
  );

  const recording = await timed(() => recordAll(store, samples));
  const bare = bytesOf(path);
  const turns: number[] = [];
  const filling = await timed(() => fill(store, turns));
  const { p50, p99 } = percentiles(turns);
  const perEvent = (bytes: number) => (bytes / count).toFixed(0);
  console.log(
    `recorded in ${(recording / 1000).toFixed(0)} s, ${perEvent(bare)} bytes of database for an event; index filled in ` +
      `${(filling / 1000).toFixed(0)} s (${((filling * 1000) / count).toFixed(0)} µs an event; ` +
      `others wait ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms), ${perEvent(bytesOf(path) - bare)} bytes more for an event\n`,
  );
  console.log(
    '| filter | found | first page p50 ms | p99 ms | deep page p50 ms | p99 ms |\n| --- | ---: | ---: | ---: | ---: | ---: |',
  );
  for (const [name, filter] of filters(samples)) {
    const first = await pages(store, filter, undefined);
    const deep = await pages(store, filter, Math.floor(count / 3));
    const cells = [first.found, ...[first.p50, first.p99, deep.p50, deep.p99].map(ms => ms.toFixed(1))];
    console.log(`| ${name} | ${cells.join(' | ')} |`);
  }
  console.log('\n| counted by | filter | ms |\n| --- | --- | ---: |');
  for (const [by, name, filter] of countings(samples)) {
    const ms = await timed(async () => void (await store.events.count(by, filter)));
    console.log(`| ${by} | ${name} | ${ms.toFixed(0)} |`);
  }
  await store.close();
  console.log(`\n${insertCosts(folder, samples)}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function recordAll(store: Store, samples: EventSamples): Promise<void> {
  for (let start = 0; start < count; start += RECORDED_AT_ONCE) {
    const unit = store.begin();
    for (let index = start; index < Math.min(start + RECORDED_AT_ONCE, count); index++)
      unit.record(samples.event(index));
    await unit.commit();
  }
}

/** `turns`: takes how long each turn of the event loop was, meanwhile. */
async function fill(store: Store, turns: number[]): Promise<void> {
  let isDone = false;
  let last = performance.now();
  const look = () => {
    const now = performance.now();
    turns.push(now - last);
    last = now;
    if (!isDone) setImmediate(look);
  };
  setImmediate(look);
  while ((await store.log.index(INDEXED_AT_ONCE)) > 0);
  isDone = true;
}

async function pages(store: Store, filter: EventFilter, before: number | undefined) {
  const times: number[] = [];
  let found = '';
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    const page = await store.events.page({ before, limit, filter });
    times.push(performance.now() - start);
    found = `${page.events.length}${page.next === undefined ? '' : ' …'}`;
  }
  return { found, ...percentiles(times) };
}

function filters(samples: EventSamples): [string, EventFilter][] {
  const { start, initiators, vaults } = samples;
  const some = samples.event(Math.floor(count / 5));
  const [tenth, eleventh] = [10, 11].map(day => new Date(start.getTime() + day * DAY_MS)) as [Date, Date];
  return [
    ['none', {}],
    ['action', { actions: ['hs-crypto.kmip-key.read'] }],
    ['action, 1 in 100', { actions: ['hs-crypto.kmip-key.destroy'] }],
    ['initiator', { initiators: [initiators.common] }],
    ['initiator, 1 in 50 000', { initiators: [initiators.rare] }],
    ['outcome failure', { outcomes: ['failure'] }],
    ['severity critical', { severities: ['critical'] }],
    ['vault', { vault: vaults.common }],
    ['vault, 1 in 50 000', { vault: vaults.rare }],
    ['key', { target: some.target }],
    ['correlationId', { correlationId: some.correlationId }],
    ['a day', { since: tenth, until: eleventh }],
    ['since', { since: tenth }],
    ['initiator, failure', { initiators: [initiators.common], outcomes: ['failure'] }],
    ['rare initiator, destroy', { initiators: [initiators.rare], ...DESTROY }],
    ['vault, a day, destroy', { vault: vaults.common, since: tenth, until: eleventh, ...DESTROY }],
    ['destroy, failure (never)', { outcomes: ['failure'], ...DESTROY }],
    ['text: lifecycle', { text: 'lifecycle' }],
    ['text: success key (nearly all)', { text: 'success key' }],
    ['text: c (nearly all)', { text: 'c' }],
    ['text: vm-7 disk', { text: 'vm-7 disk' }],
    ['text: disk lifecycle (never together)', { text: 'disk lifecycle' }],
    ['text: zebra (never)', { text: 'zebra' }],
    ['text: a UUID', { text: some.id }],
    ['text: 8 digits of it', { text: some.id.slice(0, 8) }],
    ['text: 2 digits of it', { text: some.id.slice(0, 2) }],
    ['text: 1 digit of it', { text: some.id.slice(0, 1) }],
    ['text: success, rare initiator', { text: 'success', initiators: [initiators.rare] }],
    ['text: disk, a day', { text: 'disk', since: tenth, until: eleventh }],
  ];
}

function countings({ initiators }: EventSamples): [EventGroup, string, EventFilter][] {
  return [
    ['action', 'none', {}],
    ['initiator', 'none', {}],
    ['hour', 'none', {}],
    ['action', 'rare initiator', { initiators: [initiators.rare] }],
    ['action', 'text: disk', { text: 'disk' }],
    ['outcome', 'text: certificateid (all)', { text: 'certificateid' }],
  ];
}

/** Microseconds that the insert of an event takes within a transaction: with the indices that `event` had, and without them. */
function insertCosts(folder: string, samples: EventSamples): string {
  const database = new Sqlite(join(folder, 'kmipd.db'));
  database.pragma('synchronous = OFF');
  let index = count;
  const cost = () => {
    const events = Array.from({ length: INSERTS }, () => samples.event(index++));
    const insert = database.prepare(`INSERT INTO event (id, time, action, outcome, severity, initiator, target, vault,
      correlation_id, v, prev, hash, json) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1, zeroblob(32), zeroblob(32), ?)`);
    const write = database.transaction((some: KeptEvent[]) => {
      for (const { id, time, action, outcome, severity, initiator, target, vault, correlationId, json } of some) {
        insert.run(id, time.getTime(), action, outcome, severity, initiator, target, vault, correlationId, json);
      }
    });
    const start = performance.now();
    for (let from = 0; from < INSERTS; from += 20) write(events.slice(from, from + 20));
    return ((performance.now() - start) * 1000) / INSERTS;
  };
  const without = Math.min(cost(), cost(), cost());
  database.exec(`CREATE INDEX event_by_time ON event (time); CREATE INDEX event_by_action ON event (action);
    CREATE INDEX event_by_initiator ON event (initiator); CREATE INDEX event_by_failure ON event (outcome) WHERE outcome <> 'success'`);
  const before = Math.min(cost(), cost(), cost());
  database.close();
  return `an insert takes ${without.toFixed(0)} µs; ${before.toFixed(0)} µs with the indices that requests kept in order before`;
}

function bytesOf(path: string): number {
  return statSync(path).size;
}

async function timed(run: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}
