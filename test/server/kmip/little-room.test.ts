import t from 'tap';
import { Operation } from '../../../kmip-codec/index.ts';
import { runServer } from '../running-server.ts';
import { createItem, endings, getItem, identifierIn, itemFor } from './messages.ts';

/** More than any disk has: each stage can be had by saying so. */
const HUGE = Number.MAX_SAFE_INTEGER;

t.test('with too little room from the start: changes are refused and recorded, reads served and recorded', async t => {
  const before = await runServer(t);
  const vcenter = await before.addClient('vcenter');
  const made = await (await before.connect(vcenter)).batch([createItem()]);
  const uniqueIdentifier = identifierIn(made.batchItems![0]);
  const settings = { 'audit.storage.warnBytes': HUGE, 'audit.storage.refuseChangesBytes': HUGE };
  const server = await runServer(t, { settings });
  const client = await server.connect(await server.addClient('vcenter'));
  t.same(endings(await client.batch([createItem()])), ['General Failure']);
  t.same(endings(await client.batch([getItem(uniqueIdentifier)])), ['Item Not Found'], 'looked up as ever');
  t.same(endings(await client.batch([itemFor(Operation.Locate)])), ['Success']);
  const events = await server.events();
  t.same(
    events.map(({ outcome, reason }) => `${outcome} ${reason.reasonCode}`),
    ['failure 507', 'failure 404', 'success 200'],
  );
  t.equal((await server.store.directory.objects({ limit: 1 })).length, 0);
});

t.test('with no room from the start: an answer to each message, on one connection, and no event', async t => {
  const settings = {
    'audit.storage.warnBytes': HUGE,
    'audit.storage.refuseChangesBytes': HUGE,
    'audit.storage.refuseAllBytes': HUGE,
  };
  const server = await runServer(t, { settings });
  const client = await server.connect(await server.addClient('vcenter'));
  for (let time = 0; time < 3; time++) t.same(endings(await client.batch([createItem()])), ['General Failure']);
  t.same(await server.events(), []);
});

t.test('marks that contradict each other keep the server from starting', async t => {
  const settings = { 'audit.storage.warnBytes': 1, 'audit.storage.refuseChangesBytes': 2 };
  await t.rejects(runServer(t, { settings }), {
    name: 'SettingsError',
    message: /^audit\.storage\.warnBytes: 1, must/,
  });
});
