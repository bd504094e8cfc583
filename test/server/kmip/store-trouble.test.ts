import Sqlite from 'better-sqlite3';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Operation, State } from '../../../kmip-codec/index.ts';
import type { SqliteStore } from '../../../server/store/sqlite/sqlite-store.ts';
import { runServer, type KmipClient, type RunningTestServer } from '../running-server.ts';
import { createItem, endings, identifierIn, itemFor } from './messages.ts';

const ATTEMPTS_MAX = 20;

t.test(
  'a database that stays locked: General Failure, nothing changed, and it goes on when the lock is gone',
  async t => {
    const server = await runServer(t, { settings: { 'store.busyMs': 200 } });
    await survives(t, server, 503, () => {
      const other = new Sqlite(join(server.folder, 'kmipd.db'));
      other.exec('BEGIN IMMEDIATE');
      return () => other.exec('ROLLBACK') && other.close();
    });
  },
);

t.test('a lock that goes in time is waited for, and reads go on meanwhile', async t => {
  const server = await runServer(t, { settings: { 'store.busyMs': 10_000 } });
  const client = await server.connect(await server.addClient('a'));
  const other = new Sqlite(join(server.folder, 'kmipd.db'));
  other.exec('BEGIN IMMEDIATE');
  const answer = client.batch([createItem()]);
  setTimeout(() => other.exec('ROLLBACK') && other.close(), 300);
  t.same(endings(await answer), ['Success']);
});

t.test('a full disk: General Failure, nothing changed, and it goes on when there is room', async t => {
  const server = await runServer(t);
  const pragma = (text: string) =>
    (server.store as SqliteStore).connection.use(({ database }) => database.pragma(text, { simple: true }) as number);
  await survives(t, server, 507, () => {
    pragma(`max_page_count = ${pragma('page_count')}`);
    return () => pragma('max_page_count = 1000000');
  });
});

t.test('a database that may only be read: General Failure, nothing changed, and it goes on by itself', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  let outcomes: readonly string[] = ['Success'];
  let objects = 0;
  // What the server writes for itself meanwhile may be what finds it, and what opens the database anew: then once more.
  for (let attempt = 1; outcomes[0] === 'Success' && attempt <= ATTEMPTS_MAX; attempt++) {
    objects = (await server.store.directory.objects({ limit: 1000 })).length;
    (server.store as SqliteStore).connection.use(({ database }) => database.pragma('query_only = ON'));
    outcomes = endings(await client.batch([createItem()]));
  }
  t.same(outcomes, ['General Failure']);
  t.equal((await server.store.directory.objects({ limit: 1000 })).length, objects);
  t.same(endings(await client.batch([createItem()])), ['Success']);
});

/** What holds for every trouble: `begin` makes it and gives what ends it. */
async function survives(t: Test, server: RunningTestServer, reasonCode: number, begin: () => () => unknown) {
  const [client, other] = [
    await server.connect(await server.addClient('a')),
    await server.connect(await server.addClient('b')),
  ];
  const { batchItems } = await client.batch([createItem()]);
  const uniqueIdentifier = identifierIn(batchItems![0]);
  // A full database has some room left in its last page; what is tried fills it.
  const large = () => Array.from({ length: 100 }, () => createItem());

  const end = begin();
  const before = await counted(server);
  const answer = await client.batch([...large(), itemFor(Operation.Activate, uniqueIdentifier)]);
  t.same(new Set(endings(answer)), new Set(['General Failure']));
  t.equal(answer.batchItems?.length, 101, 'each item has its answer');
  for (const { resultMessage } of answer.batchItems!) t.notMatch(resultMessage, /SQLITE|kmipd\.db|disk|lock/);
  t.same(new Set(endings(await other.batch(large()))), new Set(['General Failure']), 'and so for everybody');
  t.same(await counted(server), before, 'no object and no event was added');
  const logged = server.logged.filter(({ level }) => level === 'error');
  t.match(logged[0]?.fields, { error: { name: 'StoreUnavailable', isFull: reasonCode === 507 } });
  end();

  t.same(endings(await client.batch([createItem()])), ['Success'], 'on the same connection');
  t.equal(await stateOf(other, uniqueIdentifier), State.PreActive);
  t.same(endings(await other.batch([itemFor(Operation.Activate, uniqueIdentifier)])), ['Success']);
  t.equal((await server.events()).filter(({ outcome }) => outcome === 'failure').length, 0);
}

async function counted({ store }: RunningTestServer) {
  return { objects: (await store.directory.objects({ limit: 1000 })).length, events: await store.events.lastSeq() };
}

async function stateOf(client: KmipClient, uniqueIdentifier: string) {
  const { attributes } = await client.request(Operation.GetAttributes, { uniqueIdentifier, attributeNames: ['State'] });
  return attributes?.[0]?.value;
}
