import t from 'tap';
import { BlockCipherMode, CryptographicAlgorithm, PaddingMethod } from '../../../kmip-codec/index.ts';
import { CryptographicFailure, decrypt, encrypt } from '../../../server/cryptography/index.ts';

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
