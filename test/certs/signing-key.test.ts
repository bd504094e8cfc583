import t from 'tap';
import { createHash, ECDH, generateKeyPairSync, sign, verify } from 'node:crypto';
import { CertificateError, generateSigningKey, publicKeyOf, publicPartOf, signingKeyTypes } from '../../certs/index.ts';

for (const keyType of signingKeyTypes) {
  t.test(`makes a key of type ${keyType} whose public part is known by its SHA-256`, async t => {
    const { privateKeyPem, publicKeyPem } = await generateSigningKey(keyType);
    const key = publicKeyOf(publicKeyPem);
    t.equal(key.keyType, keyType);
    t.equal(key.keyId, createHash('sha256').update(key.der).digest('hex'));
    t.same(publicKeyOf(key.der).keyId, key.keyId, 'from DER as from PEM');
    t.equal(publicPartOf(privateKeyPem).keyId, key.keyId, 'and from the private key');
    const hash = keyType === 'Ed25519' ? null : 'sha256';
    t.ok(verify(hash, Buffer.from('text'), key.key, sign(hash, Buffer.from('text'), privateKeyPem)));
    t.not(publicKeyOf((await generateSigningKey(keyType)).publicKeyPem).keyId, key.keyId, 'another each time');
  });
}

t.test('other kinds of key, private ones and what is no key are refused', async t => {
  const pem = (key: ReturnType<typeof generateKeyPairSync>['publicKey']) =>
    (key as unknown as { export(o: object): string }).export({ format: 'pem', type: 'spki' });
  const { privateKeyPem } = await generateSigningKey('Ed25519');
  const refused: [what: string, input: string | Uint8Array, found: RegExp][] = [
    ['RSA', pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey), /RSA 2048/],
    ['P-384', pem(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey), /ECDSA P-384/],
    ['Ed448', pem(generateKeyPairSync('ed448').publicKey), /Ed448/],
    ['a private key', privateKeyPem, /something else/],
    ['text', 'text', /something else/],
    ['damage', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n', /cannot be read/],
    ['damaged DER', Buffer.from([0x30, 1, 2]), /cannot be read/],
  ];
  for (const [what, input, found] of refused) {
    try {
      publicKeyOf(input);
      t.fail(`${what} was read`);
    } catch (error) {
      t.ok(error instanceof CertificateError, what);
      t.match((error as CertificateError).found, found);
      t.notMatch((error as CertificateError).message, /MC4C/, 'without the key');
    }
  }
});

t.test('one key has one identifier, however its point is written (RFC 5480 §2.2)', async t => {
  const { publicKeyPem } = await generateSigningKey('ECDSA P-256');
  const { der, keyId } = publicKeyOf(publicKeyPem);
  const point = ECDH.convertKey(der.subarray(-65), 'prime256v1', undefined, undefined, 'compressed') as Buffer;
  t.equal(point.length, 33);
  const algorithm = Buffer.from('301306072a8648ce3d020106082a8648ce3d030107', 'hex');
  const compressed = Buffer.concat([Buffer.of(0x30, 0x39), algorithm, Buffer.of(0x03, 0x22, 0), point]);
  t.equal(publicKeyOf(compressed).keyId, keyId);
});
