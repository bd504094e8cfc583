import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { lockDataFolder } from '../../../server/data-folder/lock.ts';
import { fakeManager } from './fake-manager.ts';
import { kmipd } from './fixture.ts';

t.test('a server that runs and does not answer is an error; nothing is written beside it', async t => {
  const data = join(t.testdir(), 'd');
  mkdirSync(data);
  const unlock = await lockDataFolder(data, { as: 'server' });
  t.teardown(unlock);
  for (const argv of [['client', 'list'], ['status']]) {
    t.match(await kmipd([...argv, '--data', data]), {
      code: 5,
      out: '',
      err: /^kmipd: the server that runs on .*\/d does not answer \(ENOENT\), and nothing was done; see that it runs, then try again\n$/,
    });
  }
});

t.test('a server that is just starting is waited for', async t => {
  const { kmipd, data } = await fakeManager(t, { 'client list': { clients: [] } });
  const [socket, aside] = [join(data, 'admin.sock'), join(data, 'aside')];
  renameSync(socket, aside);
  setTimeout(() => renameSync(aside, socket), 300);
  t.match(await kmipd(['client', 'list']), { code: 0, out: /^no clients/ });
});

t.test('a server elsewhere is only asked when something says by what to know it', async t => {
  const key = join(t.testdir({ 'not-a-key': 'hello\n' }), 'not-a-key');
  const print = 'ab'.repeat(32);
  const cases: [string[], number, RegExp][] = [
    [
      ['--server', 'kms.example:5697'],
      2,
      /nothing says by what to know kms\.example:5697; give --admin FILE, .* --server-fingerprint/,
    ],
    [['--server', 'kms.example'], 2, /--server kms\.example: HOST:PORT is expected/],
    [['--server', 'kms.example:0', '--server-fingerprint', print], 2, /HOST:PORT is expected/],
    [['--server', '::1:5697', '--server-fingerprint', print], 2, /HOST:PORT is expected/],
    [['--server', 'x:1', '--server-fingerprint', 'ab:cd'], 2, /a SHA-256 fingerprint of 64 hex digits is expected/],
    [['--server-fingerprint', print], 2, /--server-fingerprint goes with --server/],
    [
      ['--server', '[::1]:1', '--server-fingerprint', print],
      5,
      /\[::1\]:1 does not answer \((ECONNREFUSED|EADDRNOTAVAIL)\), and nothing was done/,
    ],
    [['--admin', join(key, '..', 'none')], 3, /none: no such file; check its name/],
    [
      ['--admin', key],
      4,
      /not-a-key is no administrator’s key file \(it has no line "Administrator"\); name one that `kmipd admin create` wrote/,
    ],
  ];
  for (const [flags, code, err] of cases) {
    t.match(await kmipd(['client', 'list', ...flags]), { code, out: '', err }, flags.join(' '));
  }
});

t.test('variables that name the administrator’s key are no settings', async t => {
  const { kmipd: ask } = await fakeManager(t, { 'client list': { clients: [] } });
  t.match(await ask(['client', 'list'], { env: { KMIPD_ADMIN: '', KMIPD_ADMIN_PASSPHRASE_FILE: '' } }), { code: 0 });
  t.match(await ask(['client', 'list'], { env: { KMIPD_ADMIN: '/nonexistent' } }), {
    code: 3,
    err: /^kmipd: \/nonexistent: no such file/,
  });
  t.match(await kmipd(['config'], { env: { KMIPD_ADMIN: '/nonexistent' } }), { code: 0 });
});
