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

/**
 * Data encrypted with an RSA public key by OAEP (RFC 8017 §7.1). Not by PKCS#1 v1.5: a server that decrypts that for whoever asks
 * is the oracle that its attackers need, and node:crypto refuses it. Throws CryptographicFailure: Unsupported Cryptographic
 * Parameters, Cryptographic Failure.
 */
export function encryptWithRsa(
  key: KeyObject,
  parameters: CryptographicParametersValue,
  data: Uint8Array,
  randomBytes: (length: number) => Buffer,
): Buffer {
  const oaep = oaepOf(key, parameters);
  return attempt('the data cannot be encrypted with this key', () =>
    oaep.hash !== oaep.maskHash
      ? oaepEncrypt(key, oaep, data, randomBytes)
      : publicEncrypt({ key, ...paddingOf(oaep) }, data),
  );
}

/** What `encryptWithRsa` was given. Throws as it does, with one message whatever is wrong with the data (RFC 8017 §7.1.2, note). */
export function decryptWithRsa(key: KeyObject, parameters: CryptographicParametersValue, data: Uint8Array): Buffer {
  const oaep = oaepOf(key, parameters);
  return attempt('the data cannot be decrypted with this key', () =>
    oaep.hash !== oaep.maskHash ? oaepDecrypt(key, oaep, data) : privateDecrypt({ key, ...paddingOf(oaep) }, data),
  );
}

/** A hash that is not given is SHA-1 (2.1 §4.16, 1.4 §3.6). */
function oaepOf(key: KeyObject, parameters: CryptographicParametersValue): OaepOptions {
  const { paddingMethod, maskGenerator = MaskGenerator.MGF1, pSource = new Uint8Array() } = parameters;
  const { hashingAlgorithm = SHA_1, maskGeneratorHashingAlgorithm = SHA_1 } = parameters;
  if (key.asymmetricKeyType !== 'rsa') throw unsupported('only keys of RSA encrypt');
  if (paddingMethod !== PaddingMethod.OAEP) throw unsupported('the Padding Method must be OAEP');
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
