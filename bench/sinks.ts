// node --import tsx bench/sinks.ts [--minutes 10] [--seed N]
// Shows properties 16 and 17: a server under load whose sinks are broken and mended at random; afterwards each one's distinct ids must be
// the log, in order. Then what a Get feels of a sink that accepts and never reads, beside the same without it, in turns.
import Sqlite from 'better-sqlite3';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { httpReceiver, MOODS, syslogReceiver, type Receiver } from './broken-receivers.ts';
import { residentMb } from './many-keys.ts';
import { measure } from './measure.ts';
import * as requests from './requests.ts';
import { auditScenarios } from './scenarios.ts';
import { startKmipd } from './targets.ts';
import { createdIdentifier, Wire, type Target } from './wire.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 32) },
  },
});
const minutes = Number(values.minutes);
/** Requests of the load a second, about: the receivers must be able to keep up when they are well. */
const CLIENTS = 4;
const PAUSE_MS = 10;
const MOOD_MS = 5000;
const DRAIN_MS = 120_000;

let state = Number(values.seed);
/** A whole number below `below`; the same seed gives the same row. */
const draw = (below: number) => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
};

const folder = mkdtempSync(join(tmpdir(), 'kmipd-sinks-'));
const webhook = await httpReceiver('webhook', body => (JSON.parse(body) as { id: string }[]).map(({ id }) => id));
const otlp = await httpReceiver('OTLP', body =>
  [...body.matchAll(/"event\.id","value":\{"stringValue":"([^"]+)"/g)].map(([, id = '']) => id),
);
const syslog = await syslogReceiver('syslog');
const receivers: readonly Receiver[] = [webhook, otlp, syslog];
const file = join(folder, 'events.jsonl');
const sinks = [
  { type: 'file', path: file },
  { type: 'webhook', url: `http://127.0.0.1:${webhook.port}/events`, timeoutMs: 2000 },
  { type: 'otlp', url: `http://127.0.0.1:${otlp.port}/v1/logs`, timeoutMs: 2000 },
  { type: 'syslog', host: '127.0.0.1', port: syslog.port, transport: 'tcp' },
];

let server: Target | undefined;
let passed = true;
try {
  console.log(`seed ${values.seed}, ${minutes} minutes`);
  const kmipd = await startKmipd(folder, ['--set', `audit.sinks=${JSON.stringify(sinks)}`]);
  server = kmipd;
  await underBrokenSinks(kmipd);
  await receivers.reduce((before, receiver) => before.then(() => receiver.mood('well')), Promise.resolve());
  const log = await drained(join(kmipd.data, 'kmipd.db'));
  console.log(`the log: ${log.length} events`);
  const fileIds = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map(line => (JSON.parse(line) as { id: string }).id);
  for (const { name, ids } of [...receivers, { name: 'file', ids: fileIds }]) {
    const distinct = [...new Set(ids)];
    const known = new Set(distinct);
    const missing = log.filter(id => !known.has(id)).length;
    const isEqual = distinct.length === log.length && distinct.every((id, i) => id === log[i]);
    passed &&= isEqual;
    console.log(
      `${name}: ${distinct.length} distinct ids ${isEqual ? '= the log, in order' : `ARE NOT the log (${missing} missing)`}; ${ids.length - distinct.length} duplicates`,
    );
  }
  await server.stop();
  server = undefined;
  await besideHangingSink();
} finally {
  await server?.stop();
  for (const receiver of receivers) await receiver.close();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(passed ? 0 : 1);

/** Load, and every few seconds another mood for one of the receivers. */
async function underBrokenSinks(target: Target): Promise<void> {
  const end = performance.now() + minutes * 60_000;
  const memory: number[] = [];
  const clients = Array.from({ length: CLIENTS }, async () => {
    const wire = await Wire.open(target);
    const get = requests.get(createdIdentifier(await wire.exchange(requests.create())));
    while (performance.now() < end) {
      await wire.exchange(draw(4) === 0 ? requests.create() : get);
      await wait(PAUSE_MS);
    }
    wire.close();
  });
  while (performance.now() < end) {
    memory.push(residentMb(target.pid));
    await receivers[draw(receivers.length)]!.mood(MOODS[draw(MOODS.length)]!);
    await wait(Math.min(MOOD_MS, Math.max(0, end - performance.now())));
  }
  await Promise.all(clients);
  const part = (from: number, to: number) => Math.max(...memory.slice(memory.length * from, memory.length * to + 1));
  console.log(
    `resident memory: ${memory[0]} MB at first, at most ${part(0, 0.5)} MB in the first half, ${part(0.5, 1)} MB in the second`,
  );
}

/** Ids of all events in order, once every sink has them. */
async function drained(path: string): Promise<string[]> {
  const database = new Sqlite(path, { readonly: true });
  try {
    const last = () => database.prepare('SELECT max(seq) FROM event').pluck().get() as number;
    const behind = () => database.prepare('SELECT min(seq) FROM sink_cursor').pluck().get() as number;
    const end = performance.now() + DRAIN_MS;
    while (behind() < last() && performance.now() < end) await wait(500);
    await wait(3000);
    return database.prepare('SELECT id FROM event ORDER BY seq').pluck().all() as string[];
  } finally {
    database.close();
  }
}

async function besideHangingSink(): Promise<void> {
  const hanging = await syslogReceiver('hanging');
  await hanging.mood('hangs');
  const [get] = auditScenarios.filter(({ name }) => name === 'Get');
  const targets: Target[] = [];
  try {
    for (const [name, kinds] of [
      ['without', []],
      ['with', [{ type: 'syslog', host: '127.0.0.1', port: hanging.port, transport: 'tcp' }]],
    ] as const) {
      mkdirSync(join(folder, name));
      targets.push(await startKmipd(join(folder, name), ['--set', `audit.sinks=${JSON.stringify(kinds)}`]));
    }
    const [without, beside] = targets as [Target, Target];
    const p99 = new Map([
      [without, [] as number[]],
      [beside, [] as number[]],
    ]);
    for (const target of [without, beside, beside, without, without, beside])
      p99.get(target)!.push((await measure(get!, target, 8, 3, 1)).p99);
    const middle = (target: Target) => p99.get(target)!.sort((a, b) => a - b)[1]!;
    console.log(
      `Get at 8 connections: p99 ${middle(without).toFixed(2)} ms without a sink, ${middle(beside).toFixed(2)} ms with one that never reads, ${(middle(beside) / middle(without)).toFixed(2)} times`,
    );
  } finally {
    for (const target of targets) await target.stop();
    await hanging.close();
  }
}
