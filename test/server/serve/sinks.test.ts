import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import t from 'tap';
import { serviceIdentity } from '../../../server/audit/index.ts';
import { recordLine } from '../../../server/chain/index.ts';
import { sinksOf } from '../../../server/serve/sinks.ts';
import { resolveSettings, type SinkSetting } from '../../../server/settings/index.ts';
import { events } from '../sinks/receiver.ts';
import { syslogReceiver } from '../sinks/syslog-receiver.ts';

const made = (sinks: readonly SinkSetting[], stdout?: NodeJS.WritableStream) =>
  sinksOf({
    settings: resolveSettings([{ name: 'audit.sinks', value: sinks, place: 'test' }]).settings,
    service: serviceIdentity({ serviceName: 'Key service' }),
    now: () => new Date('2026-11-22T07:33:07.990Z'),
    stdout,
  });

t.test('a sink of each type, by its name or by its type and place', async t => {
  const sinks = made(
    [
      { type: 'file', path: '/a' },
      { type: 'file', path: '/b', name: 'b' },
      { type: 'stdout' },
      { type: 'syslog', host: 'log.example' },
      { type: 'webhook', url: 'https://hook.example/x' },
      { type: 'otlp', url: 'https://otlp.example/v1/logs', name: 'o' },
    ],
    new PassThrough(),
  );
  t.same(
    sinks.map(({ name }) => name),
    ['file:/a', 'b', 'stdout', 'syslog:log.example:6514', 'webhook:hook.example', 'o'],
  );
  for (const sink of sinks) await sink.close();
});

t.test('a sink of type stdout needs a standard output', async t => {
  t.throws(() => made([{ type: 'stdout' }]), { message: /needs a standard output/ });
});

t.test('file, standard output and syslog write the format that is set; a file is put away as set', async t => {
  const path = join(t.testdir(), 'events');
  const stdout = new PassThrough();
  const receiver = await syslogReceiver(t);
  const [file, standard, syslog] = made(
    [
      { type: 'file', path, format: 'record', rotateBytes: 1024 },
      { type: 'stdout', format: 'record' },
      { type: 'syslog', host: '127.0.0.1', port: receiver.port, transport: 'tcp', format: 'record', facility: 4 },
    ],
    stdout,
  );
  const all = events(1, 3);
  for (const sink of [file, standard, syslog]) {
    for (const event of all) await sink?.deliver([event]);
    await sink?.close();
  }
  const lines = all.map(event => `${recordLine(event)}\n`);
  t.equal(readFileSync(path, 'utf8'), lines[2]);
  t.equal(readFileSync(`${path}.000000000002-20261122T073307Z`, 'utf8'), lines[1]);
  t.equal(readFileSync(`${path}.000000000001-20261122T073307Z`, 'utf8'), lines[0]);
  t.equal(String(stdout.read()), lines.join(''));
  t.same(
    receiver.kept.map(({ msg }) => `${msg}\n`),
    lines,
  );
  t.ok(receiver.kept.every(({ hostname, facility }) => hostname === 'Key-service' && facility === 4));
});
