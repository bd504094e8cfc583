import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { registry, State } from '../../kmip-codec/index.ts';
import type { AuditEvent } from '../../server/audit/index.ts';
import type { KmipClient } from './kmip-client.ts';
import { newFolder } from './byte-search.ts';
import { Ledger } from './kill-ledger.ts';
import { drawsFrom, Load } from './kill-load.ts';
import { spawnServer, type ServerProcess } from './server-process.ts';

/** KMIPD_KILL_ROUNDS and KMIPD_KILL_SEED say others. The same seed gives the same draws; the moments of a kill repeat only roughly. */
const rounds = Number(process.env['KMIPD_KILL_ROUNDS'] ?? 50);
const seed = Number(process.env['KMIPD_KILL_SEED'] ?? Date.now() % 2 ** 32);

const CONNECTIONS = 5;
/** For how long a server works before it is killed. */
const LOAD_MS_MIN = 50;
const LOAD_MS_MAX = 250;
/** Servers at once, each with a data folder of its own: while one starts again, another is under load. */
const LANES = 2;
/** Keys fetched before a kill that are fetched again after it. */
const FETCHED_AGAIN = 3;

t.setTimeout(120_000 + rounds * 10_000);

/**
 * SIGKILL ends the process, not the machine: what SQLite has handed to the system is there afterwards also without fsync, which
 * this cannot see. It shows that no answer leaves before its commit, and that changes and events are one commit.
 */
t.test(`killed ${rounds} times under load, nothing is lost and nothing half done; seed ${seed}`, async t => {
  const lanes = Array.from({ length: LANES }, (_, i) => i);
  const roundsOf = (lane: number) => Math.floor((rounds + lane) / LANES);
  const ledgers = await Promise.all(
    lanes.map(lane => killAgainAndAgain(t, `${lane + 1}`, roundsOf(lane), seed + lane)),
  );
  const reached = new Set(ledgers.flatMap(({ states }) => [...states.keys()]));
  const all = Object.values(registry.State.values).map(([state]) => state);
  t.ok(rounds < 10 || all.every(state => reached.has(state)), 'there are objects in every State');
});

/** Loads, kills and restarts a server on one data folder; what each restart finds must fit all that was answered. */
async function killAgainAndAgain(t: Test, lane: string, rounds: number, seed: number): Promise<Ledger> {
  const draw = drawsFrom(seed);
  const load = new Load(draw);
  const folder = newFolder(t);
  const data = join(folder, 'data');
  const sink = join(folder, 'events.jsonl');
  const ledger = new Ledger(join(data, 'kmipd.db'));
  const start = () =>
    spawnServer(t, { data, args: ['--set', `audit.sinks=${JSON.stringify([{ type: 'file', path: sink }])}`] });

  let server = await start();
  const vcenter = await server.addClient('vcenter');
  let messages = 0;
  for (let round = 1; round <= rounds; round++) {
    await loadAndKill(server, () => server.connect(vcenter), load, LOAD_MS_MIN + draw(LOAD_MS_MAX - LOAD_MS_MIN));
    server = await start();
    const name = `server ${lane}, round ${round}`;
    const answered = load.answered.splice(0);
    messages += answered.length;
    t.same(ledger.check(answered, CONNECTIONS), [], `${name}: ${answered.length} messages answered`);
    await fetchAgain(t, await server.connect(vcenter), load, ledger, name);
    t.same(server.err().match(/^\S+ (?:WARN|ERROR) .*$/gm), null, `${name}: no complaint after the restart`);
  }
  t.comment(
    `server ${lane}: ${messages} messages answered, ${ledger.ids.length} events, objects by State: ${show(ledger.states)}`,
  );
  t.same(ledger.check(load.answered.splice(0), 0), [], `server ${lane}: what was fetched last is recorded too`);
  t.match(await server.stop(), { code: 0 }, `server ${lane}: stops cleanly`);
  const { ids, torn } = deliveredTo(sink);
  t.same([...new Set(ids)], ledger.ids, `server ${lane}: the file has every event, in order`);
  t.ok(torn <= rounds, `server ${lane}: at most one line torn by each kill, ${torn} were`);
  t.comment(`server ${lane}: ${ids.length - ledger.ids.length} events came more than once, ${torn} lines were torn`);
  return ledger;
}

async function loadAndKill(
  server: ServerProcess,
  connect: () => Promise<KmipClient>,
  load: Load,
  loadMs: number,
): Promise<void> {
  let isKilled = false;
  const connections = await Promise.all(Array.from({ length: CONNECTIONS }, connect));
  const driven = Promise.all(connections.map(connection => load.drive(connection, () => isKilled)));
  // A connection that ends before it should makes `driven` reject.
  await Promise.race([wait(loadMs), driven]);
  isKilled = true;
  await server.stop('SIGKILL');
  await driven;
}

/** Keys that were answered before a kill are the same after it, unless they were destroyed. */
async function fetchAgain(t: Test, client: KmipClient, load: Load, { living }: Ledger, name: string): Promise<void> {
  const isLiving = new Set(living);
  const known = [...load.got].filter(([uniqueIdentifier]) => isLiving.has(uniqueIdentifier)).slice(-FETCHED_AGAIN);
  for (const [uniqueIdentifier, key] of known)
    t.equal(await load.fetch(client, uniqueIdentifier), key, `${name}: the key is the same after the restart`);
  const gone = [...load.got.keys()].findLast(uniqueIdentifier => !isLiving.has(uniqueIdentifier));
  if (gone === undefined) return;
  t.equal(await load.fetch(client, gone), undefined, `${name}: what was destroyed stays destroyed`);
}

/** Ids of the events in the file, in order, and how many lines are no event: parts that a kill has left. */
function deliveredTo(sink: string): { ids: string[]; torn: number } {
  const lines = readFileSync(sink, 'utf8').split('\n');
  const ids: string[] = [];
  for (const line of lines.slice(0, -1)) {
    try {
      ids.push((JSON.parse(line) as AuditEvent).id);
    } catch {
      // Counted below.
    }
  }
  return { ids, torn: lines.length - 1 - ids.length };
}

const show = (states: ReadonlyMap<number, number>) =>
  [...states].map(([state, count]) => `${State.names.show(state)} ${count}`).join(', ');
