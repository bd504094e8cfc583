import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect as connectNet, createServer as createNetServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import t, { type Test } from 'tap';
import { issueServerCertificate, parseCertificates } from '../../../certs/index.ts';
import {
  type AdminListeners,
  type AdminListenersOptions,
  AdminRefusal,
  askCertificateManager,
  overHttps,
  overSocket,
  type Sign,
  signRequest,
  startAdminListeners,
} from '../../../server/admin/index.ts';
import { BODY_BYTES_MAX } from '../../../server/admin/http.ts';
import { silentLogger } from '../../../server/log/index.ts';
import { notingEffects, openWorld, OWNER, START, type TestAdministrator, type World } from './fixture.ts';

const UNHURRIED = { connectMs: 5000, answerMs: 20_000 };

interface Served extends World {
  readonly socketPath: string;
  readonly listeners: AdminListeners;
  /** Over the administrator port. */
  readonly https: ReturnType<typeof overHttps>;
  readonly local: ReturnType<typeof overSocket>;
  sign(as: TestAdministrator): Sign;
}

async function serve(t: Test, options: Partial<AdminListenersOptions> = {}): Promise<Served> {
  const world = await openWorld(t, { effects: notingEffects() });
  // Certificates are judged by the real clock here.
  const authority = await world.folder.certificates.authority();
  const issued = await issueServerCertificate({
    ...{ authority, names: ['127.0.0.1'], validityDays: 10, keyType: 'ECDSA P-256', now: START },
  });
  const socketPath = join(folder(t), 'admin.sock');
  const listeners = await startAdminListeners({
    manager: world.manager,
    socketPath,
    listen: { host: '127.0.0.1', port: 0 },
    tls: issued,
    log: silentLogger,
    ...options,
  });
  t.teardown(() => listeners.stop());
  const fingerprint = parseCertificates(issued.certificatePem)[0]!.sha256;
  let nonces = 0;
  return {
    ...world,
    socketPath: options.socketPath ?? socketPath,
    listeners,
    https: overHttps({ host: '127.0.0.1', port: listeners.port ?? 0, fingerprint, ...UNHURRIED }),
    local: overSocket(options.socketPath ?? socketPath, UNHURRIED),
    sign: as => request => {
      const nonce = `nonce-of-these-tests-${String(++nonces).padStart(6, '0')}`;
      const { instanceId } = world.folder.service;
      return signRequest({ ...request, ...as, instanceId, nonce, now: START });
    },
  };
}

function folder(t: Test, length = 0): string {
  const base = mkdtempSync(join(tmpdir(), 'kmipd-socket-'));
  t.teardown(() => rmSync(base, { recursive: true, force: true }));
  if (length === 0) return base;
  const path = join(base, 'x'.repeat(length));
  mkdirSync(path);
  return path;
}

t.test('over the socket the owner acts, and administrators by signature; over HTTPS only those who sign', async t => {
  const { local, https, addAdministrator, sign, events } = await serve(t);
  const made = await askCertificateManager('vault create', { name: 'v' }, { send: local });
  t.equal(made.name, 'v');
  t.match((await events()).at(-1), { initiator: { id: OWNER }, requestData: { requestURI: '/admin/vault/create' } });
  await t.rejects(askCertificateManager('vault list', {}, { send: https }), { name: 'AdminRefusal', status: 401 });
  t.match((await events()).at(-1), { initiator: { id: 'unauthenticated' }, outcome: 'failure', severity: 'critical' });
  const alice = await addAdministrator('alice');
  for (const send of [local, https]) {
    const { vaults } = await askCertificateManager('vault list', {}, { send, sign: sign(alice) });
    t.equal(vaults.length, 2);
    t.match((await events()).at(-1), { initiator: { name: 'alice' }, outcome: 'success' });
  }
  await t.rejects(askCertificateManager('vault list', {}, { send: local }), AdminRefusal);
  const status = await askCertificateManager('status', {}, { send: local });
  t.ok(status.isRunning);
  await t.rejects(askCertificateManager('status', {}, { send: https }), { name: 'AdminRefusal', status: 401 });
});

t.test('what the certificate manager refuses arrives with its reason', async t => {
  const { local } = await serve(t);
  await t.rejects(askCertificateManager('client show', { name: 'none' }, { send: local }), {
    ...{ status: 404, reason: 'not found', message: /there is no client none/ },
  });
});

t.test('the socket is its owner’s from the first moment on, and gone when the server has stopped', async t => {
  const path = folder(t);
  const socketPath = join(path, 'admin.sock');
  const seen: number[] = [];
  let isDone = false;
  const watching = (async () => {
    while (!isDone) {
      for (const name of readdirSync(path)) {
        const found = statSync(join(path, name), { throwIfNoEntry: false });
        if (found) seen.push(found.mode & 0o077);
      }
      await wait(0);
    }
  })();
  const before = process.umask(0);
  // Each start is over in a moment: of many, some are caught on the way.
  for (let start = 0; start < 20; start++) await (await serve(t, { socketPath })).listeners.stop();
  const { listeners } = await serve(t, { socketPath });
  await wait(5);
  process.umask(before);
  isDone = true;
  await watching;
  t.equal(statSync(socketPath).mode & 0o777, 0o600);
  t.ok(statSync(socketPath).isSocket());
  t.same(readdirSync(path), ['admin.sock'], 'nothing lies beside it');
  t.ok(seen.length > 0);
  t.ok(
    seen.every(others => others === 0),
    'at no moment could others open it',
  );
  await listeners.stop();
  t.same(readdirSync(path), []);
});

t.test('a socket that a dead server left is taken over; so is its half-made folder', async t => {
  const path = folder(t);
  const socketPath = join(path, 'admin.sock');
  const dead = createNetServer();
  await new Promise<void>(resolve => dead.listen(join(path, 'old'), resolve));
  renameSync(join(path, 'old'), socketPath);
  await new Promise(resolve => dead.close(resolve));
  mkdirSync(join(path, '.admin.sock.tmp'));
  writeFileSync(join(path, '.admin.sock.tmp', 'admin.sock'), '');
  t.ok(statSync(socketPath).isSocket());
  const { local } = await serve(t, { socketPath });
  t.ok((await askCertificateManager('status', {}, { send: local })).isRunning);
});

t.test('a path that is longer than a socket’s address may be', async t => {
  const socketPath = join(folder(t, 150), 'admin.sock');
  const { local, listeners } = await serve(t, { socketPath });
  t.ok((await askCertificateManager('status', {}, { send: local })).isRunning);
  t.equal(statSync(socketPath).mode & 0o777, 0o600);
  await listeners.stop();
  t.throws(() => statSync(socketPath));
});

t.test(
  'HTTPS: TLS 1.2 and 1.3 with GCM only, no client certificate asked for; another certificate at once',
  async t => {
    const { listeners, folder: data } = await serve(t);
    const where = { host: '127.0.0.1', port: listeners.port!, rejectUnauthorized: false };
    const shown = (more: object = {}) =>
      new Promise<{ protocol: string | null; cipher: string; sha256: string | undefined }>((resolve, reject) => {
        const socket = connectTls({ ...where, ...more }, () => {
          const sha256 = socket.getPeerX509Certificate()?.fingerprint256;
          resolve({ protocol: socket.getProtocol(), cipher: socket.getCipher().name, sha256 });
          socket.destroy();
        });
        socket.once('error', reject);
      });
    t.match(await shown(), { protocol: 'TLSv1.3' });
    t.match(await shown({ maxVersion: 'TLSv1.2' }), { protocol: 'TLSv1.2', cipher: /GCM/ });
    await t.rejects(shown({ maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' }));
    await t.rejects(shown({ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA' }));
    const other = await issueServerCertificate({
      authority: await data.certificates.authority(),
      ...{ names: ['127.0.0.1'], validityDays: 10, keyType: 'ECDSA P-256', now: START },
    });
    listeners.useCertificate(other);
    const { sha256 } = await shown();
    t.equal(sha256?.replaceAll(':', '').toLowerCase(), parseCertificates(other.certificatePem)[0]?.sha256);
    const { privateKeyPem } = await data.certificates.server();
    t.throws(() => listeners.useCertificate({ ...other, privateKeyPem }));
    t.equal((await shown()).sha256, sha256, 'nothing has changed');
  },
);

t.test('an address that is taken: it does not start, and leaves no socket', async t => {
  const taken = createNetServer();
  await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve));
  t.teardown(() => taken.close());
  const { port } = taken.address() as { port: number };
  const path = folder(t);
  const started = serve(t, { socketPath: join(path, 'admin.sock'), listen: { host: '127.0.0.1', port } });
  await t.rejects(started, { code: 'EADDRINUSE' });
  t.same(readdirSync(path), []);
});

/** What comes back over a plain connection to the socket, as text, until it is closed. */
function exchange(path: string, send: (socket: Socket) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectNet(path, () => send(socket));
    let text = '';
    socket.on('data', chunk => (text += chunk.toString('latin1')));
    socket.once('close', () => resolve(text));
    socket.on('error', error => (text === '' ? reject(error) : undefined));
  });
}
const errorIn = (answer: string) => {
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), head, error: (JSON.parse(body) as { error: unknown }).error };
};
const post = (path: string, body: string, more = '') =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${more}\r\n${body}`;

t.test('what is no request to the certificate manager is refused in JSON, and leaves no event', async t => {
  const { socketPath, events } = await serve(t);
  const before = (await events()).length;
  for (const [title, text, status, message] of [
    ['another path', post('/', '{}'), 404, /nothing here but/],
    ['another address', post('http://elsewhere/admin/status', '{}'), 404, /nothing here but/],
    ['GET', 'GET /admin/status HTTP/1.1\r\nHost: x\r\n\r\n', 405, /only POST/],
    ['garbage', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n', 400, /not HTTP/],
    ['two lengths', post('/admin/status', '{}', 'Content-Length: 3\r\n'), 400, /not HTTP/],
    ['a length and chunks', post('/admin/status', '{}', 'Transfer-Encoding: chunked\r\n'), 400, /not HTTP/],
    ['long headers', post('/admin/status', '{}', `X: ${'x'.repeat(9000)}\r\n`), 431, /headers are too long/],
  ] as const) {
    const answer = errorIn(await exchange(socketPath, socket => socket.write(text, 'latin1')));
    t.match(answer, { status, error: { message, reason: String }, head: /content-type: application\/json/i }, title);
    t.match(answer.head, /connection: close/i);
  }
  t.equal((await events()).length, before);
});

t.test(
  'a body that is too long is refused with one event of what was asked for, whether its length is said or not',
  async t => {
    const { socketPath, events } = await serve(t);
    const long = Buffer.alloc(BODY_BYTES_MAX + 1, 0x20);
    const head = 'POST /admin/client/add HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
    for (const send of [
      (socket: Socket) => void (socket.write(`${head}Content-Length: ${long.length}\r\n\r\n`), socket.write(long)),
      (socket: Socket) => {
        socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n${long.length.toString(16)}\r\n`);
        socket.write(long);
        socket.write('\r\n0\r\n\r\n');
      },
    ]) {
      const before = (await events()).length;
      t.match(errorIn(await exchange(socketPath, send)), { status: 413, error: { reason: 'too large' } });
      const added = (await events()).slice(before);
      t.equal(added.length, 1);
      t.match(added, [
        {
          ...{ action: 'hs-crypto.mtlscert-cert.set', outcome: 'failure', reason: { reasonCode: 413 } },
          initiator: { id: 'unauthenticated' },
        },
      ]);
    }
  },
);

t.test('slow and broken clients are let go in time, and meanwhile disturb nobody', async t => {
  const { socketPath, local, listeners } = await serve(t, { requestTimeoutMs: 600 });
  const half = post('/admin/status', '{}').slice(0, -1);
  const slow = ['POST /admin/sta', half, ''].map(text =>
    exchange(socketPath, socket => (text === '' ? undefined : socket.write(text))).catch(() => 'cut'),
  );
  const gone = connectNet(socketPath, () => gone.write(half, () => gone.destroy()));
  gone.on('error', () => {});
  for (let count = 0; count < 10; count++) {
    t.ok((await askCertificateManager('status', {}, { send: local })).isRunning);
  }
  const [beginning = '', middle = ''] = await Promise.all(slow.slice(0, 2));
  t.match(errorIn(beginning), { status: 408, error: { message: /too slowly/ } });
  t.match(errorIn(middle), { status: 408, error: { message: /too slowly/ } });
  await listeners.stop();
  await Promise.all(slow);
});

t.test('stop: an open request ends; one that does not is cut when the drain time is over', async t => {
  const { socketPath, local, listeners } = await serve(t, { drainTimeoutMs: 300 });
  const hanging = exchange(socketPath, socket => socket.write(post('/admin/status', '{}').slice(0, -1))).catch(
    () => 'cut',
  );
  const open = askCertificateManager('certs server renew', { keyType: 'RSA 2048' }, { send: local });
  await wait(20);
  const from = performance.now();
  const stopped = listeners.stop();
  await Promise.allSettled([open]);
  await stopped;
  t.ok(performance.now() - from < 3000);
  await hanging;
  await t.rejects(askCertificateManager('status', {}, { send: local }), { name: 'AdminUnreachable', kind: 'nobody' });
});

t.test('sixty clients at once over HTTPS are all answered', async t => {
  const { https, addAdministrator, sign, events } = await serve(t);
  const alice = await addAdministrator('alice');
  const before = (await events()).length;
  const signed = sign(alice);
  const asked = Array.from({ length: 60 }, (_, index) =>
    index % 2 === 0
      ? askCertificateManager('client list', {}, { send: https, sign: signed })
      : askCertificateManager('client list', {}, { send: https }),
  );
  const outcomes = await Promise.allSettled(asked);
  t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 30);
  const refusals = outcomes.flatMap(outcome => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
  t.ok(refusals.every(reason => reason instanceof AdminRefusal && reason.status === 401));
  t.equal((await events()).length - before, 60);
});
