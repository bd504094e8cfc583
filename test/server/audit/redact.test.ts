import { isIP } from 'node:net';
import fc from 'fast-check';
import t from 'tap';
import type { Plain, PlainObject } from '../../../server/audit/plain.ts';
import { redact, redactText } from '../../../server/audit/redact.ts';

const SECRET_NAMES = ['service_principal_password', 'secret_access_key', 'access_key_id', 'api_key'];

t.test('property 13: redacts the four names at any depth, whatever their value', async t => {
  for (const name of SECRET_NAMES) {
    t.strictSame(redact({ [name]: 's3cr3t', a: [{ b: { [name]: { c: 's3cr3t' } } }] }), {
      [name]: '[redacted]',
      a: [{ b: { [name]: '[redacted]' } }],
    });
  }
});

t.test('shows of a forbidden member only that there was one', async t => {
  t.strictSame(
    redact({ keyMaterial: 'k', clientIp: '192.0.2.7', 'x-forwarded-for': 'h', a: { KeyBlock: { b: 1 } }, c: 1 }),
    {
      '[redacted]': '[redacted]',
      '[redacted] (2)': '[redacted]',
      '[redacted] (3)': '[redacted]',
      a: { '[redacted]': '[redacted]' },
      c: 1,
    },
  );
});

t.test('redacts addresses in values and in names of members', async t => {
  t.strictSame(redact({ 'x-Name': '192.0.2.7', attributes: { 'x-192.0.2.7': ['at ::1 now'], 'x-192.0.2.8': 1 } }), {
    'x-Name': '[redacted]',
    attributes: { 'x-[redacted]': ['at [redacted] now'], 'x-[redacted] (2)': 1 },
  });
});

t.test('shows control characters in values and names', async t => {
  t.strictSame(redact({ 'a\n': 'b\u2028' }), { 'a\\u{a}': 'b\\u{2028}' });
});

t.test('says how much it left out', async t => {
  const list = Array.from({ length: 130 }, (_, i) => i);
  t.same((redact({ list })['list'] as Plain[]).at(-1), '[2 more]');
  const object = Object.fromEntries(list.map(i => [`x${i}`, i]));
  t.equal(redact(object)['[more]'], 2);
  t.match(redactText('x'.repeat(2_000)), /\[cut, 2000 characters, SHA-256 [0-9a-f]{64}\]$/);
});

t.test('keeps a member called __proto__ as a member', async t => {
  const out = redact(JSON.parse('{"__proto__": {"polluted": "127.77.66.55"}}'));
  t.equal(JSON.stringify(out), '{"__proto__":{"polluted":"[redacted]"}}');
  t.equal(({} as { polluted?: string }).polluted, undefined);
});

t.test('property 13: in random payloads no secret, address, forbidden name, nothing that does not show', async t => {
  const name = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom(
      ...SECRET_NAMES,
      'keyValue',
      'Key_Material',
      'peer_addr',
      'password',
      '__proto__',
      'toString',
      '192.0.2.7',
    ),
  );
  const text = fc.oneof(fc.ipV4(), fc.ipV6(), fc.string({ unit: 'binary' }), fc.constant('canary'));
  const { payload } = fc.letrec<{ value: unknown; payload: unknown }>(tie => ({
    value: fc.oneof(
      { depthSize: 'medium' },
      text,
      fc.double({ noNaN: true }),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value')),
      tie('payload'),
    ),
    payload: fc.dictionary(name, tie('value')),
  }));
  fc.assert(
    fc.property(payload, payload => {
      walk(redact(payload as PlainObject), (name, value) => {
        if (SECRET_NAMES.includes(name) && value !== '[redacted]')
          throw new Error(`${name} is ${JSON.stringify(value)}`);
        if (/^(keyValue|Key_Material|peer_addr|password)$/.test(name)) throw new Error(`${name} is there`);
        for (const text of [name, value]) {
          if (typeof text !== 'string') continue;
          if (isIP(text)) throw new Error(`${text} is an address`);
          if (/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u.test(text)) throw new Error('a character does not show');
        }
      });
    }),
    { numRuns: 2_000 },
  );
  t.pass('held');
});

function walk(value: Plain, visit: (name: string, value: Plain) => void, name = ''): void {
  visit(name, value);
  if (typeof value !== 'object' || value === null) return;
  for (const [member, inner] of Object.entries(value)) walk(inner, visit, member);
}
