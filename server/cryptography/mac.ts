import { createCipheriv, createHmac } from 'node:crypto';
import {
  BlockCipherMode,
  CryptographicAlgorithm as Algorithm,
  type CryptographicParametersValue,
} from '../../kmip-codec/index.ts';
import { CryptographicFailure } from './failure.ts';
import { hashNameOf } from './hashes.ts';

/**
 * The MAC of data with a key: an HMAC (RFC 2104) by the algorithm, or by the Hashing Algorithm of the parameters, or CMAC of AES
 * (RFC 4493). Throws CryptographicFailure 'Unsupported Cryptographic Parameters'.
 */
export function macOf(parameters: CryptographicParametersValue, key: Buffer, data: readonly Uint8Array[]): Buffer {
  const { cryptographicAlgorithm, blockCipherMode, hashingAlgorithm } = parameters;
  if (blockCipherMode === BlockCipherMode.CMAC) return cmac(parameters, key, Buffer.concat(data));
  const hash = hmacHashOf(cryptographicAlgorithm) ?? hashNameOf(hashingAlgorithm);
  if (hash === undefined)
    throw new CryptographicFailure(
      'Unsupported Cryptographic Parameters',
      'neither an HMAC as Cryptographic Algorithm, nor a Hashing Algorithm, nor CMAC is among the parameters',
    );
  const work = createHmac(hash, key);
  for (const part of data) work.update(part);
  return work.digest();
}

/** OpenSSL's word for the hash of an HMAC that is a Cryptographic Algorithm; undefined for every other algorithm. */
export const hmacHashOf = (algorithm: number | undefined): string | undefined =>
  algorithm === undefined ? undefined : hmacs.get(algorithm);

const hmacs: ReadonlyMap<number, string> = new Map([
  [Algorithm.HMAC_MD5, 'md5'],
  [Algorithm.HMAC_SHA1, 'sha1'],
  [Algorithm.HMAC_SHA224, 'sha224'],
  [Algorithm.HMAC_SHA256, 'sha256'],
  [Algorithm.HMAC_SHA384, 'sha384'],
  [Algorithm.HMAC_SHA512, 'sha512'],
  [Algorithm.HMAC_SHA3_224, 'sha3-224'],
  [Algorithm.HMAC_SHA3_256, 'sha3-256'],
  [Algorithm.HMAC_SHA3_384, 'sha3-384'],
  [Algorithm.HMAC_SHA3_512, 'sha3-512'],
]);

const BLOCK = 16;

/** RFC 4493 §2.4, on CBC: node:crypto has no CMAC. */
function cmac({ cryptographicAlgorithm }: CryptographicParametersValue, key: Buffer, data: Buffer): Buffer {
  if (cryptographicAlgorithm !== Algorithm.AES || ![16, 24, 32].includes(key.length))
    throw new CryptographicFailure('Unsupported Cryptographic Parameters', 'CMAC is supported with AES');
  const cbc = (bytes: Buffer): Buffer => {
    const work = createCipheriv(`aes-${key.length * 8}-cbc`, key, Buffer.alloc(BLOCK)).setAutoPadding(false);
    return Buffer.concat([work.update(bytes), work.final()]);
  };
  const first = doubled(cbc(Buffer.alloc(BLOCK)));
  const isWhole = data.length > 0 && data.length % BLOCK === 0;
  const padded = isWhole ? Buffer.from(data) : Buffer.concat([data, Buffer.of(0x80)]);
  const blocks = Buffer.alloc(Math.ceil(padded.length / BLOCK) * BLOCK);
  padded.copy(blocks);
  const subkey = isWhole ? first : doubled(first);
  const last = blocks.subarray(-BLOCK);
  for (let i = 0; i < BLOCK; i++) last[i]! ^= subkey[i]!;
  return cbc(blocks).subarray(-BLOCK);
}

/** Times x in GF(2^128) (RFC 4493 §2.3). */
function doubled(block: Buffer): Buffer {
  const result = Buffer.alloc(BLOCK);
  for (let i = 0; i < BLOCK; i++) result[i] = (block[i]! << 1) | ((block[i + 1] ?? 0) >> 7);
  if (block[0]! & 0x80) result[BLOCK - 1]! ^= 0x87;
  return result;
}
