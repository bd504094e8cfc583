import { constants, privateDecrypt, publicEncrypt, type KeyObject } from 'node:crypto';
import {
  HashingAlgorithm,
  MaskGenerator,
  PaddingMethod,
  type CryptographicParametersValue,
} from '../../kmip-codec/index.ts';
import { attempt, CryptographicFailure } from './failure.ts';
import { hashNameOf } from './hashes.ts';
import { oaepDecrypt, oaepEncrypt, type OaepOptions } from './oaep.ts';
import { pkcs1Decrypt } from './pkcs1-decrypt.ts';

/**
 * Data encrypted with an RSA public key by OAEP or PKCS#1 v1.5 (RFC 8017 §7.1, §7.2). Throws CryptographicFailure: Unsupported
 * Cryptographic Parameters, Cryptographic Failure.
 */
export function encryptWithRsa(
  key: KeyObject,
  parameters: CryptographicParametersValue,
  data: Uint8Array,
  randomBytes: (length: number) => Buffer,
): Buffer {
  const oaep = oaepOf(key, parameters);
  return attempt('the data cannot be encrypted with this key', () => {
    if (oaep === undefined) return publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, data);
    if (oaep.hash !== oaep.maskHash) return oaepEncrypt(key, oaep, data, randomBytes);
    return publicEncrypt({ key, ...paddingOf(oaep) }, data);
  });
}

/**
 * What `encryptWithRsa` was given. Throws as it does, with one message whatever is wrong with the data (RFC 8017 §7.1.2, note); a
 * wrong padding of PKCS#1 v1.5 gives other data.
 */
export function decryptWithRsa(key: KeyObject, parameters: CryptographicParametersValue, data: Uint8Array): Buffer {
  const oaep = oaepOf(key, parameters);
  return attempt('the data cannot be decrypted with this key', () => {
    if (oaep === undefined) return pkcs1Decrypt(key, data);
    if (oaep.hash !== oaep.maskHash) return oaepDecrypt(key, oaep, data);
    return privateDecrypt({ key, ...paddingOf(oaep) }, data);
  });
}

/** Undefined for PKCS#1 v1.5. A hash that is not given is SHA-1 (2.1 §4.16, 1.4 §3.6). */
function oaepOf(key: KeyObject, parameters: CryptographicParametersValue): OaepOptions | undefined {
  const { paddingMethod, maskGenerator = MaskGenerator.MGF1, pSource = new Uint8Array() } = parameters;
  const { hashingAlgorithm = SHA_1, maskGeneratorHashingAlgorithm = SHA_1 } = parameters;
  if (key.asymmetricKeyType !== 'rsa') throw unsupported('only keys of RSA encrypt');
  if (paddingMethod === PaddingMethod.PKCS1V1_5) return undefined;
  if (paddingMethod !== PaddingMethod.OAEP) throw unsupported('the Padding Method must be OAEP or PKCS1 v1.5');
  const hash = hashNameOf(hashingAlgorithm);
  const maskHash = hashNameOf(maskGeneratorHashingAlgorithm);
  if (hash === undefined || maskHash === undefined)
    throw unsupported('the Hashing Algorithm is not supported with OAEP');
  if (maskGenerator !== MaskGenerator.MGF1) throw unsupported('the Mask Generator must be MGF1');
  return { hash, maskHash, label: pSource };
}

const { SHA_1 } = HashingAlgorithm;

const paddingOf = ({ hash, label }: OaepOptions) => ({
  padding: constants.RSA_PKCS1_OAEP_PADDING,
  oaepHash: hash,
  ...(label.length > 0 && { oaepLabel: label }),
});

const unsupported = (message: string) => new CryptographicFailure('Unsupported Cryptographic Parameters', message);
