import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createNetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import {
  createAuthority,
  issueClientCertificate,
  issueServerCertificate,
  parseCertificates,
  sha256Fingerprint,
} from '../../../certs/index.ts';
import { askCertificateManager, overHttps, overSocket } from '../../../server/admin/client.ts';
import { issue, withChain } from '../kmip/authorities.ts';

interface Heard {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

/** Answers every request with the same, and remembers what was asked. */
function answering(status: number, body: unknown) {
  const heard: Heard[] = [];
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url, headers } = request;
      heard.push({ method, url, headers, body: JSON.parse(Buffer.concat(chunks).toString()) });
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  };
  return { heard, listener };
}

/** A folder whose name is short, or longer than a socket's address may be. */
function folder(t: Test, length = 0): string {
  const base = mkdtempSync(join(tmpdir(), 'kmipd-admin-'));
  t.teardown(() => rmSync(base, { recursive: true, force: true }));
  if (length === 0) return base;
  const path = join(base, 'x'.repeat(length));
  mkdirSync(path);
  return path;
}

async function onSocket(t: Test, listener: RequestListener, path = join(folder(t), 'admin.sock')): Promise<string> {
  const server = createServer(listener);
  t.teardown(() => new Promise(resolve => server.close(resolve)));
  await new Promise<void>(resolve => server.listen(path, resolve));
  return path;
}

const made = (async () => {
  const now = new Date();
  const authorityOf = () =>
    createAuthority({
      commonName: 'kmipd authority',
      now: new Date('2019-01-01T00:00:00Z'),
      validityDays: 36_500,
      keyType: 'ECDSA P-256',
    });
  const authority = await authorityOf();
  const common = { authority, keyType: 'ECDSA P-256', now, validityDays: 30 } as const;
  return {
    now,
    authority,
    other: await authorityOf(),
    server: await issueServerCertificate({ ...common, names: ['127.0.0.1', 'localhost'] }),
    elsewhere: await issueServerCertificate({ ...common, names: ['192.0.2.1'] }),
    expired: await issueServerCertificate({ ...common, names: ['127.0.0.1'], now: new Date('2020-01-01T00:00:00Z') }),
    client: await issueClientCertificate({ ...common, commonName: '127.0.0.1' }),
  };
})();

async function onPort(t: Test, listener: RequestListener, pair: { certificatePem: string; privateKeyPem: string }) {
  const server = createHttpsServer({ cert: pair.certificatePem, key: pair.privateKeyPem }, listener);
  t.teardown(() => new Promise(resolve => server.close(resolve)));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

t.test('a request is a POST with its body as JSON, and the answer is what was answered', async t => {
  const { heard, listener } = answering(200, { clients: [] });
  const path = await onSocket(t, listener);
  t.same(await askCertificateManager('client list', {}, { send: overSocket(path) }), { clients: [] });
  await askCertificateManager('certs server renew', { reuseKey: true }, { send: overSocket(path) });
  t.match(heard, [
    {
      method: 'POST',
      url: '/admin/client/list',
      body: {},
      headers: { 'content-type': 'application/json', host: 'localhost' },
    },
    { url: '/admin/certs/server/renew', body: { reuseKey: true } },
  ]);
});

t.test('what signs gets the path and the very bytes that are sent', async t => {
  const { heard, listener } = answering(200, {});
  const path = await onSocket(t, listener);
  const signed: string[] = [];
  const sign = ({ path, body }: { path: string; body: Uint8Array }) => {
    signed.push(`${path} ${Buffer.from(body).toString()}`);
    return { 'Signature-Input': 'sig', Signature: 'x' };
  };
  await askCertificateManager('client show', { name: 'vCenter ö' }, { send: overSocket(path), sign });
  t.same(signed, ['/admin/client/show {"name":"vCenter ö"}']);
  t.match(heard, [{ body: { name: 'vCenter ö' }, headers: { 'signature-input': 'sig', signature: 'x' } }]);
});

t.test('a socket in a folder with a long name is reached as well', async t => {
  const long = folder(t, 150);
  process.chdir(long); // so that the server can listen by a short name
  const { heard, listener } = answering(200, {});
  await onSocket(t, listener, 'admin.sock');
  process.chdir('/');
  await askCertificateManager('client list', {}, { send: overSocket(join(long, 'admin.sock')) });
  t.equal(heard.length, 1);
  await t.rejects(askCertificateManager('client list', {}, { send: overSocket(join(long, 'other.sock')) }), {
    name: 'AdminUnreachable',
    kind: 'nobody',
    message: 'ENOENT',
  });
});

t.test('a refusal keeps the manager’s words, reason and status', async t => {
  const error = { message: 'there is no client x; `kmipd client list` shows all', reason: 'not found' };
  const path = await onSocket(t, answering(404, { error }).listener);
  await t.rejects(askCertificateManager('client show', { name: 'x' }, { send: overSocket(path) }), {
    name: 'AdminRefusal',
    status: 404,
    ...error,
  });
});

t.test('where nobody listens nothing was asked', async t => {
  const path = join(folder(t), 'admin.sock');
  await t.rejects(askCertificateManager('status', {}, { send: overSocket(path) }), {
    kind: 'nobody',
    message: 'ENOENT',
  });
  const free = createNetServer();
  await new Promise<void>(resolve => free.listen(0, '127.0.0.1', resolve));
  const { port } = free.address() as AddressInfo;
  await new Promise(resolve => free.close(resolve));
  const send = overHttps({ host: '127.0.0.1', port, fingerprint: '0'.repeat(64) });
  await t.rejects(askCertificateManager('status', {}, { send }), { kind: 'nobody', message: 'ECONNREFUSED' });
});

t.test('an answer that does not come, breaks off or is no answer leaves open whether it was done', async t => {
  const cases: [string, RequestListener, RegExp][] = [
    ['none', () => {}, /^no answer within 200 ms$/],
    ['cut', (_, response) => response.destroy(), /^ECONNRESET$/],
    [
      'half',
      (_, response) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('{', () => response.destroy());
      },
      /^ECONNRESET$/,
    ],
    ['text', answering(200, 'hello').listener, /^an answer that is not JSON/],
    ['another server', answering(404, { what: 'not found' }).listener, /^status 404 without an error of kmipd/],
  ];
  for (const [name, listener, message] of cases) {
    const send = overSocket(await onSocket(t, listener), { answerMs: 200 });
    await t.rejects(askCertificateManager('client list', {}, { send }), { kind: 'lost', message }, name);
  }
});

t.test('over HTTPS the server is known by its authority, for the name that was asked', async t => {
  const { authority, other, server, elsewhere, expired, client } = await made;
  const { heard, listener } = answering(200, { clients: [] });
  const ask = async (pair: typeof server, authorityPem: string, host?: string) => {
    const at = await onPort(t, listener, pair);
    const send = overHttps({ ...at, ...(host !== undefined && { host }), authorityPem });
    return askCertificateManager('client list', {}, { send });
  };
  t.same(await ask(server, String(authority.certificatePem)), { clients: [] });
  t.same(await ask(server, String(authority.certificatePem), 'localhost'), { clients: [] });
  t.equal(heard.length, 2);
  const refused = { name: 'AdminUnreachable', kind: 'distrusted' };
  await t.rejects(ask(server, String(other.certificatePem)), refused, 'another authority of the same name');
  await t.rejects(ask(elsewhere, String(authority.certificatePem)), refused, 'a certificate for another machine');
  await t.rejects(ask(expired, String(authority.certificatePem)), refused, 'one that has expired');
  await t.rejects(ask(client, String(authority.certificatePem)), refused, 'that of a client');
  t.equal(heard.length, 2, 'nothing was sent to any of them');
});

t.test('an authority that stands below another is trusted by itself', async t => {
  const { listener } = answering(200, { clients: [] });
  const root = issue({ commonName: 'company', isAuthority: true });
  const authority = issue({ commonName: 'kmipd authority', issuer: root, isAuthority: true });
  const at = await onPort(t, listener, issue({ commonName: 'localhost', issuer: authority }));
  for (const authorityPem of [authority.certificatePem, withChain(authority, root).certificatePem]) {
    const send = overHttps({ ...at, host: 'localhost', authorityPem });
    t.same(await askCertificateManager('client list', {}, { send }), { clients: [] });
  }
});

t.test('with a fingerprint that very certificate is trusted, whoever signed it, and no other', async t => {
  const { server, elsewhere, expired } = await made;
  const { heard, listener } = answering(200, {});
  const fingerprint = (pair: typeof server) => sha256Fingerprint(parseCertificates(pair.certificatePem)[0]!.der);
  for (const pair of [server, elsewhere, expired]) {
    const at = await onPort(t, listener, pair);
    await askCertificateManager('client list', {}, { send: overHttps({ ...at, fingerprint: fingerprint(pair) }) });
  }
  t.equal(heard.length, 3);
  const at = await onPort(t, listener, server);
  await t.rejects(
    askCertificateManager('client list', {}, { send: overHttps({ ...at, fingerprint: fingerprint(elsewhere) }) }),
    { kind: 'distrusted', message: /^it shows the certificate with SHA-256 ([0-9A-F]{2}:){31}/ },
  );
  t.equal(heard.length, 3, 'nothing was sent');
});

t.test('without anything to know the server by nothing is sent', async t => {
  const { server } = await made;
  const { heard, listener } = answering(200, {});
  const at = await onPort(t, listener, server);
  await t.rejects(askCertificateManager('client list', {}, { send: overHttps(at) }), { name: 'TypeError' });
  t.equal(heard.length, 0);
});

t.test('a port that speaks no TLS, or says nothing, is no certificate manager', async t => {
  const { listener } = answering(200, {});
  const plain = createServer(listener);
  const silent = createNetServer(() => {});
  for (const server of [plain, silent]) {
    t.teardown(() => server.close());
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  }
  const ask = (server: { address(): unknown }) =>
    askCertificateManager(
      'status',
      {},
      {
        send: overHttps({
          host: '127.0.0.1',
          port: (server.address() as AddressInfo).port,
          fingerprint: randomBytes(32).toString('hex'),
          connectMs: 300,
        }),
      },
    );
  await t.rejects(ask(plain), { kind: 'distrusted', message: /wrong version number|packet length/ });
  await t.rejects(ask(silent), { kind: 'nobody', message: 'no connection within 300 ms' });
});
