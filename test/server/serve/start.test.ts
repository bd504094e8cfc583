import { createServer } from 'node:net';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import t from 'tap';
import { sha256Fingerprint, parseCertificates } from '../../../certs/index.ts';
import { askCertificateManager, overHttps, overSocket } from '../../../server/admin/index.ts';
import { adminSocket } from '../../../server/data-folder/index.ts';
import { createItem, endings } from '../kmip/messages.ts';
import { runServer } from '../running-server.ts';

t.test('administrators ask the running server over its socket, and what they change works at once', async t => {
  const server = await runServer(t);
  const path = adminSocket(server.folder);
  t.equal(statSync(path).mode & 0o777, 0o600);
  const way = { send: overSocket(path) };
  const removed = await server.addClient('removed');
  const [client, stays] = [await server.connect(removed), await server.connect(await server.addClient('stays'))];
  for (const one of [client, stays]) t.same(endings(await one.batch([createItem()])), ['Success']);
  t.match(await askCertificateManager('status', {}, way), {
    isRunning: true,
    listen: `${server.host}:${server.port}`,
    connections: 2,
    clients: 2,
  });
  const { connectionsCut } = await askCertificateManager('client remove', { name: 'removed' }, way);
  t.equal(connectionsCut, 1);
  t.equal(await client.nextMessage(), undefined);
  const shown = await askCertificateManager('certs server renew', {}, way);
  t.equal(shown.isServed, true);
  const again = await server.connect(await server.addClient('again'));
  t.equal(sha256Fingerprint(again.socket.getPeerX509Certificate()!.raw), shown.certificate.sha256);
  t.same(endings(await stays.batch([createItem()])), ['Success']);
  await server.stop();
  t.notOk(existsSync(path), 'the socket goes with the server');
});

t.test('who was refused can be listed at once, and trusted', async t => {
  const server = await runServer(t);
  const way = { send: overSocket(adminSocket(server.folder)) };
  const stranger = await (await runServer(t)).addClient('of another server');
  t.same(endings(await (await server.connect(stranger)).batch([createItem()])), ['Authentication Not Successful']);
  const { refused } = await askCertificateManager('client refused', {}, way);
  t.match(refused, [{ sha256: stranger.fingerprint, count: 1, cause: 'unknown certificate' }]);
  await askCertificateManager('client trust', { fingerprint: stranger.fingerprint, name: 'stranger' }, way);
  t.same(endings(await (await server.connect(stranger)).batch([createItem()])), ['Success']);
});

t.test('the administrator port shows the certificate that the server has now', async t => {
  const server = await runServer(t, { settings: { 'admin.listen': '127.0.0.1:0', 'metrics.listen': '127.0.0.1:0' } });
  const local = { send: overSocket(adminSocket(server.folder)) };
  const before = parseCertificates((await askCertificateManager('certs show', {}, local)).serverPem)[0]!.sha256;
  const { certificate } = await askCertificateManager('certs server renew', {}, local);
  for (const [fingerprint, error] of [
    [before, /it shows the certificate/],
    [certificate.sha256, /signed|signature|administrator/],
  ] as const) {
    const way = { send: overHttps({ host: '127.0.0.1', port: server.adminPort!, fingerprint }) };
    await t.rejects(askCertificateManager('client list', {}, way), error);
  }
  const metrics = async () => (await fetch(`http://127.0.0.1:${server.metricsPort}/metrics`)).text();
  t.match(await metrics(), /kmipd_connections 0/);
  for (let i = 0; i < 100 && !(await metrics()).includes(certificate.sha256); i++) await wait(50);
  t.match(await metrics(), certificate.sha256, 'its end is told of, soon');
  t.notMatch(await metrics(), before);
});

t.test('a server that cannot listen for administrators does not listen at all', async t => {
  const taken = createServer().listen(0, '127.0.0.1');
  t.teardown(() => taken.close());
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  for (const setting of ['admin.listen', 'metrics.listen']) {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const kmip = (free.address() as { port: number }).port;
    free.close();
    await once(free, 'close');
    const settings = { listen: `127.0.0.1:${kmip}`, [setting]: `127.0.0.1:${port}` };
    await t.rejects(runServer(t, { settings }), { code: 'EADDRINUSE' });
    const server = await runServer(t, { settings: { listen: `127.0.0.1:${kmip}` } });
    t.equal(server.port, kmip, 'its port is free again');
    await server.stop();
  }
});
