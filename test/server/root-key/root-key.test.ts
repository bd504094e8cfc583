import { createDecipheriv, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import t from 'tap';
import { RootKeyError, RootKeyInMemory, VaultKeys, type WrappedVault } from '../../../server/root-key/index.ts';

const newRootKey = () => new RootKeyInMemory(randomBytes(32), randomBytes);

t.test('a vault key wraps and unwraps material of its own objects only', async t => {
  const rootKey = newRootKey();
  const one = rootKey.openVault('vault-1', rootKey.newVaultKey('vault-1', randomBytes));
  const two = rootKey.openVault('vault-2', rootKey.newVaultKey('vault-2', randomBytes));
  const wrapped = one.wrap('key-1', Buffer.from('material'));
  t.equal(one.unwrap('key-1', wrapped).toString(), 'material');
  t.throws(() => one.unwrap('key-2', wrapped), RootKeyError, 'a swapped Unique Identifier');
  t.throws(() => two.unwrap('key-1', wrapped), RootKeyError, 'a swapped vault');
});

t.test('a vault opens with its own wrapped key and root key only', async t => {
  const rootKey = newRootKey();
  const wrappedKey = rootKey.newVaultKey('vault-1', randomBytes);
  t.throws(() => rootKey.openVault('vault-2', wrappedKey), { name: 'RootKeyError', message: /cannot be unwrapped/ });
  t.throws(() => newRootKey().openVault('vault-1', wrappedKey), {
    name: 'RootKeyError',
    message: /cannot be unwrapped/,
  });
  t.throws(() => rootKey.openVault('vault-1', rootKey.wrapSecret('vault-1', randomBytes(32))), RootKeyError);
});

t.test('the same vault key opened twice reads what either wrapped', async t => {
  const rootKey = newRootKey();
  const wrappedKey = rootKey.newVaultKey('vault-1', randomBytes);
  const wrapped = rootKey.openVault('vault-1', wrappedKey).wrap('key-1', Buffer.from('material'));
  t.equal(rootKey.openVault('vault-1', wrappedKey).unwrap('key-1', wrapped).toString(), 'material');
});

t.test('the stored form is root key over vault key over material, as node:crypto alone reads it', async t => {
  const bytes = randomBytes(32);
  const rootKey = new RootKeyInMemory(bytes, randomBytes);
  const wrappedKey = rootKey.newVaultKey('vault-1', randomBytes);
  const wrapped = rootKey.openVault('vault-1', wrappedKey).wrap('key-1', Buffer.from('material'));
  const vaultKey = decryptWith(bytes, ['010000000f', 'kmipd vault key', '00000007', 'vault-1'], wrappedKey);
  t.equal(vaultKey.length, 32);
  const objectContext = ['010000000c', 'kmipd object', '00000007', 'vault-1', '00000005', 'key-1'];
  t.equal(decryptWith(vaultKey, objectContext, wrapped).toString(), 'material');
});

t.test('a secret comes back for its purpose only', async t => {
  const rootKey = newRootKey();
  const wrapped = rootKey.wrapSecret('authority private key', Buffer.from('secret'));
  t.equal(rootKey.unwrapSecret('authority private key', wrapped).toString(), 'secret');
  t.throws(() => rootKey.unwrapSecret('something else', wrapped), RootKeyError);
  t.throws(() => newRootKey().unwrapSecret('authority private key', wrapped), RootKeyError);
});

t.test('no key is seen by whoever prints these objects', async t => {
  const bytes = Buffer.alloc(32, 0xab);
  const rootKey = new RootKeyInMemory(bytes, randomBytes);
  const vaultKey = rootKey.openVault('v', rootKey.newVaultKey('v', randomBytes));
  for (const printed of [
    inspect(rootKey),
    inspect(vaultKey, { showHidden: true }),
    JSON.stringify([rootKey, vaultKey]),
  ]) {
    t.notMatch(printed, /ab ab|171|Buffer/);
  }
});

t.test('a root key keeps a copy, so that the caller may wipe its own', async t => {
  const bytes = randomBytes(32);
  const rootKey = new RootKeyInMemory(bytes, randomBytes);
  const wrapped = rootKey.wrapSecret('p', Buffer.from('secret'));
  bytes.fill(0);
  t.equal(rootKey.unwrapSecret('p', wrapped).toString(), 'secret');
});

t.test('keys of another length are refused', async t => {
  t.throws(() => new RootKeyInMemory(Buffer.alloc(16), randomBytes), RootKeyError);
  t.throws(() => newRootKey().newVaultKey('v', () => Buffer.alloc(31)), RootKeyError);
});

t.test('vault keys are unwrapped once and kept', async t => {
  const rootKey = newRootKey();
  const vault: WrappedVault = { id: 'vault-1', wrappedKey: rootKey.newVaultKey('vault-1', randomBytes) };
  let asked = 0;
  const keys = new VaultKeys(rootKey, async id => {
    asked++;
    return id === vault.id ? vault : undefined;
  });
  const key = await keys.vaultKey('vault-1');
  t.equal(await keys.vaultKey('vault-1'), key);
  t.equal(asked, 1);
  await t.rejects(keys.vaultKey('vault-2'), { name: 'RootKeyError', message: 'vault vault-2 does not exist' });
});

/** `context` alternates between hex (format, lengths) and text. */
function decryptWith(key: Uint8Array, context: readonly string[], wrapped: Uint8Array): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, wrapped.subarray(1, 13));
  decipher.setAAD(Buffer.concat(context.map((part, index) => Buffer.from(part, index % 2 ? 'utf8' : 'hex'))));
  decipher.setAuthTag(wrapped.subarray(-16));
  return Buffer.concat([decipher.update(wrapped.subarray(13, -16)), decipher.final()]);
}
