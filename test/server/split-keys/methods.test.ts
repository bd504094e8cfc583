import { randomBytes } from 'node:crypto';
import t from 'tap';
import { joinSecret, splitSecret, type Sharing, type SharingMethod } from '../../../server/split-keys/index.ts';
import { gf256, gf65536, primeField } from '../../../server/split-keys/fields.ts';

const prime = 2n ** 521n - 1n;
const secret = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
const methods: SharingMethod[] = ['GF(2^16)', 'GF(2^8)', 'prime field'];

t.test('any parts that reach the threshold give the secret, fewer do not (1.4 §2.2.5)', async t => {
  for (const method of methods) {
    const sharing: Sharing = { method, parts: 5, threshold: 3, prime };
    const parts = splitSecret(secret, sharing, randomBytes);
    for (const chosen of [
      [0, 1, 2],
      [4, 1, 3],
      [0, 2, 4, 3],
      [0, 1, 2, 3, 4],
    ])
      t.same(
        Buffer.from(
          joinSecret(
            chosen.map(i => parts[i]!),
            sharing,
            secret.length,
          ),
        ),
        secret,
        `${method} ${String(chosen)}`,
      );
    t.throws(() => joinSecret(parts.slice(0, 2), sharing), { name: 'SharingError', message: /at least 3/ });
    t.throws(() => joinSecret([parts[0]!, parts[0]!, parts[1]!], sharing), { message: /more than once/ });
    const lower = { ...sharing, threshold: 2 };
    let joined: Buffer | undefined;
    try {
      joined = Buffer.from(joinSecret(parts.slice(0, 2), lower, secret.length));
    } catch {
      // Of a prime field a wrong result can be longer than any secret.
    }
    t.notSame(joined, secret, `${method}: two of three parts`);
  }
});

t.test('by XOR all parts are needed (1.4 §2.2.5)', async t => {
  const sharing: Sharing = { method: 'XOR', parts: 4, threshold: 4 };
  const parts = splitSecret(secret, sharing, randomBytes);
  t.same(Buffer.from(joinSecret(parts, sharing)), secret);
  t.throws(() => splitSecret(secret, { ...sharing, threshold: 3 }, randomBytes), { name: 'SharingError' });
});

t.test('what cannot be shared', async t => {
  const wrong: [Sharing, Uint8Array?][] = [
    [{ method: 'GF(2^8)', parts: 2, threshold: 3 }],
    [{ method: 'GF(2^8)', parts: 2, threshold: 0 }],
    [{ method: 'GF(2^8)', parts: 256, threshold: 2 }],
    [{ method: 'prime field', parts: 3, threshold: 2 }],
    [{ method: 'prime field', parts: 3, threshold: 2, prime: 2n ** 127n - 1n }],
    [{ method: 'GF(2^16)', parts: 3, threshold: 2 }, new Uint8Array(3)],
  ];
  for (const [sharing, value = secret] of wrong)
    t.throws(() => splitSecret(value, sharing, randomBytes), { name: 'SharingError' }, JSON.stringify(sharing.method));
});

t.test('the fields: FIPS 197 §4.2 names a product; every element but zero has an inverse', async t => {
  t.equal(gf256.multiply(0x57, 0x13), 0xfe);
  t.equal(gf256.multiply(0x57, 0x83), 0xc1);
  const bad8 = Array.from({ length: 255 }, (_, i) => i + 1).filter(a => gf256.multiply(a, gf256.invert(a)) !== 1);
  t.same(bad8, []);
  const bad16 = Array.from({ length: 65535 }, (_, i) => i + 1).filter(
    a => gf65536.multiply(a, gf65536.invert(a)) !== 1,
  );
  t.same(bad16, []);
  t.equal(gf65536.multiply(0x0100, 0x0100), 0x013a, 'y * y = y + m');
  const field = primeField(65537n);
  t.equal(field.multiply(3n, field.invert(3n)), 1n);
});
