import { generateKeyPairSync } from 'node:crypto';
import t from 'tap';
import { ItemType, Tag, type TtlvItem } from '../../../kmip-codec/index.ts';
import { hasSameLength, isAboutAsLongInDer } from '../../../server/conformance/place.ts';

const material = (value: Uint8Array): TtlvItem => ({ tag: Tag.KeyMaterial, type: ItemType.ByteString, value });
const rsa = (modulusLength: number) =>
  material(generateKeyPairSync('rsa', { modulusLength }).privateKey.export({ format: 'der', type: 'pkcs1' }));

t.test('RSA keys of one length are about as long in DER, others are not (RFC 8017 §A.1.2)', async t => {
  const keys = Array.from({ length: 40 }, () => rsa(512));
  for (const key of keys) t.ok(isAboutAsLongInDer(keys[0]!, key));
  t.notOk(
    keys.every(key => hasSameLength(keys[0]!, key)),
    'which is not the same length',
  );
  t.notOk(isAboutAsLongInDer(keys[0]!, rsa(1024)));
});

t.test('of what is no DER the length counts', async t => {
  const [key, other] = [material(Buffer.alloc(16)), material(Buffer.alloc(24))];
  t.notOk(isAboutAsLongInDer(key, material(Buffer.alloc(17))));
  t.ok(hasSameLength(key, material(Buffer.alloc(16, 1))));
  t.notOk(hasSameLength(key, other));
  t.notOk(isAboutAsLongInDer(key, { tag: Tag.KeyMaterial, type: ItemType.Integer, value: 1 }));
});
