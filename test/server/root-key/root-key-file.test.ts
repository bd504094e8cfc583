import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createRootKeyFile, loadRootKey, RootKeyError, RootKeyInMemory } from '../../../server/root-key/index.ts';

const fixedKey = Buffer.from(Array.from({ length: 32 }, (_, index) => index));

t.test('a root key file holds the key in three lines of text, for its owner only', async t => {
  const path = join(t.testdir(), 'root.key');
  createRootKeyFile(path, () => Buffer.from(fixedKey));
  t.equal(statSync(path).mode & 0o777, 0o600);
  t.match(
    readFileSync(path, 'utf8'),
    /^kmipd root key, format 1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\nchecksum [0-9a-f]{16}\n$/,
  );
});

t.test('the mode is 0600 whatever the umask lets through', async t => {
  const before = process.umask(0);
  t.teardown(() => process.umask(before));
  const path = join(t.testdir(), 'root.key');
  createRootKeyFile(path, randomBytes);
  t.equal(statSync(path).mode & 0o777, 0o600);
});

t.test('a loaded root key unwraps what the same bytes wrapped', async t => {
  const path = join(t.testdir(), 'root.key');
  createRootKeyFile(path, () => Buffer.from(fixedKey));
  const wrapped = new RootKeyInMemory(fixedKey, randomBytes).wrapSecret('purpose', Buffer.from('secret'));
  t.equal(loadRootKey(path, randomBytes).unwrapSecret('purpose', wrapped).toString(), 'secret');
});

t.test('an existing file is never overwritten', async t => {
  const path = join(t.testdir({ 'root.key': 'precious' }), 'root.key');
  t.throws(() => createRootKeyFile(path, randomBytes), { name: 'RootKeyError', message: /cannot be created/ });
  t.equal(readFileSync(path, 'utf8'), 'precious');
});

t.test('a file that group or others may read or write is refused', async t => {
  const path = join(t.testdir(), 'root.key');
  createRootKeyFile(path, randomBytes);
  for (const mode of [0o640, 0o604, 0o620, 0o602, 0o610]) {
    chmodSync(path, mode);
    t.throws(() => loadRootKey(path, randomBytes), { name: 'RootKeyError', message: /must be 0600/ }, mode.toString(8));
  }
  chmodSync(path, 0o400);
  t.doesNotThrow(() => loadRootKey(path, randomBytes));
});

t.test('a missing file is refused with its name', async t => {
  t.throws(() => loadRootKey(join(t.testdir(), 'root.key'), randomBytes), {
    name: 'RootKeyError',
    message: /root\.key cannot be read: ENOENT/,
  });
});

t.test('every damaged byte, every cut and every addition is refused', async t => {
  const path = join(t.testdir(), 'root.key');
  createRootKeyFile(path, randomBytes);
  const whole = readFileSync(path);
  const isRefused = (bytes: Uint8Array) => {
    writeFileSync(path, bytes);
    try {
      loadRootKey(path, randomBytes);
      return false;
    } catch (error) {
      return error instanceof RootKeyError;
    }
  };
  for (let index = 0; index < whole.length; index++) {
    const changed = Buffer.from(whole);
    changed[index]! ^= 1;
    if (!isRefused(changed)) t.fail(`byte ${index} was changed unnoticed`);
    // Only the last line break may be lost: nothing of the key goes with it.
    if (index < whole.length - 1 && !isRefused(whole.subarray(0, index))) t.fail(`${index} bytes were taken`);
  }
  t.ok(isRefused(Buffer.concat([whole, Buffer.from('x')])));
  t.ok(isRefused(Buffer.alloc(2000, 'x')));
  t.notOk(isRefused(whole));
});

t.test('a key of another length is refused', async t => {
  const path = join(t.testdir(), 'root.key');
  createRootKeyFile(path, randomBytes);
  writeFileSync(path, 'kmipd root key, format 1\nAAECAw==\nchecksum 0000000000000000\n');
  t.throws(() => loadRootKey(path, randomBytes), {
    name: 'RootKeyError',
    message: /its key has 4 bytes, must have 32/,
  });
  t.throws(() => createRootKeyFile(`${path}2`, () => Buffer.alloc(16)), RootKeyError);
});

t.test('no message says what a damaged file held', async t => {
  const path = join(t.testdir(), 'root.key');
  createRootKeyFile(path, () => Buffer.from(fixedKey));
  writeFileSync(path, readFileSync(path, 'utf8').replace('AAEC', 'AAED'));
  try {
    loadRootKey(path, randomBytes);
    t.fail('was loaded');
  } catch (error) {
    t.notMatch((error as Error).message, /AAE|AwQF/);
  }
});
