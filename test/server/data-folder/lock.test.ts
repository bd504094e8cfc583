import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { LOCK_FILE, lockDataFolder, servingProcess } from '../../../server/data-folder/lock.ts';

/** Number of the process that the lock names. */
const holderOf = (path: string) => Number.parseInt(readFileSync(join(path, LOCK_FILE), 'utf8'), 10);

t.test('a lock is held until it is given back', async t => {
  const path = t.testdir();
  const unlock = await lockDataFolder(path, { as: 'server' });
  t.equal(holderOf(path), process.pid);
  await t.rejects(lockDataFolder(path, { as: 'server' }), { name: 'DataFolderError', kind: 'busy' });
  await unlock();
  t.same(readdirSync(path), []);
  await (
    await lockDataFolder(path, { as: 'server' })
  )();
});

t.test('the lock of a process that is gone, or whose number another process has, is taken over', async t => {
  const path = t.testdir();
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  const stale = [`${child.pid} 123 boot\n`, `${process.pid} 1 another-boot\n`, '', 'nonsense', '-1'];
  for (const content of stale) {
    writeFileSync(join(path, LOCK_FILE), content);
    const unlock = await lockDataFolder(path, { as: 'server' });
    t.equal(holderOf(path), process.pid, JSON.stringify(content));
    await unlock();
    t.same(readdirSync(path), []);
  }
});

t.test('unlocking leaves a lock that is somebody else’s by now', async t => {
  const path = t.testdir();
  const unlock = await lockDataFolder(path, { as: 'server' });
  writeFileSync(join(path, LOCK_FILE), '1 other');
  await unlock();
  t.same(readdirSync(path), [LOCK_FILE]);
});

t.test('a server waits for a command to end, a command for no server', async t => {
  const path = t.testdir();
  const endCommand = await lockDataFolder(path, { as: 'command' });
  t.equal(await servingProcess(path), undefined, 'a command serves nobody');
  const pid = process.pid;
  await t.rejects(lockDataFolder(path, { as: 'server', waitMs: 60 }), {
    kind: 'busy',
    message: `${path} is in use by a command, process ${pid}; wait for it to end, or stop it`,
  });
  const waiting = lockDataFolder(path, { as: 'server' });
  const isEarly = await Promise.race([waiting.then(() => true), delay(100, false)]);
  t.notOk(isEarly, 'not while the command runs');
  await endCommand();
  const stopServer = await waiting;
  t.equal(await servingProcess(path), pid);
  await t.rejects(
    lockDataFolder(path, { as: 'command' }),
    { kind: 'busy', message: /is served by process/ },
    'at once',
  );
  await stopServer();
  t.equal(await servingProcess(path), undefined);
  t.same(readdirSync(path), []);
});

t.test('many who start at once get the lock one after the other', async t => {
  const path = t.testdir();
  let holders = 0;
  const most = { holders: 0 };
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      const unlock = await lockDataFolder(path, { as: 'command' });
      most.holders = Math.max(most.holders, ++holders);
      await delay(5);
      holders--;
      await unlock();
    }),
  );
  t.equal(most.holders, 1);
  t.same(readdirSync(path), []);
});

t.test('a server that was killed serves no longer', async t => {
  const path = t.testdir();
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  for (const content of [`${child.pid} 123 boot\n`, `${process.pid} 1 another-boot\n`, '', 'nonsense']) {
    writeFileSync(join(path, LOCK_FILE), content);
    t.equal(await servingProcess(path), undefined, JSON.stringify(content));
  }
  t.equal(await servingProcess(join(path, 'nowhere')), undefined);
});
