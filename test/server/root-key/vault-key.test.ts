import { createHmac, randomBytes } from 'node:crypto';
import t from 'tap';
import { VaultKey } from '../../../server/root-key/index.ts';

const key = () => Buffer.alloc(32, 0xab);
const derived = (vault: string, purpose: string, length = 32) =>
  Buffer.from(new VaultKey(vault, key(), randomBytes).derive(purpose, length)).toString('hex');

t.test('what is derived is HKDF with SHA-256, for one vault and one purpose (RFC 5869 §2)', async t => {
  const extracted = createHmac('sha256', Buffer.alloc(32)).update(key()).digest();
  const info = Buffer.from('kmipd derived\0one\0a purpose\u0001', 'latin1');
  t.equal(derived('one', 'a purpose'), createHmac('sha256', extracted).update(info).digest('hex'));
  t.equal(derived('one', 'a purpose'), derived('one', 'a purpose'), 'the same each time');
  const others = [derived('one', 'another'), derived('two', 'a purpose'), key().toString('hex')];
  t.equal(new Set([derived('one', 'a purpose'), ...others]).size, 4);
  t.equal(derived('one', 'a purpose', 48).length, 96);
});
