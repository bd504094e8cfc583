import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import t from 'tap';
import { decryptPrivateKey } from '../../../certs/index.ts';
import { Operation, V1_1 } from '../../../kmip-codec/index.ts';
import { signRequest, type ShownRefused } from '../../../server/admin/index.ts';
import { validateEvent, type AuditEvent } from '../../../server/audit/index.ts';
import { selfSigned, vmca } from '../../certs/material.ts';
import { filesIn, found, newFolder, texts } from '../byte-search.ts';
import { freePort } from '../free-port.ts';
import { KmipClient, type ClientIdentity } from '../kmip-client.ts';
import { ADDRESS, longForms } from '../no-address-forms.ts';
import { spawnServer, type ServerProcess } from '../server-process.ts';

t.setTimeout(180_000);

const PASSPHRASE = 'correct horse battery';

t.test('no address of clients, strangers and administrators in events, log, answers, metrics or files', async t => {
  const folder = newFolder(t);
  const data = join(folder, 'data');
  const [adminPort, metricsPort] = [await freePort(), await freePort()];
  const sinks = [{ type: 'file', path: join(folder, 'events.jsonl') }, { type: 'stdout' }];
  const set = (name: string, value: string) => ['--set', `${name}=${value}`];
  const args = [
    ...['--log-level', 'trace', '--name', 'kms.example', ...set('audit.sinks', JSON.stringify(sinks))],
    ...[...set('admin.listen', `127.0.0.1:${adminPort}`), ...set('metrics.listen', `127.0.0.1:${metricsPort}`)],
  ];
  const server = await spawnServer(t, { data, args });
  const given = newFolder(t);
  const file = (name: string, text: string) => {
    writeFileSync(join(given, name), text);
    return join(given, name);
  };
  const done = async (...command: string[]) => {
    const ran = await server.kmipd(...command);
    t.equal(ran.code, 0, `kmipd ${command.slice(0, 3).join(' ')} ${ran.err}`);
    return ran.out + ran.err;
  };

  const { root, leaf } = await vmca({ commonName: 'vcenter-1.example', keyType: 'ECDSA P-256' });
  await done('client', 'add', 'vcenter', '--ca', file('root.pem', root.certificatePem), '--subject', 'CN=vcenter-*');
  t.ok(await isLetIn(server, leaf), 'a client of the root');
  const [stranger, next] = [await selfSigned({ commonName: 'knocks' }), await selfSigned({ commonName: 'trusted' })];
  for (const one of [stranger, stranger, next, undefined]) t.notOk(await isLetIn(server, one), 'a stranger');
  const refused = JSON.parse(await done('client', 'refused', '--json')) as ShownRefused[];
  t.equal(refused.length, 2);
  const { sha256 } = refused.find(({ subject }) => subject.includes('trusted'))!;
  await done('client', 'trust', sha256, '--name', 'tried');
  t.ok(await isLetIn(server, next), 'trusted by its fingerprint');

  const keyFile = join(given, 'alice.admin.pem');
  const passphrase = file('passphrase', PASSPHRASE);
  await done('admin', 'create', 'alice', '--out', keyFile, '--passphrase-file', passphrase);
  const sign = administrator(readFileSync(keyFile, 'utf8'));
  const said: Record<string, string> = {};
  const asked = async (
    what: string,
    body: object,
    headers: (path: string, bytes: Buffer) => Record<string, string>,
  ) => {
    const path = `/admin/${what}`;
    const bytes = Buffer.from(JSON.stringify(body));
    const answer = await send(adminPort, data, path, bytes, headers(path, bytes));
    said[`${what} ${answer.status} ${Object.keys(said).length}`] = answer.text;
    return answer.status;
  };
  t.equal(await asked('client/list', {}, sign), 200, 'an administrator from another machine');
  t.equal(await asked('client/refused', {}, sign), 200);
  t.equal(await asked('client/show', { name: 'vcenter' }, sign), 200);
  t.equal(await asked('client/show', { name: 'nobody' }, sign), 404);
  t.equal(await asked('client/list', {}, () => ({})), 401, 'and one who does not sign');
  t.equal(await asked('status', {}, sign), 200);
  said['metrics'] = await metrics(metricsPort);
  t.match(said['metrics'], 'vcenter', 'metrics name clients');

  const flags = ['--admin', keyFile, '--passphrase-file', passphrase];
  for (const command of [
    ['client', 'refused', '--json'],
    ['client', 'show', 'vcenter', '--json'],
    ['client', 'list', '--json'],
    ['events', '--json', '--limit', '1000'],
    ['events', '--limit', '1000'],
  ])
    said[`kmipd ${command.join(' ')}`] = await done(...command, ...(command[0] === 'client' ? flags : []));
  await done('client', 'remove', 'vcenter', ...flags);
  t.notOk(await isLetIn(server, leaf), 'not any more');

  Object.assign(said, { out: server.out(), log: server.err() });
  t.same(found(longForms, new Map([...filesIn(folder), ...texts(said)])), [], 'while it runs');
  t.match(await server.stop(), { code: 0 });
  const events = readFileSync(join(folder, 'events.jsonl'), 'utf8');
  t.same(found(longForms, new Map([...filesIn(folder), ...texts({ log: server.err() })])), [], 'after it was stopped');
  for (const line of events.trim().split('\n')) t.equal(validateEvent(JSON.parse(line) as AuditEvent), undefined);
  for (const action of ['set', 'list', 'read', 'delete']) t.match(events, `hs-crypto.mtlscert-cert.${action}`);
  t.notMatch(events, /knocks|vcenter-1\.example/, 'nor a subject of a certificate');
  t.match(server.err(), 'TRACE', 'the log says all it can say');
  t.same(found(longForms, texts({ seen: `from ${ADDRESS}` })).length, 1, 'this search does find the address');
});

/** Whether a request of this client is answered. It comes from the address. */
async function isLetIn({ host, port }: ServerProcess, identity: ClientIdentity | undefined): Promise<boolean> {
  const from = { host, port, localAddress: ADDRESS, rejectUnauthorized: false };
  const client = await KmipClient.connect(from, identity);
  const item = await client.item(Operation.DiscoverVersions, {}, { version: V1_1 });
  await client.close();
  return item.resultReason === undefined;
}

/** Headers of requests that are signed with the key of this file. */
function administrator(text: string): (path: string, body: Buffer) => Record<string, string> {
  const line = (title: string) => new RegExp(`^${title}: (\\S+)$`, 'm').exec(text)![1]!;
  const privateKeyPem = decryptPrivateKey(/-----BEGIN ENC[^]*?-----END ENC.*\n/.exec(text)![0], PASSPHRASE);
  return (path, body) =>
    signRequest({
      ...{ path, body, privateKeyPem, now: new Date(), nonce: randomBytes(16).toString('base64url') },
      ...{ instanceId: line('Server instance'), keyId: line('Key') },
    });
}

/** A request over the administrator port, from the address. */
function send(
  port: number,
  data: string,
  path: string,
  body: Buffer,
  headers: Record<string, string>,
): Promise<{ status: number; text: string }> {
  const ca = readFileSync(join(data, 'authority.crt'));
  const to = { host: '127.0.0.1', port, path, method: 'POST', servername: 'kms.example', localAddress: ADDRESS };
  return new Promise((resolve, reject) => {
    const request = httpsRequest({ ...to, ca, headers: { 'content-type': 'application/json', ...headers } }, answer => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    request.once('error', reject);
    request.end(body);
  });
}

function metrics(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, path: '/metrics', localAddress: ADDRESS }, answer => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.once('end', () => resolve(text));
    });
    request.once('error', reject);
    request.end();
  });
}
