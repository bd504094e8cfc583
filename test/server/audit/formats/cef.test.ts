import fc from 'fast-check';
import t from 'tap';
import { type DeliveredEvent, formatterOf, holdsAddress } from '../../../../server/audit/index.ts';
import { parseCef } from './cef-parser.ts';
import { addressEvent, eventIn, examples, hostileEvent, NOT_IN_A_LINE, service } from './events.ts';

const cef = formatterOf('cef', service);
/** Names by which CEF knows a host or an address, the source's, the destination's or the device's. */
const HOSTS =
  /^(src|dst|dvc|shost|dhost|dvchost|smac|dmac|dvcmac|spt|dpt|sntdom|dntdom|c6a[1-4]|agt|ahost|at|request)$/;
const SEVERITIES = { normal: 3, warning: 6, critical: 9 };

/** What the line must say, beside what the parser gives back. */
function expected(record: DeliveredEvent): Record<string, string> {
  const { initiator, target, reason, ...event } = eventIn(record);
  const time = Date.parse(event.eventTime.replace('+0000', 'Z'));
  return {
    rt: String(time),
    externalId: event.id,
    act: event.action,
    outcome: event.outcome,
    reason: reason.reasonForFailure ?? reason.reasonType,
    suid: initiator.id,
    ...(initiator.name !== undefined && { suser: initiator.name }),
    msg: event.message,
    ...{ cs1: event.correlationId, cs1Label: 'correlationId', cs2: target.id, cs2Label: 'targetId' },
    ...{ cs3: record.hash, cs3Label: 'recordHash', cs4: record.prev, cs4Label: 'previousRecordHash' },
    ...{ cs5: JSON.stringify(event.requestData), cs5Label: 'requestData' },
    ...{ cs6: JSON.stringify(event.responseData), cs6Label: 'responseData' },
    ...{ cn1: String(record.seq), cn1Label: 'seq', cn2: String(reason.reasonCode), cn2Label: 'reasonCode' },
  };
}

/** The problem of an event's line; undefined if there is none. */
function problemOf(record: DeliveredEvent): string | undefined {
  const line = cef(record);
  if (NOT_IN_A_LINE.test(line)) return `a character that does not show: ${JSON.stringify(line)}`;
  const event = eventIn(record);
  const { extension, ...header } = parseCef(line);
  const head = {
    ...{ deviceVendor: 'kmipd', deviceProduct: 'kmipd', deviceVersion: '1' },
    ...{ signatureId: event.action, name: event.message, severity: SEVERITIES[event.severity] },
  };
  const [got, wanted] = [
    JSON.stringify([header, [...extension]]),
    JSON.stringify([head, Object.entries(expected(record))]),
  ];
  return got === wanted ? undefined : `got ${got}, wanted ${wanted}`;
}

t.test('property 21: each example is CEF, version 0, and reads back as it is', async t => {
  const records = examples();
  t.equal(records.length, 12);
  for (const record of records) {
    t.equal(problemOf(record), undefined, eventIn(record).message);
    const hosts = [...parseCef(cef(record)).extension.keys()].filter(name => HOSTS.test(name));
    t.same(hosts, [], 'no name of a host or an address');
  }
});

t.test('property 21: whatever a client sends, its event is one line of CEF that reads back as it is', async () => {
  fc.assert(
    fc.property(hostileEvent, record => {
      const problem = problemOf(record);
      if (problem !== undefined) throw new Error(problem);
    }),
  );
});

t.test('property 21: no address stands in CEF, though every text of the event had one', async () => {
  fc.assert(
    fc.property(addressEvent, record => {
      for (const [name, value] of parseCef(cef(record)).extension)
        if (holdsAddress(value)) throw new Error(`${name} is ${value}`);
      return !holdsAddress(cef(record));
    }),
  );
});

t.test('the parser of these tests takes nothing that is not CEF', async t => {
  const good = 'CEF:0|a|b|1|c\\|d\\\\|e|5|act=x \\= y msg=\\\\ z';
  t.equal(parseCef(good).signatureId, 'c|d\\');
  t.same([...parseCef(good).extension], [...Object.entries({ act: 'x = y', msg: '\\ z' })]);
  const bad = {
    'a line end': `${good}\n`,
    'an unescaped pipe more': 'CEF:0|a|b|1|c|d|e|5|act=x',
    'six fields': 'CEF:0|a|b|1|c|5|act=x',
    'an escape that there is not': 'CEF:0|a|b|1|c\\d|e|5|act=x',
    'an escaped = in the header': 'CEF:0|a|b|1|c\\=d|e|5|act=x',
    'an unescaped = in a value': 'CEF:0|a|b|1|c|e|5|act=x==y',
    'a backslash at the end': 'CEF:0|a|b|1|c|e|5|act=x\\',
    'severity 11': 'CEF:0|a|b|1|c|e|11|act=x',
    'a name twice': 'CEF:0|a|b|1|c|e|5|act=x act=y',
    'a custom text without label': 'CEF:0|a|b|1|c|e|5|cs1=x',
    'another version': 'CEF:1|a|b|1|c|e|5|act=x',
  };
  for (const [what, line] of Object.entries(bad)) t.throws(() => parseCef(line), { name: 'SyntaxError' }, what);
});
