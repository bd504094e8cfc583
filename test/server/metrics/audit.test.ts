import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import t, { type Test } from 'tap';
import type { SinkState } from '../../../server/audit/index.ts';
import { silentLogger } from '../../../server/log/index.ts';
import { type AuditHealth, sinkLabels, startMetrics } from '../../../server/metrics/index.ts';
import type { SequencedEvent } from '../../../server/store/index.ts';

const NOW = new Date('2026-11-23T05:00:00Z');
const store = { directory: { clients: async () => [] }, sightings: { refused: async () => [] } };
const well: SinkState = {
  ...{ sink: 'syslog:192.0.2.7:6514', cursor: 12, lag: 0, oldestAgeSeconds: 0, failures: 0, failuresTotal: 0 },
  ...{ deliveredTotal: 12, isHanging: false, since: undefined },
};

/** A server that is well; what a test changes in `now` is how it is from then on. */
async function served(t: Test) {
  const now = {
    lastSeq: 12,
    sinks: [well, { ...well, sink: 'webhook:192.0.2.7' }] as SinkState[],
    checkpoint: { ageSeconds: 5 as number | undefined, size: 10 },
    storage: { stage: 'enough' as 'enough' | 'low' | 'no changes' | 'nothing', freeBytes: 1_000_000 },
    violations: 0,
    /** When the event was that no checkpoint covers. */
    uncovered: undefined as Date | undefined,
  };
  const asked: number[] = [];
  const audit: AuditHealth = {
    events: {
      lastSeq: async () => now.lastSeq,
      async after(seq) {
        asked.push(seq);
        return now.uncovered ? [{ seq: seq + 1, time: now.uncovered } as SequencedEvent] : [];
      },
    },
    sinks: async () => now.sinks,
    sinkLabels: ['syslog-1', 'hook'],
    checkpoint: () => now.checkpoint,
    storage: () => now.storage,
    schemaViolations: () => now.violations,
  };
  const { port, stop } = await startMetrics({
    ...{ store, audit, version: '1.2.3', log: silentLogger, connections: () => 0, now: () => NOW },
    marks: { ageSecondsMax: 100, checkpointSeconds: 60 },
    listen: { host: '127.0.0.1', port: 0 },
  });
  t.teardown(stop);
  const fetched = async (path: string) => {
    const [response] = (await once(request({ port, path, host: '127.0.0.1' }).end(), 'response')) as [IncomingMessage];
    return { status: response.statusCode, text: Buffer.concat(await response.toArray()).toString() };
  };
  const metrics = async () => {
    const { status, text } = await fetched('/metrics');
    t.equal(status, 200);
    t.notMatch(text, '192.0.2', 'no address');
    const lines = text.split('\n').filter(line => /^kmipd_(audit|storage)/.test(line));
    return new Map(
      lines.map(line => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
    );
  };
  return { now, asked, fetched, metrics };
}

t.test('property 18: each metric moves in its fault, and no other', async t => {
  const { now, metrics } = await served(t);
  let before = await metrics();
  const moved = async () => {
    const after = await metrics();
    t.same([...after.keys()].sort(), [...before.keys()].sort());
    const changed = [...after].filter(([name, value]) => value !== before.get(name));
    before = after;
    return Object.fromEntries(changed);
  };
  t.equal(before.get('kmipd_audit_last_seq'), 12);
  t.same(await moved(), {});
  const [first, second] = now.sinks as [SinkState, SinkState];
  now.lastSeq = 19;
  now.sinks = [
    { ...first, cursor: 19, deliveredTotal: 19 },
    { ...second, lag: 7, oldestAgeSeconds: 33 },
  ];
  t.same(await moved(), {
    kmipd_audit_last_seq: 19,
    'kmipd_audit_sink_cursor{sink="syslog-1"}': 19,
    'kmipd_audit_sink_delivered_events_total{sink="syslog-1"}': 19,
    'kmipd_audit_sink_lag_events{sink="hook"}': 7,
    'kmipd_audit_sink_oldest_event_age_seconds{sink="hook"}': 33,
  });
  now.sinks = [now.sinks[0]!, { ...now.sinks[1]!, failures: 2, failuresTotal: 5, since: NOW }];
  t.same(await moved(), {
    'kmipd_audit_sink_failures{sink="hook"}': 2,
    'kmipd_audit_sink_failures_total{sink="hook"}': 5,
  });
  now.sinks = [now.sinks[0]!, { ...now.sinks[1]!, isHanging: true }];
  t.same(await moved(), { 'kmipd_audit_sink_hanging{sink="hook"}': 1 });
  now.checkpoint = { ageSeconds: 700, size: 11 };
  t.same(await moved(), { kmipd_audit_checkpoint_age_seconds: 700, kmipd_audit_checkpoint_size: 11 });
  now.storage = { stage: 'no changes', freeBytes: 10 };
  t.same(await moved(), {
    kmipd_storage_free_bytes: 10,
    'kmipd_storage_stage{stage="enough"}': 0,
    'kmipd_storage_stage{stage="no changes"}': 1,
  });
  now.violations = 1;
  t.same(await moved(), { kmipd_audit_schema_violations_total: 1 });
});

t.test('GET /ready is 200 until a mark is passed, then 503 with the reasons; GET /live stays 200', async t => {
  const { now, asked, fetched } = await served(t);
  t.same(await fetched('/ready'), { status: 200, text: 'ready\n' });
  t.same(asked, [11], 'the record behind those covered is the checkpoint itself');
  const [, hook] = now.sinks;
  for (const oldestAgeSeconds of [100, 100.5]) {
    now.sinks = [well, { ...hook!, lag: 1, oldestAgeSeconds }];
    t.equal((await fetched('/ready')).status, oldestAgeSeconds > 100 ? 503 : 200);
  }
  const late = 'sink hook: has not taken an event of 100 s ago, at most 100 s are expected\n';
  t.same(await fetched('/ready'), { status: 503, text: late });
  now.sinks = [well, well];
  for (const [stage, problem] of [
    ['low', undefined],
    ['no changes', 'storage: changes are refused, there is too little room left\n'],
    ['nothing', 'storage: everything is refused, there is no room left\n'],
    ['enough', undefined],
  ] as const) {
    now.storage = { stage, freeBytes: 1 };
    t.same(await fetched('/ready'), problem ? { status: 503, text: problem } : { status: 200, text: 'ready\n' }, stage);
  }
  now.uncovered = new Date(NOW.getTime() - 600_000);
  t.equal((await fetched('/ready')).status, 200);
  now.uncovered = new Date(NOW.getTime() - 601_000);
  now.storage = { stage: 'nothing', freeBytes: 1 };
  const { status, text } = await fetched('/ready');
  t.equal(status, 503);
  t.match(text, /^storage: .*\ncheckpoint: none covers an event of 601 s ago, one every 60 s is expected\n$/);
  t.same(await fetched('/live'), { status: 200, text: 'live\n' });
});

t.test('before the first checkpoint every event is uncovered, and there is no age', async t => {
  const { now, asked, fetched, metrics } = await served(t);
  now.checkpoint = { ageSeconds: undefined, size: 0 };
  t.equal((await fetched('/ready')).status, 200);
  t.same(asked, [0]);
  t.not((await metrics()).has('kmipd_audit_checkpoint_age_seconds'), true);
});

t.test('a sink is labelled with its configured name, else its type and a number: never with a host or path', t => {
  const syslog = { type: 'syslog', host: 'siem.example' } as const;
  t.same(
    sinkLabels([
      syslog,
      { ...syslog, name: 'siem' },
      { ...syslog, name: 'at 192.0.2.7' },
      { type: 'file', path: '/var/log/x' },
      { type: 'stdout', name: 'syslog-2' },
    ]),
    ['syslog-1', 'siem', 'syslog-3', 'file-1', 'syslog-2'],
  );
  t.end();
});
