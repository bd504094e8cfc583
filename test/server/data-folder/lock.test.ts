import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { LOCK_FILE, lockDataFolder } from '../../../server/data-folder/lock.ts';

/** Number of the process that the lock names. */
const holderOf = (path: string) => Number.parseInt(readFileSync(join(path, LOCK_FILE), 'utf8'), 10);

t.test('a lock is held until it is given back', async t => {
  const path = t.testdir();
  const unlock = await lockDataFolder(path);
  t.equal(holderOf(path), process.pid);
  await t.rejects(lockDataFolder(path), { name: 'DataFolderError', kind: 'busy' });
  await unlock();
  t.same(readdirSync(path), []);
  await (
    await lockDataFolder(path)
  )();
});

t.test('the lock of a process that is gone, or whose number another process has, is taken over', async t => {
  const path = t.testdir();
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  const stale = [`${child.pid} 123 boot\n`, `${process.pid} 1 another-boot\n`, '', 'nonsense', '-1'];
  for (const content of stale) {
    writeFileSync(join(path, LOCK_FILE), content);
    const unlock = await lockDataFolder(path);
    t.equal(holderOf(path), process.pid, JSON.stringify(content));
    await unlock();
    t.same(readdirSync(path), []);
  }
});

t.test('unlocking leaves a lock that is somebody else’s by now', async t => {
  const path = t.testdir();
  const unlock = await lockDataFolder(path);
  writeFileSync(join(path, LOCK_FILE), '1 other');
  await unlock();
  t.same(readdirSync(path), [LOCK_FILE]);
});
