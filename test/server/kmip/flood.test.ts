import { setTimeout as wait } from 'node:timers/promises';
import t from 'tap';
import { sha256Fingerprint } from '../../../certs/index.ts';
import { selfSigned } from '../../certs/material.ts';
import { runServer } from '../running-server.ts';
import { bytesOf, createItem, endings, getItem } from './messages.ts';

const CONNECTIONS = 1000;
const AT_ONCE = 20;

t.test(`${CONNECTIONS} connections that are refused leave the others served, and are counted`, async t => {
  const server = await runServer(t);
  const stranger = await selfSigned({ commonName: 'stranger' });
  const others = await Promise.all([1, 2, 3].map(async i => server.connect(await server.addClient(`other ${i}`))));
  let left = CONNECTIONS;
  let isOver = false;
  let served = 0;
  const going = others.map(async client => {
    while (!isOver) {
      if (endings(await client.batch([createItem()])).join() !== 'Success') t.fail('another client was not served');
      served++;
      await wait(5);
    }
  });
  // Half of them ask, half close right after the handshake, as vCenter does before trust exists.
  const knocking = [...Array(AT_ONCE).keys()].map(async () => {
    while (left-- > 0) {
      const client = await server.connect(stranger);
      if (left % 2) await client.sendBytes(bytesOf([getItem('x')]));
      await client.close();
    }
  });
  await Promise.all(knocking);
  isOver = true;
  await Promise.all(going);
  t.ok(served > 100, `${served} requests of others`);
  await server.flushSightings();
  t.match(await server.store.sightings.refused(), [
    { fingerprint: sha256Fingerprint(stranger.der), count: CONNECTIONS },
  ]);
  t.same(
    server.logged.filter(({ level }) => level === 'warn' || level === 'error'),
    [],
    'the log does not fill up',
  );
});
