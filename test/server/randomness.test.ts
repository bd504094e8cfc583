import { randomBytes } from 'node:crypto';
import t from 'tap';
import { uuid } from '../../server/randomness.ts';

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
