import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import t from 'tap';
import { RootKeyError } from '../../../server/root-key/index.ts';
import { unwrap, wipe, wrap, WRAPPING_OVERHEAD_BYTES } from '../../../server/root-key/wrapping.ts';

const key = Buffer.alloc(32, 7);
const context = ['kmipd object', 'vault-1', 'key-1'];

/** The associated data, written a second time by hand: 01, then each part behind its 32-bit length. */
const associatedData = Buffer.concat([
  Buffer.from('01', 'hex'),
  Buffer.from('0000000c', 'hex'),
  Buffer.from('kmipd object'),
  Buffer.from('00000007', 'hex'),
  Buffer.from('vault-1'),
  Buffer.from('00000005', 'hex'),
  Buffer.from('key-1'),
]);

t.test('format 1 is format byte, nonce, AES-256-GCM ciphertext, tag, as node:crypto alone reads it', async t => {
  const wrapped = wrap(key, context, Buffer.from('material'), randomBytes);
  t.equal(wrapped.length, 'material'.length + WRAPPING_OVERHEAD_BYTES);
  t.equal(wrapped[0], 1);
  const decipher = createDecipheriv('aes-256-gcm', key, wrapped.subarray(1, 13));
  decipher.setAAD(associatedData);
  decipher.setAuthTag(wrapped.subarray(-16));
  t.equal(Buffer.concat([decipher.update(wrapped.subarray(13, -16)), decipher.final()]).toString(), 'material');
});

t.test('bytes that node:crypto alone made in format 1 are unwrapped', async t => {
  const nonce = Buffer.alloc(12, 3);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(associatedData);
  const body = Buffer.concat([cipher.update('material'), cipher.final()]);
  t.equal(unwrap(key, context, Buffer.concat([Buffer.of(1), nonce, body, cipher.getAuthTag()])).toString(), 'material');
});

t.test('a fixed nonce gives fixed bytes', async t => {
  const wrapped = wrap(key, context, Buffer.from('00112233', 'hex'), length => Buffer.alloc(length, 3));
  t.equal(wrapped.toString('hex'), '01' + '03'.repeat(12) + '25ef8130' + '91532743f054ed490b173858b3d74c7d');
});

t.test('wrapping twice gives different bytes', async t => {
  t.not(wrap(key, context, key, randomBytes).toString('hex'), wrap(key, context, key, randomBytes).toString('hex'));
});

t.test('any flipped bit is refused, none gives garbage', async t => {
  const wrapped = wrap(key, context, Buffer.from('material'), randomBytes);
  for (let bit = 0; bit < wrapped.length * 8; bit++) {
    const changed = Buffer.from(wrapped);
    changed[bit >> 3]! ^= 1 << (bit & 7);
    if (!throwsRootKeyError(() => unwrap(key, context, changed))) t.fail(`bit ${bit} was flipped unnoticed`);
  }
});

t.test('any missing or added byte is refused', async t => {
  const wrapped = wrap(key, context, Buffer.from('material'), randomBytes);
  for (let length = 0; length < wrapped.length; length++) {
    if (!throwsRootKeyError(() => unwrap(key, context, wrapped.subarray(0, length))))
      t.fail(`${length} bytes were taken`);
  }
  t.throws(() => unwrap(key, context, Buffer.concat([wrapped, Buffer.of(0)])), RootKeyError);
});

t.test('another key or another context is refused', async t => {
  const wrapped = wrap(key, context, Buffer.from('material'), randomBytes);
  t.throws(() => unwrap(Buffer.alloc(32, 8), context, wrapped), {
    name: 'RootKeyError',
    message: /cannot be unwrapped/,
  });
  for (const other of [
    ['kmipd object', 'vault-1', 'key-2'],
    ['kmipd object', 'vault-2', 'key-1'],
    ['kmipd secret', 'vault-1', 'key-1'],
    ['kmipd object', 'vault-1k', 'ey-1'],
    ['kmipd object', 'vault-1', 'key-1', ''],
    ['kmipd object', 'vault-1'],
  ]) {
    t.throws(() => unwrap(key, other, wrapped), RootKeyError, other.join());
  }
});

t.test('the message names the thing and no byte of it', async t => {
  const wrapped = wrap(key, context, Buffer.from('material'), randomBytes);
  wrapped[20]! ^= 1;
  t.throws(() => unwrap(key, context, wrapped), {
    message:
      'kmipd object vault-1 key-1 cannot be unwrapped: it was wrapped by another key, for something else, or was changed',
  });
});

t.test('empty and large plaintexts come back', async t => {
  for (const length of [0, 1, 32, 1 << 20]) {
    const plaintext = randomBytes(length);
    t.ok(unwrap(key, context, wrap(key, context, plaintext, randomBytes)).equals(plaintext), `${length} bytes`);
  }
});

t.test('a source of randomness that gives too little is refused', async t => {
  t.throws(() => wrap(key, context, key, () => Buffer.alloc(11)), RootKeyError);
});

t.test('wipe leaves only zeros', async t => {
  const secret = Buffer.from('secret');
  wipe(secret);
  t.same(secret, Buffer.alloc(6));
});

function throwsRootKeyError(run: () => unknown): boolean {
  try {
    run();
    return false;
  } catch (error) {
    return error instanceof RootKeyError;
  }
}
