import { createHash } from 'node:crypto';
import t from 'tap';
import { BatchErrorContinuationOption, Operation, type RequestBatchItem } from '../../../kmip-codec/index.ts';
import { type AuditEvent, holdsAddress, toKept, validateEvent } from '../../../server/audit/index.ts';
import { canonicalJson, FIRST_PREV, recordHash, recordLine } from '../../../server/chain/index.ts';
import { StoreUnavailable, type SequencedEvent, type Store, type UnitOfWork } from '../../../server/store/index.ts';
import { selfSigned } from '../../certs/material.ts';
import { createItem, endings, getItem, identifierIn, itemFor, NOBODYS } from '../kmip/messages.ts';
import { ADDRESS } from '../no-address-forms.ts';
import { runServer, type RunningTestServer } from '../running-server.ts';

/**
 * The properties that the log must have, by the numbers that docs/audit.md gives them, each shown once on a running server. What
 * takes long, or other programs, is shown beside this file; docs/audit.md says where.
 */

/** A store whose commits do what `commit` says. */
const committing = (commit: (unit: UnitOfWork) => Promise<void>) => (store: Store) =>
  replacing(store, 'begin', () => {
    const unit = store.begin();
    return replacing(unit, 'commit', () => commit(unit));
  });

function replacing<T extends object>(target: T, name: keyof T, by: unknown): T {
  return new Proxy(target, {
    get(of, member) {
      if (member === name) return by;
      const value: unknown = Reflect.get(of, member, of);
      return typeof value === 'function' ? (value.bind(of) as unknown) : value;
    },
  });
}

const all = (server: RunningTestServer): Promise<SequencedEvent[]> => server.store.events.after(0, 100_000);
const parsed = ({ json }: SequencedEvent) => JSON.parse(json) as AuditEvent;
const objectsIn = async ({ store }: RunningTestServer) => (await store.directory.objects({ limit: 1000 })).length;

t.test('property 1: the event is in the transaction of the change, both or neither', async t => {
  let fails = false;
  const store = committing(unit => (fails ? Promise.reject(new StoreUnavailable('gone')) : unit.commit()));
  const server = await runServer(t, { store });
  const client = await server.connect(await server.addClient('a'));
  fails = true;
  t.same(endings(await client.batch([createItem()])), ['General Failure']);
  t.same([await objectsIn(server), (await server.events()).length], [0, 0], 'neither');
  fails = false;
  t.same(endings(await client.batch([createItem()])), ['Success']);
  t.same([await objectsIn(server), (await server.events()).length], [1, 1], 'both');
});

t.test('property 2: the answer leaves after the commit is durable, not before', async t => {
  let gate = Promise.resolve();
  const store = committing(async unit => {
    await gate;
    await unit.commit();
  });
  const server = await runServer(t, { store });
  const client = await server.connect(await server.addClient('a'));
  let release = () => {};
  gate = new Promise(resolve => (release = resolve));
  let isAnswered = false;
  const answer = client.batch([createItem()]).finally(() => (isAnswered = true));
  // Handshakes of others: far longer than an answer takes that does not wait.
  const b = await server.addClient('b');
  for (let i = 0; i < 5; i++) await server.connect(b);
  t.notOk(isAnswered, 'nothing before the commit');
  release();
  t.same(endings(await answer), ['Success'], 'and the answer after it');
});

t.test('property 3: reads, failures, refusals and undone items are events, one each', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  const made = identifierIn((await client.batch([createItem()])).batchItems![0]);
  const attempts: [RequestBatchItem, outcome: string, code: number][] = [
    [getItem(made), 'success', 200],
    [itemFor(Operation.GetAttributes, made), 'success', 200],
    [itemFor(Operation.GetAttributeList, made), 'success', 200],
    [getItem(NOBODYS), 'failure', 404],
    [itemFor(Operation.Activate, NOBODYS), 'failure', 404],
    [itemFor(Operation.Activate, made), 'success', 200],
    [itemFor(Operation.Activate, made), 'failure', 409],
    [itemFor(Operation.Destroy, made), 'failure', 409],
    [{ operation: Operation.Create }, 'failure', 400],
  ];
  for (const [item, outcome, code] of attempts) {
    const before = (await server.events()).length;
    await client.batch([item]);
    const [event, ...more] = (await server.events()).slice(before);
    t.match(event, { outcome, reason: { reasonCode: code } }, `${outcome} ${code}`);
    t.same(more, [], 'and no other');
  }

  const before = (await server.events()).length;
  const undone = [createItem(), createItem(), getItem(NOBODYS)];
  await client.batch(undone, { header: { batchErrorContinuationOption: BatchErrorContinuationOption.Undo } });
  const events = (await server.events()).slice(before);
  t.same(
    events.map(({ outcome }) => outcome),
    ['failure', 'failure', 'failure'],
    'an event for each item of an undone batch',
  );
  t.equal(await objectsIn(server), 1);

  const stranger = await server.connect(await selfSigned({ commonName: 'stranger' }));
  await stranger.batch([getItem(made)]);
  t.match((await server.events()).at(-1), { outcome: 'failure', severity: 'critical', reason: { reasonCode: 401 } });
});

t.test('property 4: one event per batch item, one correlationId per message', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  for (let message = 0; message < 3; message++) await client.batch([createItem(), createItem()]);
  const ids = (await server.events()).map(({ correlationId }) => correlationId);
  t.equal(ids.length, 6);
  t.same(
    [0, 2, 4].map(first => ids[first] === ids[first + 1]),
    [true, true, true],
  );
  t.equal(new Set(ids).size, 3);
});

t.test('property 6: every record holds the hash of the one before; any change shows', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  for (let i = 0; i < 5; i++) await client.batch([createItem(), getItem(NOBODYS)]);
  const records = await all(server);
  let prev = FIRST_PREV;
  records.forEach((record, index) => {
    t.equal(record.seq, index + 1, 'no gaps');
    t.equal(record.prev, prev, 'chained');
    t.equal(record.json, canonicalJson(JSON.parse(record.json)), 'in RFC 8785 form');
    const text = `kmipd audit record\n1\n${record.seq}\n${record.prev}\n${record.json}`;
    t.equal(record.hash, createHash('sha256').update(text).digest('hex'), 'the hash that the format says');
    t.same(JSON.parse(recordLine(record)), {
      ...{ v: 1, seq: record.seq, prev, hash: record.hash },
      event: JSON.parse(record.json) as unknown,
    });
    ({ hash: prev } = record);
  });
  const [first] = records;
  t.not(recordHash({ ...first!, seq: 2 }), first!.hash, 'another place is another hash');
});

t.test('property 13: values of the redaction list, and addresses, are [redacted] at any depth', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  await client.item(Operation.GetAttributes, { uniqueIdentifier: ADDRESS });
  const event = (await server.events()).at(-1)!;
  t.match(event.requestData, { uniqueIdentifier: '[redacted]' });
  t.notOk(holdsAddress(JSON.stringify(event)));
});

t.test('property 15: what breaks the schema is kept in minimal form, and told', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  await client.batch([createItem()]);
  const [event] = await server.events();
  const told: unknown[] = [];
  const kept = toKept(
    { ...event!, severity: 'grave' as 'critical' },
    { onViolation: violation => told.push(violation) },
  );
  t.equal(validateEvent(JSON.parse(kept.json)), undefined, 'valid');
  t.match(parsed(kept as SequencedEvent).requestData, { recordedId: event!.id }, 'and says which event it was');
  t.equal(told.length, 1);
});
