import { readFileSync } from 'node:fs';
import t from 'tap';
import type { AuditEvent } from '../../../server/audit/event.ts';
import { toKept, type Violation } from '../../../server/audit/log.ts';
import { validateEvent } from '../../../server/audit/schema.ts';

const example: AuditEvent = JSON.parse(
  readFileSync(new URL('./examples/kmip-key.destroy.success.json', import.meta.url), 'utf8'),
);

/** Keeps a broken event as production does. */
function keptAnyway(event: unknown) {
  const violations: Violation[] = [];
  const kept = toKept(event as AuditEvent, { onViolation: violation => violations.push(violation) });
  return { kept, violations, json: JSON.parse(kept.json) as AuditEvent };
}

t.test('keeps an event as it is, beside what listings filter by', async t => {
  const kept = toKept(example);
  t.strictSame(JSON.parse(kept.json), example);
  t.match(kept, {
    id: example.id,
    time: new Date('2026-11-22T07:45:12.340Z'),
    action: 'hs-crypto.kmip-key.destroy',
    outcome: 'success',
    severity: 'critical',
    initiator: example.initiator.id,
  });
  const time = new Date('2026-11-22T07:45:12.347Z');
  t.equal(toKept(example, { time }).time, time, 'a finer time stands beside the event');
});

t.test('throws on a violation when nobody is told of it', async t => {
  t.throws(() => toKept({ ...example, severity: 'grave' } as never), { name: 'TypeError', message: /\/severity/ });
});

t.test('an invalid payload costs the payload, nothing else', async t => {
  const { kept, violations, json } = keptAnyway({
    ...example,
    requestData: { ...example.requestData, keyMaterial: 'canary' },
  });
  t.strictSame(
    violations.map(({ id, action }) => ({ id, action })),
    [{ id: example.id, action: example.action }],
  );
  t.equal(validateEvent(json), undefined);
  t.match(kept, { id: example.id, action: example.action, outcome: 'success' });
  t.match(json.requestData, { requestURI: '/kmip/1.4/Destroy', schemaViolation: /\/requestData/ });
  t.same({ ...json, requestData: 0, responseData: 0 }, { ...example, requestData: 0, responseData: 0 });
  t.notMatch(kept.json, /canary/);
});

t.test('whatever part is broken, the event is recorded, valid, and says what it was', async t => {
  const broken: Record<string, unknown> = {
    id: 'not-a-uuid',
    eventTime: 'yesterday',
    action: 'hs-crypto.kmip-key.delete',
    outcome: 'perhaps',
    severity: 'grave',
    message: 'no service',
    initiator: { id: 'CertificateID-192.0.2.7', host: { address: '192.0.2.7' } },
    target: { id: 'no crn', name: '', typeURI: 'x' },
    reason: { reasonCode: 'OK' },
    requestData: undefined,
    responseData: null,
    correlationId: '',
    logSourceCRN: 'crn',
    surplus: 1,
  };
  for (const [part, value] of Object.entries(broken)) {
    const { violations, json, kept } = keptAnyway({ ...example, [part]: value });
    t.equal(violations.length, 1, part);
    t.equal(validateEvent(json), undefined, part);
    t.notMatch(kept.json, /192\.0\.2\.7/);
    t.ok(
      json.action === example.action ||
        json.requestData['recordedAction'] === String(broken['action']) ||
        json.requestData['recordedAction'] === example.action,
    );
    if (part !== 'id') t.equal(kept.id, example.id);
    if (part !== 'initiator') t.equal(json.requestData['recordedInitiator'], example.initiator.id, part);
  }
  const nothing = keptAnyway({ id: '', eventTime: undefined });
  t.equal(validateEvent(nothing.json), undefined, 'an event without anything');
});
