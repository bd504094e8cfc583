import t from 'tap';
import { BlockCipherMode, CryptographicAlgorithm, PaddingMethod } from '../../../kmip-codec/index.ts';
import { CryptographicFailure, decrypt, encrypt, encrypting } from '../../../server/cryptography/index.ts';

const hex = (text: string) => Buffer.from(text, 'hex');
const M = BlockCipherMode;
const AES = CryptographicAlgorithm.AES;
const random = (length: number) => Buffer.alloc(length, 9);
const key = hex('2b7e151628aed2a6abf7158809cf4f3c');
const iv = hex('000102030405060708090a0b0c0d0e0f');
const data = hex('6bc1bee22e409f96e93d7e117393172a');

void t.test('gives the first blocks of NIST SP 800-38A, appendix F, and takes them back', async t => {
  for (const [blockCipherMode, counter, expected] of [
    [M.ECB, undefined, '3ad77bb40d7a3660a89ecaf32466ef97'],
    [M.CBC, iv, '7649abac8119b246cee98e9b12e9197d'],
    [M.CFB, iv, '3b3fd92eb72dad20333449f8e83cfb4a'],
    [M.OFB, iv, '3b3fd92eb72dad20333449f8e83cfb4a'],
    [M.CTR, hex('f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff'), '874d6191b620e3261bef6864990db6ce'],
  ] as const) {
    const input = { parameters: { cryptographicAlgorithm: AES, blockCipherMode }, key, ivCounterNonce: counter };
    t.equal(encrypt({ ...input, data }, random).data.toString('hex'), expected, M.names.show(blockCipherMode));
    t.same(decrypt({ ...input, data: hex(expected) }), data, M.names.show(blockCipherMode));
  }
});

void t.test('authenticates with ChaCha20Poly1305 (RFC 8439 §2.8.2)', async t => {
  const input = {
    parameters: { cryptographicAlgorithm: CryptographicAlgorithm.ChaCha20Poly1305 },
    key: hex('808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f'),
    ivCounterNonce: hex('070000004041424344454647'),
    additionalData: hex('50515253c0c1c2c3c4c5c6c7'),
  };
  const text = Buffer.from(
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
  );
  const { data, authenticatedEncryptionTag: tag } = encrypt({ ...input, data: text }, random);
  t.equal(tag?.toString('hex'), '1ae10b594f09e26a7e902ecbd0600691');
  t.same(decrypt({ ...input, data, tag }), text);
  const wrong = Buffer.from(tag!);
  wrong[0]! ^= 1;
  t.throws(() => decrypt({ ...input, data, tag: wrong }), CryptographicFailure);
  t.throws(() => decrypt({ ...input, data }), CryptographicFailure);
});

void t.test('authenticates with GCM and CCM; the Tag Length is in bytes (NIST SP 800-38C, SP 800-38D)', async t => {
  const gcm = { parameters: { cryptographicAlgorithm: AES, blockCipherMode: M.GCM }, key: Buffer.alloc(16) };
  const input = { ...gcm, ivCounterNonce: Buffer.alloc(12), data: Buffer.alloc(16) };
  const { data, authenticatedEncryptionTag: tag } = encrypt(input, random);
  t.equal(
    data.toString('hex') + tag?.toString('hex'),
    '0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf',
  );
  const short = encrypt({ ...input, parameters: { ...gcm.parameters, tagLength: 12 } }, random);
  t.same(short.authenticatedEncryptionTag, tag?.subarray(0, 12));
  for (const tagLength of [1, 32, 128])
    t.throws(() => encrypt({ ...input, parameters: { ...gcm.parameters, tagLength } }, random), /12 to 16/);

  // SP 800-38C, example 2.
  const ccm = {
    parameters: { cryptographicAlgorithm: AES, blockCipherMode: M.CCM, tagLength: 12 },
    key: hex('404142434445464748494a4b4c4d4e4f'),
    ivCounterNonce: hex('1011121314151617'),
    additionalData: hex('000102030405060708090a0b0c0d0e0f'),
  };
  const plaintext = hex('202122232425262728292a2b2c2d2e2f');
  const made = encrypt({ ...ccm, data: plaintext }, random);
  t.same(decrypt({ ...ccm, data: made.data, tag: made.authenticatedEncryptionTag }), plaintext);
  t.equal(made.data.toString('hex'), 'd2a1f0e051ea5f62081a7792073d593d');
  t.throws(() => encrypting(ccm, random), /several parts/);
});

void t.test('ChaCha20 takes nonces of 12 bytes and of 8, and the counter to begin with (RFC 8439 §2.4.2)', async t => {
  const parameters = { cryptographicAlgorithm: CryptographicAlgorithm.ChaCha20, initialCounterValue: 1 };
  const input = {
    parameters,
    key: hex('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'),
    ivCounterNonce: hex('000000000000004a00000000'),
  };
  const text = Buffer.from('Ladies and Gentlemen of the class of ');
  t.equal(
    encrypt({ ...input, data: text.subarray(0, 16) }, random).data.toString('hex'),
    '6e2e359a2568f98041ba0728dd0d6981',
  );
  const old = { parameters: { cryptographicAlgorithm: CryptographicAlgorithm.ChaCha20 }, key: Buffer.alloc(32) };
  const zeros = { ...old, ivCounterNonce: Buffer.alloc(8), data: Buffer.alloc(16) };
  t.equal(encrypt(zeros, random).data.toString('hex'), '76b8e0ada0f13d90405d6ae55386bd28');
  t.throws(() => encrypt({ ...zeros, ivCounterNonce: Buffer.alloc(9) }, random), /must be 8 or 12/);
});

void t.test('wraps by RFC 3394 §4.1 and RFC 5649 §6, and takes it back', async t => {
  const kek = hex('000102030405060708090a0b0c0d0e0f');
  const wrap = { parameters: { cryptographicAlgorithm: AES, blockCipherMode: M.NISTKeyWrap }, key: kek };
  const keyData = hex('00112233445566778899aabbccddeeff');
  const wrapped = encrypt({ ...wrap, data: keyData }, random).data;
  t.equal(wrapped.toString('hex'), '1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5');
  t.same(decrypt({ ...wrap, data: wrapped }), keyData);
  const padded = {
    parameters: { cryptographicAlgorithm: AES, blockCipherMode: M.AESKeyWrapPadding },
    key: hex('5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8'),
  };
  const seven = encrypt({ ...padded, data: hex('466f7250617369') }, random).data;
  t.equal(seven.toString('hex'), 'afbeb0f07dfbf5419200f2ccb50bb24f');
  t.same(decrypt({ ...padded, data: seven }), hex('466f7250617369'));
});

void t.test('makes an IV when Random IV says so, and misses one otherwise', async t => {
  const parameters = {
    cryptographicAlgorithm: AES,
    blockCipherMode: M.CBC,
    paddingMethod: PaddingMethod.PKCS5,
    randomIV: true,
  } as const;
  const made = encrypt({ parameters, key, data: Buffer.from('odd') }, random);
  t.same(made.ivCounterNonce, random(16));
  t.same(decrypt({ parameters, key, data: made.data, ivCounterNonce: made.ivCounterNonce }).toString(), 'odd');
  t.throws(() => decrypt({ parameters, key, data: made.data }), /missing-iv/);
});

void t.test('refuses what OpenSSL does not carry instead of doing something else', async t => {
  for (const parameters of [
    { cryptographicAlgorithm: CryptographicAlgorithm.Twofish, blockCipherMode: M.CBC },
    { cryptographicAlgorithm: AES, blockCipherMode: M.PCBC },
    { cryptographicAlgorithm: AES },
    { cryptographicAlgorithm: AES, blockCipherMode: M.CBC, paddingMethod: PaddingMethod.SSL3 },
  ])
    t.throws(() => encrypt({ parameters, key, data, ivCounterNonce: iv }, random), /not supported/);
});
