import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import t, { type Test } from 'tap';
import type { Expiry } from '../../../server/expiry/index.ts';
import { type LogFields, silentLogger } from '../../../server/log/index.ts';
import { type AuditHealth, type StartMetrics, startMetrics } from '../../../server/metrics/index.ts';
import { StoreUnavailable } from '../../../server/store/index.ts';

const START = new Date('2026-11-22T07:30:00Z');
const client = { id: 'c', name: 'vcenter', vault: 'v', createdAt: START, credential: undefined };
const refused = {
  ...{ fingerprint: 'f', der: new Uint8Array(), issuers: [], cause: 'unknown certificate', count: 7 },
  ...{ firstAt: START, lastAt: START },
};
const store = {
  directory: { clients: async () => [client, client, client] },
  sightings: { refused: async () => [refused, refused] },
};
const audit: AuditHealth = {
  events: { lastSeq: async () => 12, after: async () => [] },
  sinks: async () => [],
  ...{ sinkLabels: [], checkpoint: undefined, storage: undefined, schemaViolations: () => 0 },
};
const marks = { ageSecondsMax: 100, checkpointSeconds: 60 };
const expiry: Expiry = {
  ...{ kind: 'client', name: 'vcenter', sha256: 'ab'.repeat(32), subject: 'CN=vcsa.example' },
  ...{ notAfter: '2026-11-29T07:29:59.000Z', daysLeft: 6, within: 7 },
};

async function started(t: Test, changes: Partial<StartMetrics> = {}) {
  const metrics = await startMetrics({
    ...{ store, audit, marks, version: '1.2.3', log: silentLogger, connections: () => 5, now: () => START },
    listen: { host: '127.0.0.1', port: 0 },
    ...changes,
  });
  t.teardown(() => metrics.stop());
  return metrics;
}

async function fetched(port: number, path = '/metrics', method = 'GET') {
  const sent = request({ port, path, method, host: '127.0.0.1' }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const text = Buffer.concat(await response.toArray()).toString();
  return { status: response.statusCode, type: response.headers['content-type'], text };
}

/** Lines that are no comment: name and labels to value. */
const valuesOf = (text: string) =>
  new Map(
    text
      .split('\n')
      .filter(line => line !== '' && !line.startsWith('#'))
      .map(line => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );

t.test('tells how many connections, clients and refused certificates there are, and the version', async t => {
  let connections = 5;
  const { port } = await started(t, { connections: () => connections });
  const { status, type, text } = await fetched(port);
  t.equal(status, 200);
  t.match(type, /^text\/plain; version=0\.0\.4/);
  t.same(
    [...valuesOf(text)],
    [
      ['kmipd_connections', 5],
      ['kmipd_clients', 3],
      ['kmipd_refused_certificates', 2],
      ['kmipd_audit_last_seq', 12],
      ['kmipd_audit_schema_violations_total', 0],
      ['kmipd_build_info{version="1.2.3"}', 1],
    ],
  );
  for (const name of ['kmipd_connections', 'kmipd_certificate_days_left']) {
    t.match(text, new RegExp(`^# HELP ${name} \\w`, 'm'));
    t.match(text, new RegExp(`^# TYPE ${name} gauge$`, 'm'));
  }
  connections = 0;
  t.equal(valuesOf((await fetched(port)).text).get('kmipd_connections'), 0, 'as it is when it is read');
});

t.test('tells when each certificate ends, and how many days are left at the time of reading', async t => {
  let now = START;
  const metrics = await started(t, { now: () => now });
  const server: Expiry = { ...expiry, kind: 'server', name: '', sha256: 'cd'.repeat(32) };
  metrics.setExpiries([expiry, server]);
  const labels = `{kind="client",name="vcenter",sha256="${expiry.sha256}"}`;
  const first = valuesOf((await fetched(metrics.port)).text);
  t.equal(first.get(`kmipd_certificate_expiry_timestamp_seconds${labels}`), Date.parse(expiry.notAfter) / 1000);
  t.equal(first.get(`kmipd_certificate_days_left${labels}`), 6);
  t.ok(first.has(`kmipd_certificate_days_left{kind="server",name="",sha256="${server.sha256}"}`));
  now = new Date('2026-11-29T07:30:00Z');
  t.equal(valuesOf((await fetched(metrics.port)).text).get(`kmipd_certificate_days_left${labels}`), -1);
  metrics.setExpiries([server]);
  t.notMatch((await fetched(metrics.port)).text, expiry.sha256, 'what is gone is not told any more');
});

t.test('no subject and no address is in a label', async t => {
  const metrics = await started(t);
  metrics.setExpiries([{ ...expiry, name: 'vcenter at 192.0.2.17 "quoted"\nsecond line' }]);
  const { text } = await fetched(metrics.port);
  t.notMatch(text, 'vcsa');
  t.notMatch(text, '192.0.2');
  t.match(text, /kmipd_certificate_days_left\{kind="client",name="vcenter at \[redacted\] \\"quoted\\"/);
  t.equal(text.split('\n').filter(line => line.startsWith('second')).length, 0, 'a label stays on its line');
});

t.test('what nobody has asked for is not found', async t => {
  const { port } = await started(t);
  for (const [path, method] of [
    ['/', 'GET'],
    ['/metrics/', 'GET'],
    ['/metrics?x', 'GET'],
    ['/metrics', 'POST'],
    ['/ready', 'POST'],
    ['/live/', 'GET'],
    ['/admin/client/add', 'POST'],
  ] as const) {
    t.match(await fetched(port, path, method), { status: 404, text: '' }, `${method} ${path}`);
  }
});

t.test('while the store cannot be read the answer is 503, and the log says why', async t => {
  const failed: unknown[] = [];
  const log = { ...silentLogger, warn: (_: string, fields?: LogFields) => failed.push(fields?.['error']) };
  const broken = { ...store, directory: { clients: () => Promise.reject(new StoreUnavailable('locked')) } };
  const { port } = await started(t, { store: broken, log });
  t.match(await fetched(port), { status: 503, text: '' });
  t.match(failed, [{ name: 'StoreUnavailable', message: 'locked' }]);
});

t.test('stops at once, also while a reader keeps its connection; an address in use is refused', async t => {
  const metrics = await started(t);
  await t.rejects(started(t, { listen: { host: '127.0.0.1', port: metrics.port } }), { code: 'EADDRINUSE' });
  const socket = connect(metrics.port, '127.0.0.1');
  await once(socket, 'connect');
  const ended = once(socket, 'close');
  socket.on('error', () => {});
  await metrics.stop();
  await ended;
  await t.rejects(fetched(metrics.port), { code: 'ECONNREFUSED' });
});
