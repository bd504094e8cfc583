import t from 'tap';
import { defaultServiceIdentity } from '../../../server/audit/identity.ts';
import { TryLater } from '../../../server/audit/index.ts';
import type { OtlpSinkSetting } from '../../../server/settings/index.ts';
import { exportRequest } from '../../../server/sinks/otlp-records.ts';
import { otlpSink } from '../../../server/sinks/otlp.ts';
import { type OtlpAttribute, otlpProblem, type OtlpRequest } from './otlp-json.ts';
import { asEvent, certificates, events, idOf, jsonOf, receiver } from './receiver.ts';

const NOW = new Date('2026-11-23T05:00:00.900Z');
const service = { ...defaultServiceIdentity, serviceName: 'Keys', instanceId: 'instance-1' };

const sinkTo = (setting: Omit<OtlpSinkSetting, 'type'>, format = asEvent) =>
  otlpSink({ type: 'otlp', ...setting }, { name: 'otlp', format, now: () => NOW, service });

const valueOf = (attributes: readonly OtlpAttribute[], key: string) => {
  const found = attributes.filter(attribute => attribute.key === key);
  return found.length === 1 ? (found[0]?.value.stringValue ?? found[0]?.value.intValue) : undefined;
};

t.test('POSTs events as log records that a strict reader of the JSON encoding takes (OTLP 1.x)', async t => {
  const { url, received } = await receiver(t, (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"partialSuccess":{}}');
  });
  const sink = sinkTo({ url: `${url}/v1/logs` });
  await sink.deliver(events(1, 3));
  await sink.close();
  t.match(received, [{ method: 'POST', path: '/v1/logs', headers: { 'content-type': 'application/json' } }]);
  const request = JSON.parse(received[0]?.body ?? '') as OtlpRequest;
  t.equal(otlpProblem(request), undefined);
  const [of] = request.resourceLogs;
  t.same(of?.resource, {
    attributes: [
      { key: 'service.name', value: { stringValue: 'Keys' } },
      { key: 'service.instance.id', value: { stringValue: 'instance-1' } },
    ],
  });
  const records = of?.scopeLogs[0]?.logRecords ?? [];
  t.equal(records.length, 3);
  for (const [i, event] of events(1, 3).entries()) {
    const record = records[i]!;
    t.same(record.body, { stringValue: jsonOf(i + 1) }, 'the body is the event as it was hashed');
    t.match(record, {
      timeUnixNano: `18000000000${i + 1}0000000`,
      observedTimeUnixNano: '1795410000900000000',
      severityNumber: 9,
      severityText: 'normal',
      eventName: 'hs-crypto.target-keystores.write',
    });
    const expected = {
      ...{ 'log.record.uid': idOf(i + 1), 'event.id': idOf(i + 1), 'initiator.id': 'kmipd' },
      ...{ 'event.action': 'hs-crypto.target-keystores.write', 'event.outcome': 'success' },
      ...{ 'audit.record.seq': String(i + 1), 'audit.record.v': '1', 'audit.record.prev': event.prev },
      ...{ 'audit.record.hash': event.hash, 'correlation.id': idOf(i + 1) },
    };
    for (const [key, value] of Object.entries(expected)) t.equal(valueOf(record.attributes, key), value, key);
  }
});

t.test('severities are those of the Log Data Model', t => {
  const [event] = events(1, 1);
  for (const [severity, number] of [
    ['normal', 9],
    ['warning', 13],
    ['critical', 18],
  ] as const) {
    const json = JSON.stringify({ ...(JSON.parse(event!.json) as object), severity });
    const options = { service, format: asEvent, observedAt: NOW };
    const request = exportRequest([{ ...event!, json }], options) as OtlpRequest;
    t.equal(otlpProblem(request), undefined);
    t.match(request.resourceLogs[0]?.scopeLogs[0]?.logRecords, [{ severityNumber: number, severityText: severity }]);
  }
  t.end();
});

t.test('the strict reader finds what the JSON encoding does not allow', t => {
  const record = { timeUnixNano: '1', severityNumber: 9, body: { stringValue: 'x' }, attributes: [] };
  const of = (logRecord: object) => ({ resourceLogs: [{ resource: {}, scopeLogs: [{ logRecords: [logRecord] }] }] });
  t.equal(otlpProblem(of(record)), undefined);
  for (const wrong of [
    { ...record, timeUnixNano: 1 },
    { ...record, time_unix_nano: '1' },
    { ...record, severityNumber: 'SEVERITY_NUMBER_INFO' },
    { ...record, severityNumber: 25 },
    { ...record, body: 'x' },
    { ...record, body: { stringValue: 'x', intValue: '1' } },
    { ...record, attributes: [{ key: 'a', value: { intValue: '1.5' } }] },
    { ...record, attributes: { a: 1 } },
    { ...record, traceId: 'xyz' },
    { ...record, other: 1 },
  ]) {
    t.ok(otlpProblem(of(wrong)), JSON.stringify(wrong));
  }
  t.end();
});

t.test('a receiver that rejects part of the records has not taken them', async t => {
  const answers = [
    '{"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"too old"}}',
    '{"partialSuccess":{"rejectedLogRecords":2}}',
    '<html>Welcome</html>',
    '{"partialSuccess":{"rejectedLogRecords":"0","errorMessage":"a warning"}}',
    '{"partialSuccess":null}',
    '{}',
    '',
  ];
  const { url, received } = await receiver(t, (_, response, index) => void response.end(answers[index]));
  const sink = sinkTo({ url: `${url}/v1/logs` });
  await t.rejects(sink.deliver(events(1, 3)), { message: 'the receiver has rejected 2 of the log records' });
  await t.rejects(sink.deliver(events(1, 4)), { message: 'the receiver has rejected 2 of the log records' });
  await t.rejects(sink.deliver(events(1, 4)), { message: /no OTLP\/HTTP receiver/ });
  await sink.deliver(events(1, 4));
  for (const seq of [5, 6]) await sink.deliver(events(seq, seq));
  await sink.close();
  const seqs = received.map(({ body }) =>
    (JSON.parse(body) as OtlpRequest).resourceLogs[0]!.scopeLogs[0]!.logRecords.map(({ attributes }) =>
      Number(valueOf(attributes, 'audit.record.seq')),
    ),
  );
  t.same(seqs, [[1, 2, 3], [1, 2, 3], [1, 2, 3], [1, 2, 3], [4], [5], [6]]);
});

t.test('comes again when the receiver says so, with 429, 502, 503 and 504', async t => {
  for (const [status, isLater] of [
    [429, true],
    [502, true],
    [503, true],
    [504, true],
    [400, false],
    [401, false],
    [404, false],
    [500, false],
  ] as const) {
    const { url } = await receiver(t, (_, response) => void response.writeHead(status, { 'retry-after': '3' }).end());
    const sink = sinkTo({ url: `${url}/v1/logs` });
    const error: unknown = await sink.deliver(events(1, 1)).catch((error: unknown) => error);
    await sink.close();
    t.equal(error instanceof TryLater && error.retryAfterMs === 3000, isLater, String(status));
    t.match(error, { message: new RegExp(`has answered ${status}`) });
  }
});

t.test(
  'sends the headers of a file, over TLS to the right receiver only; a wrong line is named without its text',
  async t => {
    const files = await certificates(t);
    const { url, received } = await receiver(t, () => 200, { tls: files.server });
    const headersFile = files.file('headers', 'Authorization: Bearer canary\n\nX-Scope: audit\n');
    const sink = sinkTo({ url: `${url}/v1/logs`, ca: files.ca, headersFile });
    await sink.deliver(events(1, 1));
    t.match(received[0]?.headers, { authorization: 'Bearer canary', 'x-scope': 'audit' });
    files.file('headers', 'Authorization: Bearer other\ncanary without a colon\n');
    const error = (await sink.deliver(events(2, 2)).catch((error: unknown) => error)) as Error;
    t.match(error.message, /headers:2: `Name: value` is expected$/);
    t.notMatch(error.message, /canary/);
    await sink.close();
    await t.rejects(sinkTo({ url: `${url}/v1/logs` }).deliver(events(1, 1)), { message: /UNABLE_TO_VERIFY/ });
    t.equal(received.length, 1);
  },
);
