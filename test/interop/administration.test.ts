import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { validateEvent, type AuditEvent } from '../../server/audit/index.ts';
import { freePort } from '../server/free-port.ts';
import { spawnServer } from '../server/server-process.ts';
import { hasTool, output, ran, workFolder } from './tools.ts';

t.setTimeout(120_000);

const PASSPHRASE = 'correct horse battery';
const NAME = 'kms.example';

t.test('curl asks the administrators’ HTTPS port with a signature that openssl made (RFC 9421)', async t => {
  if (!hasTool(t, 'openssl') || !hasTool(t, 'curl')) return;
  const port = await freePort();
  const server = await spawnServer(t, { args: ['--name', NAME, '--set', `admin.listen=127.0.0.1:${port}`] });
  const { path, file } = workFolder(t);
  const keyFile = join(path, 'alice.admin.pem');
  const passphrase = file('passphrase', PASSPHRASE);
  const create = ['admin', 'create', 'alice', '--out', keyFile, '--passphrase-file', passphrase];
  t.match(await server.kmipd(...create), { code: 0 }, 'makes an administrator');

  const ca = join(server.data, 'authority.crt');
  const post = (what: string, body: string, headers: readonly string[], more: readonly string[] = [], cacert = ca) => {
    const to = ['--connect-to', `${NAME}:443:127.0.0.1:${port}`, `https://${NAME}/admin/${what}`];
    const sent = ['-X', 'POST', '-H', 'content-type: application/json', ...headers.flatMap(one => ['-H', one])];
    const args = ['-sS', '-v', '--max-time', '20', '--cacert', cacert, ...more, ...sent, '--data-binary', body, ...to];
    const { code, out, err } = ran('curl', [...args, '-w', '\n%{http_code}']);
    const [text = '', status] = [out.slice(0, out.lastIndexOf('\n')), out.slice(out.lastIndexOf('\n') + 1)];
    return { code, err, status: Number(status), body: text === '' ? undefined : (JSON.parse(text) as unknown) };
  };
  const instanceId = /^Server instance: (\S+)$/m.exec(readFileSync(keyFile, 'utf8'))![1]!;
  const key = file(
    'alice.key',
    /-----BEGIN ENCRYPTED[^]*?END ENCRYPTED PRIVATE KEY-----\n/.exec(readFileSync(keyFile, 'utf8'))![0],
  );
  const unlock = ['-passin', `pass:${PASSPHRASE}`];
  const publicKey = join(path, 'alice.der');
  output('openssl', ['pkey', '-in', key, ...unlock, '-pubout', '-outform', 'DER', '-out', publicKey]);
  const keyId = createHash('sha256').update(readFileSync(publicKey)).digest('hex');
  const signed = (what: string, body: string, created = Math.floor(Date.now() / 1000)) => {
    const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
    const nonce = randomBytes(16).toString('base64url');
    const covered = '("@method" "@path" "content-digest")';
    const parameters = `${covered};created=${created};nonce="${nonce}";keyid="${keyId}";alg="ed25519";tag="kmipd-${instanceId}"`;
    const base = `"@method": POST\n"@path": /admin/${what}\n"content-digest": ${digest}\n"@signature-params": ${parameters}`;
    const signature = join(path, 'signature');
    const sign = ['pkeyutl', '-sign', '-rawin', '-inkey', key, ...unlock, '-out', signature];
    output('openssl', [...sign, '-in', file('base', base)]);
    const made = readFileSync(signature).toString('base64');
    return [`Content-Digest: ${digest}`, `Signature-Input: sig=${parameters}`, `Signature: sig=:${made}:`];
  };

  for (const flags of [['--tlsv1.2', '--tls-max', '1.2'], ['--tlsv1.3']]) {
    const answer = post('client/list', '{}', signed('client/list', '{}'), flags);
    t.match(answer, { code: 0, status: 200, body: { clients: [] } }, flags.join(' '));
    t.match(answer.err, 'SSL certificate verify ok');
  }
  const headers = signed('vault/list', '{}');
  t.match(post('vault/list', '{}', headers), { status: 200, body: { vaults: [{ name: 'default' }] } });
  t.match(post('vault/list', '{}', headers), { status: 401 }, 'the same once more is a replay');
  const long = Math.floor(Date.now() / 1000) - 3600;
  t.match(post('client/list', '{}', signed('client/list', '{}', long)), { status: 401 }, 'made an hour ago');
  t.match(post('client/list', '{}', signed('vault/list', '{}')), { status: 401 }, 'made for another request');
  t.match(post('client/list', '{ }', signed('client/list', '{}')), { status: 401 }, 'of another body');
  const unsigned = post('client/list', '{}', []);
  t.match(unsigned, { status: 401, body: { error: { message: String, reason: String } } }, 'not signed at all');

  const other = join(path, 'other.crt');
  const self = [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    '/CN=other',
    '-keyout',
    join(path, 'other.key'),
  ];
  output('openssl', [...self, '-out', other]);
  t.equal(post('client/list', '{}', [], [], other).code, 60, 'curl does not trust it by another authority');
  const old = post('client/list', '{}', [], ['--tls-max', '1.1', '--ciphers', 'ALL:@SECLEVEL=0']);
  t.equal(old.code, 35, 'TLS 1.1 is not spoken');

  await hasEvents(t, server.kmipd('events', '--json', '--limit', '1000', '--outcome', 'failure'), 5);
});

/** One critical event with 401 for each refused request. */
async function hasEvents(t: Test, listed: Promise<{ out: string }>, count: number): Promise<void> {
  const events = (await listed).out
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as AuditEvent);
  t.equal(events.length, count);
  for (const event of events) {
    t.equal(validateEvent(event), undefined);
    t.match(event, { severity: 'critical', reason: { reasonCode: 401 } });
  }
}
