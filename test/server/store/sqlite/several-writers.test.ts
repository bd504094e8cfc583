import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import t from 'tap';
import { checkChain } from '../chain.ts';
import { openStore } from './workbench.ts';

t.test('processes that write at the same time make one chain without gaps, each in its own order', async t => {
  const path = join(t.testdir(), 'kmipd.db');
  const store = openStore(t, { path });
  const names = ['one', 'two', 'three'];
  const children = names.map(name => fork(new URL('./writer-process.ts', import.meta.url), [path, name, '200']));
  t.teardown(() => children.forEach(child => child.kill('SIGKILL')));
  const ended = children.map(child => once(child, 'exit'));
  await Promise.all(children.map(child => once(child, 'message')));
  children.forEach(child => child.send('go'));
  t.same(await Promise.all(ended), [
    [0, null],
    [0, null],
    [0, null],
  ]);

  const records = await checkChain(t, store);
  for (const name of names) {
    const indices = records.filter(({ initiator }) => initiator === name).map(({ id }) => Number(id.split('-')[1]));
    t.ok(indices.length >= 160, `${name} has ${indices.length} records`);
    t.notOk(
      indices.some(index => index % 5 === 4),
      'none of a unit in conflict',
    );
    t.same(
      indices,
      indices.toSorted((a, b) => a - b),
    );
  }
  const turns = records.filter(({ initiator }, index) => initiator !== records[index - 1]?.initiator).length;
  t.ok(turns > names.length, `the writers took turns, ${turns} times`);
});
