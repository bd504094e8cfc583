import t from 'tap';
import { connect } from 'node:net';
import { HandshakePacing } from '../../../server/kmip/handshake-pacing.ts';
import { selfSigned } from '../../certs/material.ts';
import { runServer } from '../running-server.ts';
import { bytesOf, createItem, endings, getItem } from './messages.ts';

t.test('handshakes begin at once, also of those who were refused now and then', async t => {
  let now = 0;
  const pacing = new HandshakePacing(() => now);
  const delays = new Set<number | undefined>();
  for (let second = 0; second < 100; second++) {
    for (let knock = 0; knock < 20; knock++) {
      delays.add(pacing.delayMs('one'));
      pacing.refused('one');
    }
    now += 1000;
  }
  t.same([...delays], [0]);
});

t.test('who is refused too often gets a turn each hundredth of a second, and nobody else waits', async t => {
  let now = 0;
  const pacing = new HandshakePacing(() => now);
  for (let knock = 0; knock < 1000; knock++) pacing.refused('one');
  t.same(
    [1, 2, 3, 4].map(() => pacing.delayMs('one')),
    [0, 10, 20, 30],
  );
  t.equal(pacing.delayMs('two'), 0);
  now = 100;
  t.equal(pacing.delayMs('one'), 0, 'turns that nobody took are not saved up');
  t.equal(pacing.delayMs('one'), 10);
});

t.test('turns are not given out for later than half a minute; refusals are forgiven', async t => {
  let now = 0;
  const pacing = new HandshakePacing(() => now);
  for (let knock = 0; knock < 120; knock++) pacing.refused('one');
  const delays = Array.from({ length: 3100 }, () => pacing.delayMs('one'));
  t.equal(delays[3000], 30_000);
  t.equal(delays[3001], undefined);
  now = 4900;
  t.not(pacing.delayMs('one'), 0, 'more than what is free is left');
  now = 5000;
  t.equal(pacing.delayMs('one'), 0, 'twenty in a second');
});

t.test('after a minute all is forgiven, however many there were', async t => {
  let now = 0;
  const pacing = new HandshakePacing(() => now);
  for (let knock = 0; knock < 100_000; knock++) pacing.refused('one');
  t.equal(pacing.delayMs('one'), 0);
  t.equal(pacing.delayMs('one'), 10);
  now = 60_000;
  t.same([pacing.delayMs('one'), pacing.delayMs('one')], [0, 0]);
});

t.test('who is let in makes up for refusals of the same source', async t => {
  const pacing = new HandshakePacing(() => 0);
  for (let knock = 0; knock < 100; knock++) pacing.refused('one');
  for (let entry = 0; entry < 15; entry++) pacing.letIn('one');
  t.same([pacing.delayMs('one'), pacing.delayMs('one')], [0, 10], 'turns, with 25 left');
  pacing.letIn('one');
  pacing.letIn('two');
  t.same([pacing.delayMs('one'), pacing.delayMs('one')], [0, 0]);
});

t.test('sources that are remembered are bounded', async t => {
  const pacing = new HandshakePacing(() => 0);
  for (let knock = 0; knock < 50; knock++) pacing.refused('first');
  for (let name = 0; name < 9999; name++) pacing.refused(`source ${name}`);
  t.equal(pacing.delayMs('first'), 0);
  t.equal(pacing.delayMs('first'), 10, 'still known');
  pacing.refused('one more');
  t.equal(pacing.delayMs('first'), 0, 'the one that was refused longest ago is forgotten');
});

t.test(
  'a client whose address is another is served at once while one waits for its turns; who waits can go',
  async t => {
    const server = await runServer(t);
    const stranger = await selfSigned({ commonName: 'stranger' });
    const known = await server.addClient('known');
    const from = { localAddress: '127.0.0.3' };
    for (let knock = 0; knock < 60; knock++) {
      const client = await server.connect(stranger, from);
      if (knock % 2) await client.sendBytes(bytesOf([getItem('x')]));
      await client.close();
    }
    const order: string[] = [];
    const knocking = Array.from({ length: 30 }, async () => {
      await (await server.connect(stranger, from)).close();
      order.push('stranger');
    });
    const gone = connect({ host: server.host, port: server.port, ...from }, () => gone.destroy());
    gone.on('error', () => {});
    const client = await server.connect(known);
    t.same(endings(await client.batch([createItem()])), ['Success']);
    order.push('known');
    await Promise.all(knocking);
    t.equal(order.length, 31);
    t.ok(order.indexOf('known') < 30, 'before the last who waited');
    const late = await server.connect(known, from);
    t.same(endings(await late.batch([createItem()])), ['Success'], 'its turn comes');
  },
);
