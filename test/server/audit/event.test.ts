import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { actionOf, allActions, operationNames } from '../../../server/audit/actions.ts';
import { allCauses, type Cause, causeRow } from '../../../server/audit/causes.ts';
import { type AuditEvent, buildAdministrativeEvent, buildEvent, EVENT_BYTES_MAX } from '../../../server/audit/event.ts';
import { serviceIdentity } from '../../../server/audit/identity.ts';
import type { AdministrativeOccurrence, Occurrence, Outcome } from '../../../server/audit/occurrence.ts';
import type { PlainObject } from '../../../server/audit/plain.ts';
import { validateEvent } from '../../../server/audit/schema.ts';

const service = serviceIdentity({
  instanceId: '0f6f4a0c-2c11-4c9b-9a57-6c1f4f1f0a11',
  scope: 'a/0123456789abcdef0123456789abcdef',
});
const uniqueIdentifier = '5d6b1f8e-7f0e-4a2b-9c1d-2f4f0e6a8b31';
const occurrence: Occurrence = {
  id: '0194073b-c00b-7395-8ba1-5db7af62eabc',
  time: new Date('2026-11-22T07:31:04.279Z'),
  operation: 'Get',
  version: '1.4',
  initiator: { id: `CertificateID-${'ab'.repeat(32)}`, name: 'vcsa-01' },
  outcome: { ok: true },
  uniqueIdentifier,
  batchItem: 1,
  batchCount: 1,
  requestData: { uniqueIdentifier },
  responseData: { uniqueIdentifier },
  correlationId: '019409c0-abe5-71c6-8e66-55d81de2d044',
};
const failure = (cause: Cause, more: Partial<Outcome> = {}): Outcome => ({
  ok: false,
  cause,
  resultReason: 'General Failure',
  detail: 'x',
  reasonForFailure: 'Y.',
  ...more,
});
const built = (changes: Partial<Occurrence>): AuditEvent => {
  const event = buildEvent({ ...occurrence, ...changes }, service);
  if (!event) throw new Error('no event was made');
  return event;
};

t.test('builds each of the examples, byte for byte', async t => {
  const folder = new URL('./examples/', import.meta.url);
  for (const name of readdirSync(folder)) {
    const example = JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
    t.equal(JSON.stringify(buildEvent(occurrenceBehind(example), service)), JSON.stringify(example), name);
  }
});

t.test('every operation, succeeding and failing for every cause, gives a valid event or none', async t => {
  for (const operation of [...operationNames, undefined]) {
    const outcomes = [{ ok: true } as const, ...allCauses.map(cause => failure(cause))];
    for (const outcome of operation === undefined ? outcomes.slice(1) : outcomes) {
      const event = buildEvent({ ...occurrence, operation, outcome }, service);
      const action = actionOf(operation, true);
      t.equal(event?.action, action?.name, operation ?? 'refused');
      if (event) t.equal(validateEvent(event), undefined, `${operation} ${JSON.stringify(outcome)}`);
      if (event && !outcome.ok) t.equal(event.reason.reasonCode, causeRow(outcome.cause).code);
    }
  }
});

t.test('an unsupported operation and a message without version are refusals, even of Query', async t => {
  const outcome = failure('bad request', { resultReason: 'Operation Not Supported' });
  t.match(built({ operation: 'Encrypt', outcome }), {
    action: 'hs-crypto.kmip-key.default',
    requestData: { requestURI: '/kmip/1.4/Encrypt' },
  });
  t.equal(built({ operation: 'Ping', outcome }).action, 'hs-crypto.kmip-key.default');
  const { requestData } = built({ operation: undefined, version: undefined, outcome: failure('bad request') });
  t.equal(requestData['requestURI'], '/kmip');
  t.equal(built({ operation: undefined, outcome: failure('bad request') }).requestData['requestURI'], '/kmip/1.4');
});

t.test('a connection without certificate has the initiator none and no credential', async t => {
  const event = built({
    operation: undefined,
    version: undefined,
    initiator: { id: 'CertificateID-none' },
    outcome: failure('not authenticated', { resultReason: 'Authentication Not Successful' }),
  });
  t.equal(validateEvent(event), undefined);
  t.strictSame(event.initiator, { id: 'CertificateID-none', typeURI: 'service/security/client/certificateid' });
  t.equal(event.severity, 'critical');
});

t.test('makes none of an extension when those are off', async t => {
  const off = { ...service, extensions: false };
  t.equal(buildEvent({ ...occurrence, operation: 'Locate' }, off), undefined);
  t.type(buildEvent(occurrence, off), 'object');
});

t.test('tells the auditor the real cause and what the client was told', async t => {
  const outcome = failure('forbidden', {
    resultReason: 'Object Not Found',
    realReason: 'Permission Denied',
    detail: 'belongs to another vault',
  });
  t.match(built({ outcome }), {
    severity: 'critical',
    reason: { reasonCode: 403, reasonType: 'Forbidden' },
    message: / belongs to another vault \(Permission Denied\) -failure$/,
    responseData: { resultReason: 'Object Not Found' },
  });
});

t.test('a batch item keeps what the server says of it, whatever its payload holds', async t => {
  const requestData = { requestURI: '/forged', instanceID: 'forged', batchItem: 9 };
  const event = built({ requestData, responseData: { resultStatus: 'Forged' }, batchItem: 2, batchCount: 3 });
  t.match(event.requestData, {
    requestURI: '/kmip/1.4/Get',
    instanceID: service.instanceId,
    batchItem: 2,
    batchCount: 3,
  });
  t.equal(event.responseData['resultStatus'], 'Success');
});

t.test('a Unique Identifier that is an address, or would forge a line, shows as neither', async t => {
  const hostile = '127.77.66.55\n-failure';
  for (const outcome of [
    { ok: true } as const,
    failure('not found', { detail: `no ${hostile}`, reasonForFailure: hostile }),
  ]) {
    const event = built({
      uniqueIdentifier: hostile,
      targetName: hostile,
      outcome,
      requestData: { uniqueIdentifier: hostile },
      initiator: { ...occurrence.initiator, name: hostile },
    });
    t.equal(validateEvent(event), undefined);
    t.notMatch(JSON.stringify(event), /127\.77|\\n/);
    t.match(event.target.id, /:kmip-key:\[redacted\]\\u\{a\}-failure$/);
  }
});

t.test('a failure without words still says something', async t => {
  const event = built({ outcome: failure('bad request', { detail: '', reasonForFailure: '' }) });
  t.equal(validateEvent(event), undefined);
  t.equal(event.reason.reasonForFailure, 'Bad Request');
});

t.test('stays under 16 KB, valid and the same each time, whatever a client sends', async t => {
  const long = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 2_000, size: 'max' }),
    fc.constant('"\\'.repeat(2_000)),
    fc.constant('鍵'.repeat(2_000)),
  );
  const name = fc.string({ maxLength: 300, size: 'max' });
  const value = fc.oneof(long, fc.array(long, { maxLength: 12, size: 'max' }));
  const values = fc.dictionary(name, value, { maxKeys: 12, size: 'max' });
  const deep = Array.from({ length: 40 }).reduce<PlainObject>(inner => ({ a: inner, c: 'x'.repeat(900) }), {});
  fc.assert(
    fc.property(values, values, long, fc.boolean(), (requestData, responseData, text, ok) => {
      const outcome = ok
        ? ({ ok: true } as const)
        : failure('not found', { detail: text, reasonForFailure: text, resultReason: text });
      const changes = {
        outcome,
        requestData: { ...requestData, deep } as PlainObject,
        responseData: responseData as PlainObject,
        uniqueIdentifier: text,
        targetName: text,
        initiator: { ...occurrence.initiator, name: text },
      };
      const event = built(changes);
      const problem = validateEvent(event);
      if (problem) throw new Error(problem);
      const json = JSON.stringify(event);
      return Buffer.byteLength(json) <= EVENT_BYTES_MAX && json === JSON.stringify(built(changes));
    }),
    { numRuns: 30 },
  );
  t.pass('held');
});

t.test('records what an administrator does, in the families of the events page', async t => {
  const administrative: AdministrativeOccurrence = {
    id: occurrence.id,
    time: occurrence.time,
    action: 'hs-crypto.mtlscert-cert.set',
    initiator: { id: 'uid-0', name: 'root' },
    outcome: { ok: true },
    target: { id: 'ab', name: 'vcsa-failure' },
    command: 'client add',
    requestData: { certificateId: 'ab'.repeat(32) },
    responseData: { action: 'created' },
    correlationId: occurrence.correlationId,
  };
  for (const action of allActions.filter(action => !action.isDataEvent)) {
    for (const outcome of [{ ok: true } as const, ...allCauses.map(cause => failure(cause))]) {
      const name = action.name as AdministrativeOccurrence['action'];
      const event = buildAdministrativeEvent({ ...administrative, action: name, outcome }, service);
      t.equal(validateEvent(event), undefined, `${name} ${JSON.stringify(outcome)}`);
    }
  }
  const event = buildAdministrativeEvent(administrative, service);
  t.match(event, {
    severity: 'critical',
    dataEvent: false,
    message: 'Hyper Protect Crypto Services: set mtlscert-cert "vcsa-failure"',
    initiator: { id: 'uid-0', name: 'root', typeURI: 'service/security/account/user', credential: { type: 'user' } },
    requestData: { requestURI: '/cli/client/add' },
  });
  const action = 'hs-crypto.managed-keys.write';
  t.equal(buildAdministrativeEvent({ ...administrative, action }, service).severity, 'warning');
  t.equal(buildAdministrativeEvent({ ...administrative, action, destroysKey: true }, service).severity, 'critical');
});

/** The occurrence that an example tells of. */
function occurrenceBehind(example: AuditEvent): Occurrence {
  const {
    requestURI,
    instanceID: _,
    batchItem,
    batchCount,
    ...requestData
  } = example.requestData as Record<string, never>;
  const { resultStatus: _status, resultReason, ...responseData } = example.responseData as Record<string, never>;
  const [, , version, operation] = String(requestURI).split('/');
  const identifier = example.target.id.slice(example.target.id.lastIndexOf(':') + 1);
  const [time, zone] = [example.eventTime.slice(0, 22), 'Z'];
  const cause = allCauses.find(cause => causeRow(cause).code === example.reason.reasonCode);
  return {
    id: example.id,
    time: new Date(`${time}${zone}`),
    operation: operation as Occurrence['operation'],
    version,
    initiator: { id: example.initiator.id, name: example.initiator.name ?? '' },
    outcome: cause
      ? {
          ok: false,
          cause,
          resultReason: String(resultReason),
          realReason: /\(([A-Za-z ]+)\) -failure$/.exec(example.message)?.[1] ?? '',
          detail: /^[^:]+: [^:]+: (.*) \([A-Za-z ]+\) -failure$/.exec(example.message)?.[1] ?? '',
          reasonForFailure: example.reason.reasonForFailure ?? '',
        }
      : { ok: true },
    ...(identifier !== '' && { uniqueIdentifier: identifier }),
    batchItem: Number(batchItem),
    batchCount: Number(batchCount),
    requestData,
    responseData,
    correlationId: example.correlationId,
  };
}
