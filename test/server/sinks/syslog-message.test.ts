import fc from 'fast-check';
import t from 'tap';
import { buildEvent, type DeliveredEvent, serviceIdentity, toKept } from '../../../server/audit/index.ts';
import { FIRST_PREV, nextRecord } from '../../../server/chain/index.ts';
import { syslogFrame, syslogMessage } from '../../../server/sinks/syslog-message.ts';
import { messagesOf, parseSyslogMessage } from './syslog-parser.ts';

const header = { facility: 13, serviceName: 'Hyper Protect Crypto Services' };
const event = (name: string, more: Parameters<typeof buildEvent>[0] extends infer T ? Partial<T> : never = {}) => {
  const built = buildEvent(
    {
      id: '01934b1c-7a3e-7000-8000-000000000001',
      time: new Date('2026-11-22T07:33:07.990Z'),
      operation: 'Get',
      version: '1.2',
      initiator: { id: `CertificateID-${'ab'.repeat(32)}`, name },
      outcome: { ok: true },
      uniqueIdentifier: '7a9b3f52-0000-4000-8000-000000000000',
      targetName: name,
      requestData: { [name]: name },
      responseData: {},
      correlationId: '01934b1c-7a3e-7000-8000-000000000002',
      ...more,
    },
    serviceIdentity(),
  );
  const kept = toKept(built!);
  return { id: kept.id, ...nextRecord(7, FIRST_PREV, kept.json) } satisfies DeliveredEvent;
};
const parsed = (delivered: DeliveredEvent, with_: Partial<typeof header> = {}) =>
  parseSyslogMessage(syslogMessage(delivered, delivered.json, { ...header, ...with_ }));

t.test(
  'the header says facility and severity, the event’s time in UTC, the service’s name and the action (RFC 5424 §6.2)',
  async t => {
    const get = event('key');
    const message = parsed(get);
    t.match(message, {
      ...{ facility: 13, severity: 6, version: 1, timestamp: '2026-11-22T07:33:07.99Z' },
      ...{ hostname: 'Hyper-Protect-Crypto-Services', appName: 'kmipd', procId: '-' },
    });
    const { action } = JSON.parse(get.json) as { action: string };
    t.equal(message.msgId, action.split('.').slice(-2).join('.'));
    t.same(
      [...message.structuredData].map(([id, parameters]) => [id, Object.fromEntries(parameters)]),
      [['kmipd@32473', { seq: '7', id: get.id, hash: get.hash }]],
    );
    t.equal(message.msg, get.json);
  },
);

t.test('severities: normal is informational, warning is warning, critical is critical (RFC 5424 §6.2.1)', async t => {
  const delivered = event('key');
  for (const [severity, number] of [
    ['normal', 6],
    ['warning', 4],
    ['critical', 2],
  ] as const) {
    const json = delivered.json.replace(/"severity":"\w+"/, `"severity":"${severity}"`);
    for (const facility of [0, 13, 23]) {
      t.match(parsed({ ...delivered, json }, { facility }), { facility, severity: number }, `${facility} ${severity}`);
    }
  }
});

t.test('HOSTNAME is the service’s name, made printable ASCII; a missing time is the nil value', async t => {
  const delivered = event('key');
  t.equal(parsed(delivered, { serviceName: 'Schlüssel dienst 鍵' }).hostname, 'Schl_ssel-dienst-_');
  t.equal(parsed(delivered, { serviceName: '💡💡' }).hostname, '__');
  t.equal(parsed(delivered, { serviceName: 'x'.repeat(300) }).hostname.length, 255);
  t.equal(parsed({ ...delivered, json: '{}' }).timestamp, '-');
  t.equal(parsed({ ...delivered, json: '{}' }).msgId, '-');
});

t.test('MSG: a byte order mark before text that is not all ASCII, none before ASCII (RFC 5424 §6.4)', async t => {
  const plain = parsed(event('key'));
  t.notOk(plain.hasBom);
  const delivered = event('Schlüssel 鍵');
  const message = parsed(delivered);
  t.ok(message.hasBom);
  t.equal(message.msg, delivered.json);
});

t.test('a frame counts bytes, not characters (RFC 5425 §4.3)', async t => {
  const messages = ['a', 'Grüße 鍵💡', '12 ', '\n'].map(text => Buffer.from(text));
  const stream = Buffer.concat(messages.map(syslogFrame));
  t.same(messagesOf(stream), { messages, taken: stream.length });
});

t.test('whatever clients call things: one message for each event, its text unchanged, nothing forged', async t => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.string({
      unit: fc.constantFrom('"', '\\', ']', '[', '=', ' ', '\n', '\r', '\0', '\u2028', '<', '>', '1', '\ufeff', 'ü'),
    }),
    fc.constantFrom('] [x y="z"]', '\n<13>1 - - - - - - forged', '5 <0>1 - - - - - -', '\ud800', '\u202e'),
  );
  fc.assert(
    fc.property(fc.array(hostile, { minLength: 1, maxLength: 4 }), hostile, (names, serviceName) => {
      const events = names.map(name => event(name));
      const stream = Buffer.concat(
        events.map(each => syslogFrame(syslogMessage(each, each.json, { facility: 13, serviceName }))),
      );
      const { messages, taken } = messagesOf(stream);
      if (taken !== stream.length || messages.length !== events.length)
        throw new Error('not one message for each event');
      messages.map(parseSyslogMessage).forEach((message, i) => {
        if (message.msg !== events[i]!.json) throw new Error('the text is another');
        if (/[\x00-\x1f\x7f]/.test(message.msg)) throw new Error('a control character');
        if (message.structuredData.get('kmipd@32473')?.get('id') !== events[i]!.id) throw new Error('another id');
        if (message.structuredData.size !== 1) throw new Error('a forged element');
      });
    }),
    { numRuns: 500 },
  );
  t.pass('500 runs');
});

t.test('structured data: what must be escaped is, whatever stands there (RFC 5424 §6.3.3)', async t => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), id => {
      const delivered = { ...event('key'), id: id.toWellFormed() };
      const message = parsed(delivered);
      return message.structuredData.get('kmipd@32473')?.get('id') === delivered.id && message.msg === delivered.json;
    }),
    { numRuns: 500 },
  );
  t.pass('500 runs');
});

t.test('the parser of these tests refuses what the grammar does', async t => {
  const good = '<110>1 2026-11-22T07:33:07.99Z host app - id [a@1 b="c"] text';
  t.equal(parseSyslogMessage(Buffer.from(good)).msg, 'text');
  for (const [from, to] of [
    ['<110>', '<192>'],
    ['<110>', '<0110>'],
    ['>1 ', '>0 '],
    ['07.99Z', '07.9912345Z'],
    ['-11-22', '-11-31'],
    ['07:33', '24:33'],
    ['Z host', ' host'],
    ['host', 'hö'],
    ['host', 'h'.repeat(256)],
    ['id [', `${'i'.repeat(33)} [`],
    ['"c"', '"c]"'],
    ['"c"', '"c'],
    ['a@1', 'a=1'],
    ['] text', ']text'],
  ] as const) {
    t.throws(() => parseSyslogMessage(Buffer.from(good.replace(from, to))), `${from} -> ${to}`);
  }
  t.throws(() => messagesOf(Buffer.from('05 hello')));
  t.throws(() => messagesOf(Buffer.from('<110>1 - - - - - -')));
});
