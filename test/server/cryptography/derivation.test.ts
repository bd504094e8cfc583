import { createCipheriv, createECDH, createHmac, generateKeyPairSync, hkdfSync, type KeyObject } from 'node:crypto';
import t from 'tap';
import {
  BlockCipherMode,
  CryptographicAlgorithm,
  DerivationMethod,
  HashingAlgorithm,
  PaddingMethod,
  type CryptographicParametersValue,
} from '../../../kmip-codec/index.ts';
import { agree, CryptographicFailure, derive, type DerivationInput } from '../../../server/cryptography/index.ts';

const { SHA_1, SHA_256 } = HashingAlgorithm;
const { AES } = CryptographicAlgorithm;
const hex = (text: string) => Buffer.from(text, 'hex');
const range = (from: number, to: number) => Buffer.from(Array.from({ length: to - from }, (_, i) => from + i));

type Input = Partial<Omit<DerivationInput, 'data'>> & { readonly data?: Uint8Array | readonly Uint8Array[] };
const input = ({ data = [], ...more }: Input): DerivationInput => ({
  parameters: {},
  key: Buffer.alloc(0),
  data: data instanceof Uint8Array ? [data] : data,
  ...more,
});
const derived = async (method: number, bytes: number, given: Input) =>
  (await derive(method, input(given), bytes)).toString('hex');
async function refused(method: number, bytes: number, given: Input): Promise<string> {
  try {
    await derive(method, input(given), bytes);
    return 'derived';
  } catch (error) {
    if (error instanceof CryptographicFailure) return error.reason;
    throw error;
  }
}

t.test('PBKDF2 as in RFC 6070 and, with SHA-256, RFC 7914 §11', async t => {
  const rows: [password: string, salt: string, iterationCount: number, bytes: number, key: string][] = [
    ['password', 'salt', 1, 20, '0c60c80f961f0e71f3a9b524af6012062fe037a6'],
    ['password', 'salt', 4096, 20, '4b007901b765489abead49d926f721d065a429c1'],
    [
      'passwordPASSWORDpassword',
      'saltSALTsaltSALTsaltSALTsaltSALTsalt',
      4096,
      25,
      '3d2eec4fe41c849b80c8d83662c0e44a8b291a964cf2f07038',
    ],
    ['pass\0word', 'sa\0lt', 4096, 16, '56fa6aa75548099dcc37d7f03425e0c3'],
  ];
  const { PBKDF2 } = DerivationMethod;
  for (const [password, salt, iterationCount, bytes, expected] of rows)
    t.equal(
      await derived(PBKDF2, bytes, { key: Buffer.from(password), salt: Buffer.from(salt), iterationCount }),
      expected,
    );
  const sha256 = { key: Buffer.from('passwd'), salt: Buffer.from('salt'), iterationCount: 1 };
  const expected = '55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc';
  t.equal(await derived(PBKDF2, 32, { ...sha256, parameters: { hashingAlgorithm: SHA_256 } }), expected);
  const byAlgorithm = { cryptographicAlgorithm: CryptographicAlgorithm.HMAC_SHA256 };
  t.equal(await derived(PBKDF2, 32, { ...sha256, parameters: byAlgorithm }), expected, 'its function named as HMAC');
  for (const missing of [{ salt: undefined }, { iterationCount: undefined }, { iterationCount: 0 }])
    t.equal(await refused(PBKDF2, 20, { ...sha256, ...missing }), 'Invalid Field');
  t.equal(await refused(PBKDF2, 20, { ...sha256, iterationCount: 2 ** 31 - 1 }), 'Invalid Field', 'for minutes');
  t.equal(await refused(PBKDF2, 21, { ...sha256, iterationCount: 6_000_000 }), 'Invalid Field', 'two blocks');
});

t.test('HKDF as in RFC 5869 §A.1, §A.3 and §A.4, and as node:crypto has it', async t => {
  const { HKDF } = DerivationMethod;
  const first = { key: Buffer.alloc(22, 0x0b), salt: range(0, 13), data: range(0xf0, 0xfa) };
  t.equal(
    await derived(HKDF, 42, first),
    '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
    'SHA-256 unless another is named',
  );
  t.equal(
    await derived(HKDF, 42, { key: Buffer.alloc(22, 0x0b) }),
    '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
    'without salt and info',
  );
  t.equal(
    await derived(HKDF, 42, { ...first, key: Buffer.alloc(11, 0x0b), parameters: { hashingAlgorithm: SHA_1 } }),
    '085a01ea1b10f36933068b56efa5ad81a4f14b822f5b091568a9cdd4f155fda2c22e422478d305f3f896',
  );
  const longest = 255 * 32;
  t.equal(
    await derived(HKDF, longest, first),
    Buffer.from(hkdfSync('sha256', first.key, first.salt, first.data, longest)).toString('hex'),
  );
  t.equal(await refused(HKDF, longest + 1, first), 'Cryptographic Failure');
});

t.test('HASH of the key, HMAC of the data (RFC 4231 §4.3), the leftmost bytes of them', async t => {
  const { HASH, HMAC } = DerivationMethod;
  const parameters = { hashingAlgorithm: SHA_256 };
  const digest = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  t.equal(await derived(HASH, 32, { key: Buffer.from('abc'), parameters }), digest);
  t.equal(await derived(HASH, 16, { key: Buffer.from('abc'), parameters }), digest.slice(0, 32));
  t.equal(await refused(HASH, 33, { key: Buffer.from('abc'), parameters }), 'Cryptographic Failure');
  t.equal(await refused(HASH, 32, { key: Buffer.from('abc') }), 'Bad Cryptographic Parameters');
  const tiger = { hashingAlgorithm: HashingAlgorithm.Tiger };
  t.equal(await refused(HASH, 16, { parameters: tiger }), 'Unsupported Cryptographic Parameters');

  const jefe = { key: Buffer.from('Jefe'), data: Buffer.from('what do ya want for nothing?') };
  const mac = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
  t.equal(await derived(HMAC, 32, { ...jefe, parameters }), mac);
  const ofKey = { cryptographicAlgorithm: CryptographicAlgorithm.HMAC_SHA256, hashingAlgorithm: SHA_1 };
  t.equal(await derived(HMAC, 32, { ...jefe, parameters: ofKey }), mac, 'the algorithm of the key goes before');
  t.equal(await refused(HMAC, 33, { ...jefe, parameters }), 'Cryptographic Failure');
  t.equal(await refused(HMAC, 32, { key: jefe.key, parameters }), 'Invalid Field', 'no data');
  t.equal(await refused(HMAC, 32, { ...jefe, data: [jefe.data, jefe.data], parameters }), 'Invalid Field', 'twice');
});

t.test('ENCRYPT of the data (FIPS 197 §C.1); zeros in place of a missing Initialization Vector (1.4 §4.6)', async t => {
  const { ENCRYPT } = DerivationMethod;
  const given = { key: range(0, 16), data: hex('00112233445566778899aabbccddeeff') };
  const block = '69c4e0d86a7b0430d8cdb78070b4c55a';
  const mode = (blockCipherMode: CryptographicParametersValue['blockCipherMode'], more = {}) => ({
    parameters: { cryptographicAlgorithm: AES, blockCipherMode, ...more },
  });
  t.equal(await derived(ENCRYPT, 16, { ...given, ...mode(BlockCipherMode.ECB) }), block);
  const cbc = mode(BlockCipherMode.CBC);
  t.equal(await derived(ENCRYPT, 16, { ...given, ...cbc }), block, 'CBC with an IV of zeros');
  const initializationVector = range(7, 23);
  const cipher = createCipheriv('aes-128-cbc', given.key, initializationVector).setAutoPadding(false);
  t.equal(
    await derived(ENCRYPT, 16, { ...given, ...cbc, initializationVector }),
    cipher.update(given.data).toString('hex'),
  );
  t.equal(await refused(ENCRYPT, 17, { ...given, ...cbc }), 'Cryptographic Failure', 'longer than the ciphertext');
  const padded = mode(BlockCipherMode.CBC, { paddingMethod: PaddingMethod.PKCS5 });
  t.equal((await derived(ENCRYPT, 32, { ...given, ...padded })).slice(0, 32), block);
  t.equal(await refused(ENCRYPT, 3, { ...given, data: Buffer.alloc(3), ...cbc }), 'Cryptographic Failure');
  t.equal(
    await refused(ENCRYPT, 16, { ...given, parameters: { cryptographicAlgorithm: AES } }),
    'Unsupported Cryptographic Parameters',
    'no mode',
  );
});

/** NIST SP 800-108 once more, after its figures: `K(i)` of blocks before it, and the pipeline `A(i)`. */
function sp800108(kind: 'counter' | 'feedback' | 'pipeline', key: Buffer, data: Buffer, bytes: number, iv: Buffer) {
  const word = (value: number) => hex(value.toString(16).padStart(8, '0'));
  const mac = (...parts: Buffer[]) => createHmac('sha256', key).update(Buffer.concat(parts)).digest();
  const fixed = Buffer.concat([data, word(bytes * 8)]);
  let output = Buffer.alloc(0);
  let a = fixed;
  for (let i = 1, k = iv; output.length < bytes; i++, output = Buffer.concat([output, k])) {
    if (kind === 'counter') k = mac(word(i), fixed);
    if (kind === 'feedback') k = mac(k, word(i), fixed);
    if (kind === 'pipeline') k = mac((a = mac(a)), word(i), fixed);
  }
  return output.subarray(0, bytes).toString('hex');
}

t.test('NIST SP 800-108 in three modes, as OpenSSL has two of them, and as its figures show', async t => {
  const { NIST800_108_C, NIST800_108_F, NIST800_108_DPI } = DerivationMethod;
  const data = Buffer.from('label\0context');
  const given = { key: range(0, 32), data, parameters: { hashingAlgorithm: SHA_256 } };
  const seed = hex('00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff');
  // openssl kdf -keylen 72 -kdfopt mac:HMAC -kdfopt digest:SHA256 -kdfopt mode:counter … KBKDF
  t.equal(
    await derived(NIST800_108_C, 72, given),
    '25c26624944c5bbc10e420281ec50ce00406ba92fa6426f0f0e3b733af10f7ec3c9fa7acaa4f7e4585982238406ea4e1b7b9dc1363a8f19e36c3ed80beceddd0ba0dddd03d4ca05c',
  );
  t.equal(
    await derived(NIST800_108_F, 72, given),
    '25c26624944c5bbc10e420281ec50ce00406ba92fa6426f0f0e3b733af10f7ec4735094031fdb6a630efda6e2a65b581751d15841f8938ff0bafc6fcb10e14f2c4b623389bb140cb',
  );
  t.equal(
    await derived(NIST800_108_F, 72, { ...given, initializationVector: seed }),
    'c570b10ce8f8bdb3d27741fc7838446367abef5a10e0549102d0d79b5d14b8806d25b71767e99f2a1010c8ced0189190b93d7a689fe99181e968b215fc7b80956bf2b541a839cc22',
  );
  const cmac = { cryptographicAlgorithm: AES, blockCipherMode: BlockCipherMode.CMAC };
  t.equal(
    await derived(NIST800_108_C, 40, { ...given, parameters: cmac }),
    'f14b2590d159191e74c966b0ccefd4e8acc21dac50a6b9816be8a8b591834af5291ae4253390327d',
  );
  for (const bytes of [1, 32, 33, 100]) {
    const none = Buffer.alloc(0);
    t.equal(await derived(NIST800_108_C, bytes, given), sp800108('counter', given.key, data, bytes, none));
    t.equal(await derived(NIST800_108_F, bytes, given), sp800108('feedback', given.key, data, bytes, none));
    t.equal(
      await derived(NIST800_108_F, bytes, { ...given, initializationVector: seed }),
      sp800108('feedback', given.key, data, bytes, seed),
    );
    t.equal(await derived(NIST800_108_DPI, bytes, given), sp800108('pipeline', given.key, data, bytes, none));
  }
  t.equal(await refused(NIST800_108_C, 8, { ...given, parameters: {} }), 'Unsupported Cryptographic Parameters');
  t.equal(await refused(NIST800_108_C, 8, { ...given, data: [] }), 'Invalid Field', 'no data');
});

t.test('the signing key of AWS Signature Version 4, as its manual shows it', async t => {
  const { AWSSignatureVersion4 } = DerivationMethod;
  const key = Buffer.from('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
  const data = ['20150830', 'us-east-1', 'iam'].map(one => Buffer.from(one));
  t.equal(
    await derived(AWSSignatureVersion4, 32, { key, data }),
    'c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9',
  );
  t.equal(await refused(AWSSignatureVersion4, 32, { key, data: data.slice(1) }), 'Invalid Field');
});

t.test('a method that nobody knows', async t => {
  t.equal(await refused(0x80000001, 16, {}), 'Unsupported Cryptographic Parameters');
});

t.test('Asymmetric Key: both sides agree on one secret (SP 800-56A §5.7.1.2, RFC 7748)', async t => {
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ecdh = createECDH('prime256v1');
  const { d } = own.privateKey.export({ format: 'jwk' });
  const { x, y } = other.publicKey.export({ format: 'jwk' });
  ecdh.setPrivateKey(d!, 'base64url');
  const point = Buffer.concat([Buffer.of(4), Buffer.from(x!, 'base64url'), Buffer.from(y!, 'base64url')]);
  const secret = ecdh.computeSecret(point).toString('hex');
  t.equal(agree(own.privateKey, other.publicKey, 32).toString('hex'), secret);
  t.equal(agree(other.privateKey, own.publicKey, 16).toString('hex'), secret.slice(0, 32));

  const [first, second] = [generateKeyPairSync('x25519'), generateKeyPairSync('x25519')];
  t.same(agree(first.privateKey, second.publicKey, 32), agree(second.privateKey, first.publicKey, 32));

  const reason = (privateKey: KeyObject, publicKey: KeyObject, bytes = 16) => {
    try {
      agree(privateKey, publicKey, bytes);
      return 'agreed';
    } catch (error) {
      return (error as CryptographicFailure).reason;
    }
  };
  t.equal(reason(own.privateKey, other.publicKey, 33), 'Cryptographic Failure', 'more than there is');
  t.equal(
    reason(own.privateKey, generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey),
    'Cryptographic Failure',
  );
  t.equal(reason(own.privateKey, first.publicKey), 'Unsupported Cryptographic Parameters');
  const signing = generateKeyPairSync('ed25519');
  t.equal(reason(signing.privateKey, signing.publicKey), 'Unsupported Cryptographic Parameters');
});
