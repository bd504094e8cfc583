import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { createAuthority, issueClientCertificate, issueServerCertificate } from '../../certs/index.ts';
import { Name, NameType, ObjectType, Operation } from '../../kmip-codec/index.ts';
import { freePort } from '../server/free-port.ts';
import { aes256, template } from '../server/operations/world.ts';
import { runServer } from '../server/running-server.ts';
import { parseSyslogMessage } from '../server/sinks/syslog-parser.ts';
import { hasTool, workFolder } from './tools.ts';

t.setTimeout(180_000);

/** Debian's `rsyslog-gnutls`, in a folder named after the machine's kind. */
const hasTls = () => readdirSync('/usr/lib').some(kind => existsSync(join('/usr/lib', kind, 'rsyslog/lmnsd_gtls.so')));
const WAYS = ['tcp', 'tls', 'mutual'] as const;
type Way = (typeof WAYS)[number];

t.test('property 16: rsyslogd, killed and started again under load, has written the log, in order', async t => {
  if (!hasTool(t, 'rsyslogd')) return;
  if (!hasTls()) {
    const text = 'rsyslogd knows no TLS: Debian has it in rsyslog-gnutls';
    return void (process.env['CI'] === 'true' ? t.fail(text) : t.comment(`left out: ${text}`));
  }
  const receiver = await rsyslog(t);
  const sinks = [
    { type: 'syslog', host: '127.0.0.1', port: receiver.ports.tcp, transport: 'tcp', name: 'tcp' },
    { type: 'syslog', host: '127.0.0.1', port: receiver.ports.tls, ca: receiver.ca, name: 'tls', format: 'record' },
    {
      type: 'syslog',
      host: '127.0.0.1',
      port: receiver.ports.mutual,
      ca: receiver.ca,
      ...receiver.client,
      name: 'mutual',
    },
  ];
  const server = await runServer(t, {
    settings: { 'audit.sinks': sinks, 'audit.serviceName': 'Key service of Zürich' },
  });
  const client = await server.connect(await server.addClient('vcenter'));
  let made = 0;
  const load = async (count: number) => {
    for (let i = 0; i < count; i++) {
      const attributes = template(...aes256, [
        Name,
        { nameValue: `] "Schlüssel" \\ ${made++} \n 日本`, nameType: NameType.UninterpretedTextString },
      ]);
      const { uniqueIdentifier } = await client.request(Operation.Create, {
        objectType: ObjectType.SymmetricKey,
        attributes,
      });
      await client.request(Operation.Get, { uniqueIdentifier });
      await client.item(Operation.Get, { uniqueIdentifier: `${uniqueIdentifier}-not` });
    }
  };
  await load(30);
  await receiver.start();
  await load(30);
  for (let round = 0; round < 4; round++) {
    await load(15);
    // In the midst of a connection, of the silence after it, of the next one.
    await delay(700 * round);
    await receiver.kill();
    await load(15);
    await receiver.start();
  }
  await load(10);
  const last = await server.store.events.lastSeq();
  const cursors = () => Promise.all(WAYS.map(way => server.store.cursors.get(way)));
  for (let i = 0; i < 600 && (await cursors()).some(seq => seq < last); i++) await delay(100);
  t.same(await cursors(), [last, last, last], `${last} events are safe`);

  const events = await server.store.events.after(0, 100_000);
  for (const way of WAYS) {
    const text = readFileSync(receiver.file(way));
    const lines = linesOf(text);
    const messages = lines.map(parseSyslogMessage);
    const ids = messages.map(({ structuredData }) => structuredData.get('kmipd@32473')?.get('id') ?? '');
    const distinct = [...new Set(ids)];
    t.same(
      distinct,
      events.map(({ id }) => id),
      `${way}: each event, in order`,
    );
    t.comment(`${way}: ${events.length} events, ${ids.length - distinct.length} duplicates`);
    const byId = new Map(events.map(event => [event.id, event]));
    const wrong = messages.filter(({ msg, hostname, appName, procId, structuredData }, i) => {
      const event = byId.get(ids[i] ?? '');
      const parameters = structuredData.get('kmipd@32473');
      const sent = JSON.parse(msg) as { event: unknown; seq: number };
      return !(
        hostname === 'Key-service-of-Z_rich' &&
        appName === 'kmipd' &&
        procId === '-' &&
        parameters?.get('seq') === String(event?.seq) &&
        parameters?.get('hash') === event?.hash &&
        JSON.stringify(way === 'tls' ? sent.event : sent) === event?.json
      );
    });
    t.same(wrong, [], `${way}: header, structured data and text as they were sent`);
    t.notMatch(text.toString('latin1'), /127\.0\.0\.1/, `${way}: no address`);
  }
  const certainlyRefused = server.logged.filter(({ message }) => message === 'a sink does not take events');
  t.ok(certainlyRefused.length > 0, 'while it was dead the log said so');
});

/** Lines of bytes; a last one without newline, torn by a kill, is ended by the next start and is no message. */
function linesOf(text: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let at = 0, end = text.indexOf(10); end >= 0; at = end + 1, end = text.indexOf(10, at)) {
    lines.push(text.subarray(at, end));
  }
  return lines;
}

/** rsyslogd with a configuration of its own, on free ports; it does not run yet. */
async function rsyslog(t: Test) {
  const { path, file } = workFolder(t);
  const now = new Date();
  const authority = await createAuthority({ commonName: 'logs', keyType: 'ECDSA P-256', now, validityDays: 10 });
  const common = { authority, keyType: 'ECDSA P-256', now, validityDays: 10 } as const;
  const own = await issueServerCertificate({ ...common, names: ['127.0.0.1'] });
  const ours = await issueClientCertificate({ ...common, commonName: 'kmipd' });
  const ca = file('ca.pem', authority.certificatePem);
  const ports: Record<Way, number> = { tcp: await freePort(), tls: await freePort(), mutual: await freePort() };
  const written = (way: Way) => join(path, `${way}.log`);
  const authMode = { tls: 'anon', mutual: 'x509/certvalid' } as const;
  const driver = (way: 'tls' | 'mutual') =>
    `StreamDriver.Name="gtls" StreamDriver.Mode="1" StreamDriver.AuthMode="${authMode[way]}"`;
  const configuration = file(
    'rsyslog.conf',
    [
      `global(workDirectory="${path}" maxMessageSize="64k" parser.escapeControlCharactersOnReceive="off"`,
      `  defaultNetstreamDriverCAFile="${ca}"`,
      `  defaultNetstreamDriverCertFile="${file('own.pem', own.certificatePem)}"`,
      `  defaultNetstreamDriverKeyFile="${file('own.key', own.privateKeyPem)}")`,
      'module(load="imtcp")',
      ...WAYS.flatMap(way => [
        `ruleset(name="${way}") { action(type="omfile" file="${written(way)}" template="RSYSLOG_SyslogProtocol23Format") }`,
        `input(type="imtcp" address="127.0.0.1" port="${ports[way]}" ruleset="${way}" ${way === 'tcp' ? '' : driver(way)})`,
      ]),
      '',
    ].join('\n'),
  );
  let child: ChildProcess | undefined;
  let said = '';
  const kill = async () => {
    const running = child;
    child = undefined;
    if (!running || running.exitCode !== null) return;
    const closed = new Promise(resolve => running.once('close', resolve));
    running.kill('SIGKILL');
    await closed;
  };
  t.teardown(kill);
  return {
    ports,
    ca,
    client: { cert: file('ours.pem', ours.certificatePem), key: file('ours.key', ours.privateKeyPem) },
    file: written,
    kill,
    async start() {
      child = spawn('rsyslogd', ['-n', '-f', configuration, '-i', join(path, 'pid')], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data: Buffer) => (said += String(data)));
      for (const way of WAYS) {
        for (let i = 0; !(await answers(ports[way])); i++) {
          if (i > 200 || child.exitCode !== null) throw new Error(`rsyslogd does not listen: ${said}`);
          await delay(50);
        }
      }
    },
  };
}

const answers = (port: number): Promise<boolean> =>
  new Promise(resolve => {
    const socket = connect({ host: '127.0.0.1', port }, () => (socket.destroy(), resolve(true)));
    socket.on('error', () => resolve(false));
  });
