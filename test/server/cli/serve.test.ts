import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import t from 'tap';
import { colons, parseCertificates } from '../../../certs/index.ts';
import {
  CryptographicAlgorithm,
  CryptographicLength,
  CryptographicUsageMask,
  ObjectType,
  Operation,
} from '../../../kmip-codec/index.ts';
import { template } from '../operations/world.ts';
import { spawnServer } from '../server-process.ts';

const aesKey = {
  objectType: ObjectType.SymmetricKey,
  attributes: template(
    [CryptographicAlgorithm, CryptographicAlgorithm.AES],
    [CryptographicUsageMask, 12],
    [CryptographicLength, 256],
  ),
};

t.test('serve says what vCenter will show and what to do next, then ready, on standard output', async t => {
  const server = await spawnServer(t, { args: ['--name', 'kms.example', '--name', '192.0.2.1'] });
  const [certificate] = parseCertificates(readFileSync(join(server.data, 'server.crt')));
  t.same(certificate?.subjectAltNames, ['DNS:kms.example', 'IP:192.0.2.1', 'IP:127.0.0.1', 'DNS:localhost']);
  for (const shown of [certificate?.sha1, certificate?.sha256].map(hex => colons(hex ?? '')))
    t.match(server.out(), shown);
  t.match(server.out(), /subject +CN=kms\.example\n/);
  t.match(server.out(), new RegExp(`port +${server.port}\\n`));
  t.match(server.out(), /First start: made /);
  t.match(server.out(), /kmipd client add NAME --cert FILE --data /);
  t.match(server.out(), new RegExp(`\nready 127\\.0\\.0\\.1:${server.port}\n$`), 'nothing comes after it');
});

t.test('a client that is added or removed is known to the running server at once', async t => {
  const server = await spawnServer(t);
  const vcenter = await server.addClient('vcsa-01');
  const connection = await server.connect(vcenter);
  const { uniqueIdentifier } = await connection.request(Operation.Create, aesKey);
  await connection.request(Operation.Activate, { uniqueIdentifier });

  const list = await server.kmipd('keys', 'list', '--json');
  t.match(JSON.parse(list.out), [{ uniqueIdentifier, vault: 'default', objectType: 'Symmetric Key', state: 'Active' }]);
  const show = await server.kmipd('keys', 'show', uniqueIdentifier, '--json');
  t.match(JSON.parse(show.out), { attributes: { 'Cryptographic Algorithm': 'AES', 'Cryptographic Length': 256 } });
  t.match((await server.kmipd('keys', 'show', uniqueIdentifier)).out, /Cryptographic Length +256\n/);
  const told = await server.kmipd('events', '--json', '--vault', 'default', '--action', 'managed-keys.read');
  t.equal(told.out.split('\n').length - 1, 2, 'both events name the vault');
  t.match(JSON.parse(told.out.split('\n')[0]!), { requestData: { uniqueIdentifier, vault: 'default' } });
  const events = await server.kmipd('events', '--json', '--initiator', 'vcsa-01');
  t.same(
    events.out
      .trim()
      .split('\n')
      .map(line => (JSON.parse(line) as { action: string }).action),
    ['hs-crypto.kmip-key.create', 'hs-crypto.kmip-key.activate'],
  );

  t.match(await server.kmipd('client', 'remove', 'vcsa-01'), { code: 0 });
  const refused = await (await server.connect(vcenter)).item(Operation.Get, { uniqueIdentifier });
  t.match(refused, { resultMessage: /\S/ });
  t.not(refused.resultStatus, 0);
  await t.rejects(connection.request(Operation.Get, { uniqueIdentifier }), 'also on the connection that was open');
});

t.test('SIGTERM and SIGINT end it with 0; a later start serves the same with the same certificate', async t => {
  const server = await spawnServer(t);
  const vcenter = await server.addClient('vcsa-01');
  const before = readFileSync(join(server.data, 'server.crt'), 'utf8');
  const idle = await server.connect(vcenter);
  const { uniqueIdentifier } = await idle.request(Operation.Create, aesKey);
  const asked = Date.now();
  t.same(await server.stop('SIGTERM'), { code: 0, signal: null });
  t.ok(Date.now() - asked < 10_000, 'within ten seconds, with a connection open');

  const again = await spawnServer(t, { data: server.data });
  t.notMatch(again.out(), 'First start');
  t.notMatch(again.out(), 'What to do next', 'there is a client already');
  t.equal(readFileSync(join(server.data, 'server.crt'), 'utf8'), before);
  const got = await (await again.connect(vcenter)).request(Operation.Get, { uniqueIdentifier });
  t.equal(got.uniqueIdentifier, uniqueIdentifier);
  t.match(await again.kmipd('serve'), { code: 4, err: /is served by process \d+ already; stop that one/ });
  t.same(await again.stop('SIGINT'), { code: 0, signal: null });

  const killed = await spawnServer(t, { data: server.data });
  await killed.stop('SIGKILL');
  t.same(
    await (await spawnServer(t, { data: server.data })).stop(),
    { code: 0, signal: null },
    'also after it was killed',
  );
});

t.test('events --follow in a process of its own ends with 0 when it is interrupted', async t => {
  const server = await spawnServer(t);
  const { spawn } = await import('node:child_process');
  const main = new URL('../../../dist/server/cli/main.js', import.meta.url).pathname;
  const follow = spawn(process.execPath, [main, 'events', '--follow', '--json', '--data', server.data]);
  t.teardown(() => follow.kill('SIGKILL'));
  let out = '';
  follow.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  const ended = new Promise(resolve => follow.once('close', resolve));
  const vcenter = await server.addClient('vcsa-01');
  await (await server.connect(vcenter)).request(Operation.Create, aesKey);
  while (!out.includes('kmip-key.create')) await wait(20);
  follow.kill('SIGINT');
  t.equal(await ended, 0);
});

t.test('an address that is taken is refused with exit code 5, and the data folder is free again', async t => {
  const taken = createServer().listen(0, '127.0.0.1');
  t.teardown(() => taken.close());
  await new Promise(resolve => taken.once('listening', resolve));
  const { port } = taken.address() as { port: number };
  const server = await spawnServer(t);
  const { data } = server;
  await server.stop();
  const ran = await server.kmipd('serve', '--listen', `127.0.0.1:${port}`);
  t.match(ran, { code: 5, out: '' });
  t.match(ran.err, /kmipd: .*EADDRINUSE.*\n$/);
  t.equal((await (await spawnServer(t, { data })).stop()).code, 0);
});

t.test('events go to standard output when a sink says so', async t => {
  const server = await spawnServer(t, { args: ['--set', 'audit.sinks=[{"type":"stdout"}]'] });
  await server.addClient('vcsa-01');
  await server.stop();
  const events = server
    .out()
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => JSON.parse(line) as { action: string; responseData: { action?: string } })
    .map(({ action, responseData }) => (action.endsWith('target-keystores.write') ? responseData.action : action));
  t.same(events, [
    'hs-crypto.vaults.write',
    ...[
      'service started',
      'checkpoint key made',
      'hs-crypto.mtlscert-cert.set',
      'service stopped',
      'checkpoint signed',
    ],
  ]);
});
