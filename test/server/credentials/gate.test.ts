import t from 'tap';
import { setTimeout as wait } from 'node:timers/promises';
import { createGate } from '../../../server/credentials/gate.ts';

t.test('no more tasks run at once than the gate lets, also after one has failed', async t => {
  const gate = createGate({ atOnce: 2 });
  let running = 0;
  let most = 0;
  const done: number[] = [];
  const task = (index: number) =>
    gate(async () => {
      most = Math.max(most, ++running);
      await wait(5);
      running--;
      done.push(index);
      if (index === 1) throw new Error('failed');
      return index;
    });
  const results = await Promise.allSettled([0, 1, 2, 3, 4].map(task));
  t.equal(most, 2);
  t.same(done, [0, 1, 2, 3, 4]);
  t.same(
    results.map(result => result.status),
    ['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled'],
  );
});
