import t from 'tap';
import { selfSigned } from '../../certs/material.ts';
import { runServer } from '../running-server.ts';
import { createItem, getItem, NOBODYS } from './messages.ts';

t.test('events name the vault of their initiator; those of strangers name none', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a', { vault: 'lab' }));
  await client.batch([createItem(), getItem(NOBODYS)]);
  const stranger = await server.connect(await selfSigned({ commonName: 'stranger' }));
  await stranger.batch([createItem()]);
  t.same(
    (await server.events()).map(({ requestData }) => requestData['vault']),
    ['lab', 'lab', undefined],
  );
  const { events } = await server.store.events.page({ limit: 10, filter: { vault: 'lab' } });
  t.equal(events.length, 2, 'and are found by it');
});

t.test('at level trace the log shows what messages say', async t => {
  const server = await runServer(t);
  const client = await server.connect(await server.addClient('a'));
  await client.batch([createItem()]);
  const said = server.logged.filter(({ level, message }) => level === 'trace' && message === 'said');
  t.match(said, [{ fields: { request: { objectType: 'Symmetric Key' }, response: { resultStatus: 'Success' } } }]);
});
