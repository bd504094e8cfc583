import { randomBytes } from 'node:crypto';
import t from 'tap';
import { timeOrderedUuid, uuid } from '../../server/randomness.ts';

t.test('a UUID is the bytes given, but for the bits of version and variant (RFC 9562 §5.4)', async t => {
  t.equal(
    uuid(length => Buffer.alloc(length)),
    '00000000-0000-4000-8000-000000000000',
  );
  t.equal(
    uuid(length => Buffer.alloc(length, 0xff)),
    'ffffffff-ffff-4fff-bfff-ffffffffffff',
  );
  t.equal(
    uuid(length => Buffer.from(Array.from({ length }, (_, i) => i))),
    '00010203-0405-4607-8809-0a0b0c0d0e0f',
  );
});

t.test('the bytes given stay as they are, and no two UUIDs are alike', async t => {
  const given = Buffer.alloc(16);
  uuid(() => given);
  t.same(given, Buffer.alloc(16));
  t.equal(new Set(Array.from({ length: 1000 }, () => uuid(randomBytes))).size, 1000);
});

t.test('a UUID in the order of time holds its milliseconds, then the bytes given (RFC 9562 §5.7)', async t => {
  const at = (time: string, fill: number) => timeOrderedUuid(new Date(time), length => Buffer.alloc(length, fill));
  t.equal(at('1970-01-01T00:00:00.001Z', 0), '00000000-0001-7000-8000-000000000000');
  t.equal(at('1970-01-01T00:00:00.000Z', 0xff), '00000000-0000-7fff-bfff-ffffffffffff');
  t.ok(at('2026-11-22T00:00:00.001Z', 0) > at('2026-11-22T00:00:00.000Z', 0xff));
  const now = new Date();
  t.equal(new Set(Array.from({ length: 1000 }, () => timeOrderedUuid(now, randomBytes))).size, 1000);
});
