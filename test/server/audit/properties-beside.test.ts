import { mkdirSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { customAttribute, customText, Operation, ResultStatus } from '../../../kmip-codec/index.ts';
import { type AuditEvent, validateEvent } from '../../../server/audit/index.ts';
import { openSqliteStore, type SequencedEvent } from '../../../server/store/index.ts';
import { newFolder } from '../byte-search.ts';
import { createItem, endings, getItem, identifierIn, NOBODYS } from '../kmip/messages.ts';
import { runServer, type RunningTestServer } from '../running-server.ts';

/** Further properties of the log, by the numbers that docs/audit.md gives them: what surrounds it, and where it goes. */

const EVENT_BYTES_MAX = 16 * 1024;
const all = (server: RunningTestServer): Promise<SequencedEvent[]> => server.store.events.after(0, 100_000);
const parsed = ({ json }: SequencedEvent) => JSON.parse(json) as AuditEvent;
const told = async (server: RunningTestServer, what: string) =>
  (await all(server)).map(parsed).filter(({ responseData }) => responseData['action'] === what);

t.test('property 10: start, stop and a clock that is set back are events; the order is seq', async t => {
  // Later than the certificates, which are made by the clock of the machine.
  const begin = Date.now() + 7_200_000;
  const server = await runServer(t, { now: new Date(begin) });
  const client = await server.connect(await server.addClient('a'));
  await client.batch([createItem()]);
  await server.stop();

  const again = await runServer(t, { folder: server.folder, now: new Date(begin - 3_600_000) });
  const later = await again.connect(await again.addClient('b'));
  await later.batch([createItem()]);
  t.equal((await told(again, 'service started')).length, 2);
  t.equal((await told(again, 'service stopped')).length, 1);
  t.equal((await told(again, 'clock set back')).length, 1, 'an hour back');
  const records = await all(again);
  t.same(
    records.map(({ seq }) => seq),
    records.map((_, index) => index + 1),
    'seq goes on without a gap',
  );
  const times = records.map(({ time }) => time.getTime());
  t.ok(
    times.some((time, i) => i > 0 && time < times[i - 1]!),
    'though the times do not',
  );
  for (const record of records) t.equal(validateEvent(parsed(record)), undefined, parsed(record).message);
});

t.test('property 14: no text forges a line, no event is longer than 16 KB', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  const hostile = `x\n{"id":"forged"}\r\n\u2028CEF:0|a|b|c|d|e|f|\u0000\u001b[31m\\"${'ü'.repeat(100_000)}`;
  const uniqueIdentifier = identifierIn((await client.batch([createItem()])).batchItems![0]);
  const attribute = { attribute: customAttribute('x-Name'), value: customText(hostile) };
  const { resultStatus } = await client.item(Operation.AddAttribute, { uniqueIdentifier, attribute });
  t.equal(resultStatus, ResultStatus.Success);
  const event = (await all(server)).at(-1)!;
  t.ok(Buffer.byteLength(event.json) <= EVENT_BYTES_MAX);
  t.notMatch(event.json, /[\u0000-\u001f\u2028]|\\n|\\r|\\u00/, 'nothing that does not show');
  t.match(event.json, /cut, \d+ characters, SHA-256 [0-9a-f]{64}/, 'cut, with a mark');
});

t.test('property 16: the log is the outbox: a sink that was away has every event afterwards, in order', async t => {
  const path = join(newFolder(t), 'none-yet', 'events.jsonl');
  const server = await runServer(t, { settings: { 'audit.sinks': [{ type: 'file', path }] } });
  const client = await server.connect(await server.addClient('a'));
  for (let i = 0; i < 10; i++)
    t.same(endings(await client.batch([createItem()])), ['Success'], 'served without its sink');
  // The folder comes while the server runs, as a disk that is mounted late.
  mkdirSync(join(path, '..'));
  await until(() => linesOf(path).length >= 10);
  await server.stop();
  const log = await reopened(t, server);
  t.same(
    [...new Set(linesOf(path).map(line => (JSON.parse(line) as AuditEvent).id))],
    log.map(({ id }) => id),
    'distinct ids = the log, in order',
  );
});

t.test('property 17: a sink that accepts and never reads holds nobody up', async t => {
  const sockets = new Set<Socket>();
  const hanging = createServer(socket => sockets.add(socket.pause())).listen(0, '127.0.0.1');
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    hanging.close();
  });
  await new Promise(resolve => hanging.once('listening', resolve));
  const { port } = hanging.address() as AddressInfo;
  const sink = { type: 'syslog', transport: 'tcp', host: '127.0.0.1', port };
  const server = await runServer(t, { settings: { 'audit.sinks': [sink] } });
  const client = await server.connect(await server.addClient('a'));
  const ends = new Set<string>();
  for (let i = 0; i < 200; i++) for (const end of endings(await client.batch([createItem()]))) ends.add(end);
  t.same([...ends], ['Success']);
  t.equal((await server.events()).length, 200);
});

t.test('property 19: sinks come from the settings file; a change of audit settings is an event', async t => {
  const server = await runServer(t);
  await server.stop();
  const path = join(newFolder(t), 'events.jsonl');
  const again = await runServer(t, {
    folder: server.folder,
    settings: { 'audit.sinks': [{ type: 'file', path }], 'audit.checkpoint.events': 7 },
  });
  const [changed, ...more] = await told(again, 'settings changed');
  t.same(more, []);
  const text = JSON.stringify(changed?.responseData);
  t.match(text, 'audit.sinks', 'names what changed');
  t.match(text, 'audit.checkpoint.events');
  t.notMatch(text, path, 'but not where to');
});

t.test('property 20: pages by filter, and a tail resumed by seq that misses nothing', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  let seen = 0;
  const tail: number[] = [];
  const follow = async (limit: number) => {
    for (const { seq } of await server.store.events.after(seen, limit)) tail.push((seen = seq));
  };
  for (let i = 0; i < 30; i++) {
    await client.batch([i % 3 === 0 ? getItem(NOBODYS) : createItem()]);
    if (i % 4 === 0) await follow(3);
  }
  await follow(1000);
  t.same(
    tail,
    (await all(server)).map(({ seq }) => seq),
  );
  const failed: SequencedEvent[] = [];
  for (let before: number | undefined; ;) {
    const page = await server.store.events.page({ before, limit: 4, filter: { outcomes: ['failure'] } });
    failed.push(...page.events);
    if (page.next === undefined) break;
    before = page.next;
  }
  t.equal(failed.length, 10);
  t.ok(
    failed.every(({ seq }, i) => i === 0 || seq < failed[i - 1]!.seq),
    'newest first',
  );
});

const linesOf = (path: string) => {
  try {
    return readFileSync(path, 'utf8').trim().split('\n');
  } catch {
    return [];
  }
};

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !condition(); i++) await wait(50);
}

/** The log of a server that has stopped. */
async function reopened(t: Test, { folder }: RunningTestServer): Promise<SequencedEvent[]> {
  const store = openSqliteStore({ path: join(folder, 'kmipd.db') });
  t.teardown(() => store.close());
  return store.events.after(0, 100_000);
}
