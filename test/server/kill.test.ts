import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { registry, State } from '../../kmip-codec/index.ts';
import type { KmipClient } from './kmip-client.ts';
import { newFolder } from './byte-search.ts';
import { Ledger } from './kill-ledger.ts';
import { drawsFrom, Load, type Draw } from './kill-load.ts';
import { fileReceiver, Follower, syslogReceiver, webhookReceiver, type SinkReceiver } from './kill-readers.ts';
import { spawnServer, type ServerProcess } from './server-process.ts';

/** KMIPD_KILL_ROUNDS and KMIPD_KILL_SEED say others. The same seed gives the same draws; the moments of a kill repeat only roughly. */
const rounds = Number(process.env['KMIPD_KILL_ROUNDS'] ?? 30);
const seed = Number(process.env['KMIPD_KILL_SEED'] ?? Date.now() % 2 ** 32);

const CONNECTIONS = 5;
/** Answers that a server gives before it is killed, so that a busy machine loads it too; and for how much longer it may live. */
const ANSWERS_MIN = 5;
const ANSWERS_MAX = 40;
const MS_MORE_MAX = 20;
/** Servers at once, each with a data folder of its own: while one starts again, another is under load. */
const LANES = 2;
/** Rounds from one look at the whole database file to the next, and from one death of the follower to the next. */
const INTEGRITY_EVERY = 25;
const FOLLOWER_EVERY = 10;
/** Longest that delivery may take after the last round. */
const DELIVERED_MS = 60_000;
/** Keys fetched before a kill that are fetched again after it. */
const FETCHED_AGAIN = 1;

t.setTimeout(120_000 + rounds * 10_000);

/**
 * SIGKILL ends the process, not the machine: what SQLite has handed to the system is there afterwards also without fsync, which
 * this cannot see. It shows that no answer leaves before its commit, and that changes and events are one commit.
 */
t.test(`properties 1, 2 and 16: ${rounds} kills under load lose nothing and halve nothing; seed ${seed}`, async t => {
  const lanes = Array.from({ length: LANES }, (_, i) => i);
  const roundsOf = (lane: number) => Math.floor((rounds + lane) / LANES);
  const ledgers = await Promise.all(
    lanes.map(lane => killAgainAndAgain(t, `${lane + 1}`, roundsOf(lane), seed + lane)),
  );
  const reached = new Set(ledgers.flatMap(({ states }) => [...states.keys()]));
  const all = Object.values(registry.State.values).map(([state]) => state);
  t.ok(rounds < 30 || all.every(state => reached.has(state)), 'there are objects in every State');
});

/** Loads, kills and restarts a server on one data folder; what each restart finds must fit all that was answered. */
async function killAgainAndAgain(t: Test, lane: string, rounds: number, seed: number): Promise<Ledger> {
  const draw = drawsFrom(seed);
  const load = new Load(draw);
  const folder = newFolder(t);
  const data = join(folder, 'data');
  // What the receivers of one lane are, those of the other are not.
  const remote = lane === '1' ? await webhookReceiver(t) : await syslogReceiver(t);
  const receivers = [fileReceiver(folder), remote];
  const sinks = JSON.stringify(receivers.map(({ setting }) => setting));
  const ledger = new Ledger(join(data, 'kmipd.db'));
  const start = () => spawnServer(t, { data, args: ['--set', `audit.sinks=${sinks}`] });

  let server = await start();
  const vcenter = await server.addClient('vcenter');
  const follower = new Follower(t, folder, join(data, 'kmipd.db'));
  follower.start();
  let messages = 0;
  for (let round = 1; round <= rounds; round++) {
    const follows = round % FOLLOWER_EVERY > 0 || follower.kill().then(() => follower.start());
    await loadAndKill(server, () => server.connect(vcenter), load, draw);
    await follows;
    server = await start();
    const name = `server ${lane}, round ${round}`;
    const answered = load.answered.splice(0);
    messages += answered.length;
    const problems = ledger.check(answered, CONNECTIONS, { integrity: round % INTEGRITY_EVERY === 0 });
    t.same([...problems, ...misdelivered(receivers, ledger)], [], `${name}: ${answered.length} messages answered`);
    await fetchAgain(t, await server.connect(vcenter), load, ledger, name);
    t.same(server.err().match(/^\S+ (?:WARN|ERROR) .*$/gm), null, `${name}: no complaint after the restart`);
  }
  t.comment(
    `server ${lane}: ${messages} messages answered, ${ledger.ids.length} events, objects by State: ${show(ledger.states)}`,
  );
  t.match(await server.stop(), { code: 0 }, `server ${lane}: stops cleanly`);
  const last = ledger.check(load.answered.splice(0), 0, { integrity: true });
  t.same(last, [], `server ${lane}: what was fetched last is recorded too`);

  // A receiver may have been told at the very end what it had not taken yet: the next start brings it.
  server = await start();
  await until(() => {
    ledger.check([], 0);
    const isWhole = ({ received, look }: SinkReceiver) => (look(), received.distinct.length === ledger.ids.length);
    return receivers.every(isWhole) && follower.count() === ledger.ids.length;
  });
  await server.stop('SIGKILL');
  await follower.kill();
  t.same(follower.ids, ledger.ids, `server ${lane}: who follows by seq, is killed and goes on, misses nothing`);
  for (const { setting, received } of receivers) {
    const { type } = setting as { type: string };
    t.same(received.distinct, ledger.ids, `server ${lane}: ${type} has every event, in order`);
    t.ok(received.torn <= rounds, `server ${lane}: ${type} has at most one event torn by each kill`);
    t.comment(`server ${lane}: ${type}: ${received.repeated} events came more than once, ${received.torn} were torn`);
  }
  return ledger;
}

/** What the receivers have got must be the beginning of the log, in every round. */
const misdelivered = (receivers: readonly SinkReceiver[], { ids }: Ledger): string[] =>
  receivers.flatMap(({ setting, received, look }) => {
    look();
    const problem = received.problem(ids);
    return problem === undefined ? [] : [`${(setting as { type: string }).type}: ${problem}`];
  });

/** Returns when it holds, or after `DELIVERED_MS`: what does not hold then fails where it is compared. */
async function until(holds: () => boolean): Promise<void> {
  for (let waited = 0; !holds() && waited < DELIVERED_MS; waited += 100) await wait(100);
}

async function loadAndKill(
  server: ServerProcess,
  connect: () => Promise<KmipClient>,
  load: Load,
  draw: Draw,
): Promise<void> {
  let isKilled = false;
  const connections = await Promise.all(Array.from({ length: CONNECTIONS }, connect));
  const driven = Promise.all(connections.map(connection => load.drive(connection, () => isKilled)));
  // A connection that ends before it should makes `driven` reject.
  const enough = load.answers(ANSWERS_MIN + draw(ANSWERS_MAX - ANSWERS_MIN)).then(() => wait(draw(MS_MORE_MAX)));
  await Promise.race([enough, driven]);
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

const show = (states: ReadonlyMap<number, number>) =>
  [...states].map(([state, count]) => `${State.names.show(state)} ${count}`).join(', ');
