import { HashingAlgorithm } from '../../kmip-codec/index.ts';

/** OpenSSL's word for a Hashing Algorithm; undefined for those that it does not have, or only among its legacy ones. */
export const hashNameOf = (hashingAlgorithm: number | undefined): string | undefined =>
  hashingAlgorithm === undefined ? undefined : names.get(hashingAlgorithm);

const names: ReadonlyMap<number, string> = new Map([
  [HashingAlgorithm.MD5, 'md5'],
  [HashingAlgorithm.SHA_1, 'sha1'],
  [HashingAlgorithm.SHA_224, 'sha224'],
  [HashingAlgorithm.SHA_256, 'sha256'],
  [HashingAlgorithm.SHA_384, 'sha384'],
  [HashingAlgorithm.SHA_512, 'sha512'],
  [HashingAlgorithm.RIPEMD_160, 'ripemd160'],
  [HashingAlgorithm.SHA_512_224, 'sha512-224'],
  [HashingAlgorithm.SHA_512_256, 'sha512-256'],
  [HashingAlgorithm.SHA3_224, 'sha3-224'],
  [HashingAlgorithm.SHA3_256, 'sha3-256'],
  [HashingAlgorithm.SHA3_384, 'sha3-384'],
  [HashingAlgorithm.SHA3_512, 'sha3-512'],
]);
