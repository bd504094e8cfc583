import { createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import t from 'tap';
import { KeyFormatType, ObjectType, type KeyBlock } from '../../../kmip-codec/index.ts';
import { curves } from '../../../server/cryptography/curves.ts';
import { CryptographicFailure, keyBlockOf, keyObjectOf } from '../../../server/cryptography/index.ts';

const F = KeyFormatType;
const reasonOf = (run: () => unknown): string | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as CryptographicFailure).reason;
  }
};
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const dsa = generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 });
const dh: { publicKey: KeyObject; privateKey: KeyObject } = generateKeyPairSync(
  'dh' as 'x25519',
  { group: 'modp14' } as object,
);
const ed25519 = generateKeyPairSync('ed25519');
const ed448 = generateKeyPairSync('ed448');
const p384 = generateKeyPairSync('ec', { namedCurve: 'secp384r1' });

const spki = (key: KeyObject) =>
  (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'der', type: 'spki' }).toString('hex');

const rows: readonly [string, { publicKey: KeyObject; privateKey: KeyObject }, number[], number[]][] = [
  ['RSA', rsa, [F.PKCS_1, F.PKCS_8, F.TransparentRSAPrivateKey], [F.PKCS_1, F.X_509, F.TransparentRSAPublicKey]],
  ['DSA', dsa, [F.PKCS_8, F.TransparentDSAPrivateKey], [F.X_509, F.TransparentDSAPublicKey]],
  ['DH', dh, [F.PKCS_8, F.TransparentDHPrivateKey], [F.X_509, F.TransparentDHPublicKey]],
  ['Ed25519', ed25519, [F.PKCS_8, F.Raw], [F.X_509, F.Raw]],
  ['Ed448', ed448, [F.PKCS_8, F.Raw], [F.X_509, F.Raw]],
  [
    'P-384',
    p384,
    [F.PKCS_8, F.ECPrivateKey, F.TransparentECPrivateKey, F.TransparentECDSAPrivateKey],
    [F.X_509, F.TransparentECPublicKey, F.TransparentECDHPublicKey],
  ],
];
for (const [name, pair, ofPrivate, ofPublic] of rows)
  void t.test(`a ${name} key goes through each of its formats unchanged (2.1 §3.4 to §3.12)`, async t => {
    for (const format of ofPrivate) {
      const again = keyObjectOf(ObjectType.PrivateKey, keyBlockOf(pair.privateKey, format));
      t.equal(again.type, 'private', F.names.show(format));
      t.equal(spki(again), spki(pair.publicKey), F.names.show(format));
    }
    for (const format of ofPublic) {
      const again = keyObjectOf(ObjectType.PublicKey, keyBlockOf(pair.publicKey, format));
      t.equal(again.type, 'public', F.names.show(format));
      t.equal(spki(again), spki(pair.publicKey), F.names.show(format));
    }
  });

void t.test('every curve of the table is the one that OpenSSL means (SEC 2, RFC 5639)', async t => {
  for (const { name, curve } of curves) {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: name });
    const block = keyBlockOf(privateKey, F.TransparentECPrivateKey);
    t.match(block.keyValue, { keyMaterial: { recommendedCurve: curve } }, name);
    t.equal(spki(keyObjectOf(ObjectType.PrivateKey, block)), spki(publicKey), name);
  }
});

void t.test('an RSA private key is completed from what must be there at least (2.1 §3.7)', async t => {
  const whole = keyBlockOf(rsa.privateKey, F.TransparentRSAPrivateKey);
  const numbers = (whole.keyValue as { keyMaterial: Record<string, bigint> }).keyMaterial;
  const withOnly = (...names: string[]): KeyBlock =>
    ({ ...whole, keyValue: { keyMaterial: Object.fromEntries(names.map(n => [n, numbers[n]])) } }) as never;
  for (const names of [
    ['modulus', 'privateExponent'],
    ['modulus', 'privateExponent', 'publicExponent'],
    ['modulus', 'p', 'q', 'publicExponent'],
    ['modulus', 'p', 'q', 'privateExponent'],
  ]) {
    const key = keyObjectOf(ObjectType.PrivateKey, withOnly(...names));
    t.ok(verify('sha256', Buffer.from('m'), rsa.publicKey, sign('sha256', Buffer.from('m'), key)), names.join());
  }
  t.throws(() => keyObjectOf(ObjectType.PrivateKey, withOnly('modulus', 'publicExponent')), CryptographicFailure);
});

void t.test('what is no key is refused without telling its bytes', async t => {
  const block = (format: number, keyMaterial: unknown): KeyBlock =>
    ({ keyFormatType: format, keyValue: { keyMaterial } }) as never;
  const secret = Buffer.from('s3cr3t-material');
  for (const format of [F.PKCS_1, F.PKCS_8, F.ECPrivateKey])
    try {
      keyObjectOf(ObjectType.PrivateKey, block(format, secret));
      t.fail('not refused');
    } catch (error) {
      t.type(error, CryptographicFailure);
      t.equal((error as CryptographicFailure).reason, 'Cryptographic Failure');
      t.notMatch(String(error), /s3cr3t|733363/);
    }
  t.equal(
    reasonOf(() => keyObjectOf(ObjectType.SymmetricKey, { keyFormatType: F.Raw })),
    'Key Value Not Present',
  );
  t.equal(
    reasonOf(() => keyObjectOf(ObjectType.SymmetricKey, { keyFormatType: F.Raw, keyValue: secret })),
    'Key Value Not Present',
  );
  t.equal(
    reasonOf(() => keyBlockOf(rsa.publicKey, F.TransparentECPublicKey)),
    'Key Format Type Not Supported',
  );
});
