import { createHash } from 'node:crypto';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import t from 'tap';
import { allActions, type DeliveredEvent, formatterOf, holdsAddress } from '../../../../server/audit/index.ts';
import { canonicalJson, FIRST_PREV, recordHash } from '../../../../server/chain/index.ts';
import { addressEvent, eventIn, examples, hostileEvent, NOT_IN_A_LINE, service } from './events.ts';
import { apiActivity } from './ocsf-schema.ts';

const ocsf = formatterOf('ocsf', service);
const validate = new Ajv({ strict: false, allErrors: true }).compile(apiActivity);

interface Ocsf {
  readonly raw_data: string;
  readonly activity_id: number;
  readonly activity_name: string;
  readonly metadata: { readonly sequence: number };
  readonly attestation_list: readonly { readonly fingerprint: { readonly value: string } }[];
  readonly unmapped: {
    readonly record_integrity: { readonly v: number; readonly value: string; readonly previous: string };
  };
  readonly [name: string]: unknown;
}

/** The problem of an event's line; undefined if there is none. */
function problemOf(record: DeliveredEvent): string | undefined {
  const line = ocsf(record);
  if (NOT_IN_A_LINE.test(line)) return `a character that does not show: ${JSON.stringify(line)}`;
  const got = JSON.parse(line) as Ocsf;
  if (!validate(got)) return JSON.stringify(validate.errors);
  const { initiator, target, reason, ...event } = eventIn(record);
  const time = Date.parse(event.eventTime.replace('+0000', 'Z'));
  const wanted = {
    message: event.message,
    time,
    status_id: event.outcome === 'success' ? 1 : 2,
    severity_id: { normal: 1, warning: 3, critical: 5 }[event.severity],
    status_code: String(reason.reasonCode),
    status_detail: reason.reasonForFailure ?? reason.reasonType,
    src_endpoint: { uid: initiator.id },
    resources: [{ uid: target.id, name: target.name, type: event.action.split('.')[1] }],
    raw_data: record.json,
    api: {
      operation: event.action,
      request: { uid: event.correlationId, data: event.requestData },
      response: { code: reason.reasonCode, message: reason.reasonType, data: event.responseData },
      service: { name: service.serviceName, uid: service.instanceId },
    },
  };
  for (const [name, value] of Object.entries(wanted))
    if (canonicalJson(got[name]) !== canonicalJson(value))
      return `${name} is ${JSON.stringify(got[name])}, wanted ${JSON.stringify(value)}`;
  return undefined;
}

/** Names and values of all members, at any depth. */
function* membersOf(value: unknown): Generator<readonly [name: string, value: unknown]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    yield [name, member];
    yield* membersOf(member);
  }
}

t.test('property 21: each example is an API Activity (OCSF class 6003) with its record’s integrity', async t => {
  const records = examples();
  t.equal(records.length, 12);
  for (const record of records) {
    t.equal(problemOf(record), undefined, eventIn(record).message);
    const names = [...membersOf(JSON.parse(ocsf(record)))].map(([name]) => name);
    t.same(
      names.filter(name => /^(ip|hostname|svc_name|mac|domain|port)$/.test(name)),
      [],
      'names no host',
    );
  }
});

/** SHA-256 over the event's RFC 8785 form without the fingerprints of its attestations, as OCSF has them computed. */
function fingerprintOf({ attestation_list, ...event }: Ocsf): string {
  const attestations = attestation_list.map(attestation => ({ ...attestation, fingerprint: undefined }));
  const text = canonicalJson({ ...event, attestation_list: attestations });
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

t.test('property 21: an event in OCSF is attested: whatever is changed in it breaks its fingerprint', async t => {
  for (const record of examples()) {
    const event = JSON.parse(ocsf(record)) as Ocsf;
    t.same(
      event.attestation_list.map(({ fingerprint }) => fingerprint.value),
      [fingerprintOf(event)],
    );
    for (const name of Object.keys(event).filter(each => each !== 'attestation_list'))
      t.not(fingerprintOf({ ...event, [name]: 'changed' }), fingerprintOf(event), name);
  }
});

t.test('property 21: the chain of the log can be checked from OCSF alone', async t => {
  let before = FIRST_PREV;
  for (const record of examples()) {
    const { raw_data: json, metadata, unmapped } = JSON.parse(ocsf(record)) as Ocsf;
    const { v, value, previous } = unmapped.record_integrity;
    t.equal(previous, before);
    t.equal(value, recordHash({ v, seq: metadata.sequence, prev: previous, json }));
    before = value;
  }
});

t.test('property 21: every action is an activity of the class, or Other by its own name', async t => {
  const [record] = examples();
  const activities = allActions.map(({ name }) => {
    const json = canonicalJson({ ...eventIn(record!), action: name });
    const line = JSON.parse(ocsf({ ...record!, json })) as Ocsf;
    t.ok(validate(line), `${name} ${JSON.stringify(validate.errors)}`);
    return [name.split('.').at(-1), line.activity_id, line.activity_name] as const;
  });
  const known = new Map(activities.map(([verb, id]) => [verb, id]));
  t.match(Object.fromEntries(known), { create: 1, read: 2, list: 2, write: 3, activate: 3, delete: 4, destroy: 4 });
  for (const [verb, id, name] of activities) if (id === 99) t.equal(name, verb);
});

t.test('property 21: whatever a client sends, its event is one line of OCSF that reads back as it is', async () => {
  fc.assert(
    fc.property(hostileEvent, record => {
      const problem = problemOf(record);
      if (problem !== undefined) throw new Error(problem);
    }),
  );
});

t.test('property 21: no address stands in OCSF, though every text of the event had one', async () => {
  fc.assert(
    fc.property(addressEvent, record => {
      for (const [name, value] of membersOf(JSON.parse(ocsf(record))))
        if (typeof value === 'string' && holdsAddress(value)) throw new Error(`${name} is ${value}`);
    }),
  );
});

t.test('the schema of these tests takes nothing that is not an API Activity', async t => {
  const good = JSON.parse(ocsf(examples()[1]!)) as Ocsf;
  t.ok(validate(good));
  const bad = {
    'another class': { class_uid: 6001 },
    'another type': { type_uid: 600_399 },
    'an address': { src_endpoint: { uid: 'x', ip: '192.0.2.1' } },
    'a host': { src_endpoint: { uid: 'x', hostname: 'a' } },
    'no endpoint': { src_endpoint: undefined },
    'no actor': { actor: undefined },
    'no api': { api: undefined },
    'time as text': { time: '2026' },
    'a severity that there is not': { severity_id: 7 },
    'a status with the name of another': { status: 'Unknown' },
    'no vendor': { metadata: { ...good.metadata, product: { name: 'kmipd' } } },
    'the version before the profile': { metadata: { ...good.metadata, version: '1.8.0' } },
    'an MD5': { attestation_list: [{ fingerprint: { algorithm_id: 1, serialization_id: 2, value: 'ab'.repeat(32) } }] },
    'no fingerprint': { attestation_list: [{ uid: '1' }] },
    'no integrity': { attestation_list: undefined },
    'no chain': { unmapped: undefined },
  };
  for (const [what, change] of Object.entries(bad))
    t.notOk(validate(JSON.parse(JSON.stringify({ ...good, ...change }))), what);
});
