import { createCipheriv, createDecipheriv, getCiphers, type CipherGCM, type DecipherGCM } from 'node:crypto';
import {
  BlockCipherMode,
  CryptographicAlgorithm,
  PaddingMethod,
  type CryptographicParametersValue,
} from '../../kmip-codec/index.ts';
import { attempt, CryptographicFailure } from './failure.ts';

export interface Encrypted {
  readonly data: Buffer;
  /** Present when it was made here. */
  readonly ivCounterNonce?: Uint8Array;
  readonly authenticatedEncryptionTag?: Buffer;
}
export interface CipherInput {
  readonly parameters: CryptographicParametersValue;
  readonly key: Buffer;
  readonly data: Uint8Array;
  readonly ivCounterNonce?: Uint8Array | undefined;
  readonly additionalData?: Uint8Array | undefined;
}

/**
 * Data encrypted with a symmetric key by its Cryptographic Parameters: ECB, CBC, CFB, OFB, CTR, GCM of the block ciphers that
 * OpenSSL has, and ChaCha20Poly1305 (RFC 8439). Throws CryptographicFailure: Unsupported Cryptographic Parameters, Missing
 * Initialization Vector, Cryptographic Failure.
 */
export function encrypt(input: CipherInput, randomBytes: (length: number) => Buffer): Encrypted {
  const { parameters, key, data, additionalData } = input;
  const cipher = cipherOf(parameters, key);
  const made = cipher.ivBytes > 0 && input.ivCounterNonce === undefined && parameters.randomIV === true;
  const iv = made ? randomBytes(cipher.ivBytes) : ivOf(cipher, input.ivCounterNonce);
  return attempt('the data cannot be encrypted with this key', () => {
    const work = createCipheriv(cipher.name, key, iv, cipher.options as object) as CipherGCM;
    work.setAutoPadding(cipher.isPadded);
    if (additionalData !== undefined && cipher.tagBytes > 0) work.setAAD(additionalData);
    const encrypted = Buffer.concat([work.update(data), work.final()]);
    return {
      data: encrypted,
      ...(made && { ivCounterNonce: iv! }),
      ...(cipher.tagBytes > 0 && { authenticatedEncryptionTag: work.getAuthTag() }),
    };
  });
}

/** What `encrypt` was given. Throws as it does; a tag that does not fit is a Cryptographic Failure and no data leaves. */
export function decrypt(input: CipherInput & { readonly tag?: Uint8Array | undefined }): Buffer {
  const { parameters, key, data, additionalData, tag } = input;
  const cipher = cipherOf(parameters, key);
  const iv = ivOf(cipher, input.ivCounterNonce);
  if (cipher.tagBytes > 0 && tag?.length !== cipher.tagBytes)
    throw new CryptographicFailure(
      'Cryptographic Failure',
      `an Authenticated Encryption Tag of ${tag?.length ?? 0} bytes, must be ${cipher.tagBytes}`,
    );
  return attempt('the data cannot be decrypted with this key', () => {
    const work = createDecipheriv(cipher.name, key, iv, cipher.options as object) as DecipherGCM;
    work.setAutoPadding(cipher.isPadded);
    if (cipher.tagBytes > 0) work.setAuthTag(tag!);
    if (additionalData !== undefined && cipher.tagBytes > 0) work.setAAD(additionalData);
    return Buffer.concat([work.update(data), work.final()]);
  });
}

interface Cipher {
  readonly name: string;
  readonly ivBytes: number;
  readonly isPadded: boolean;
  /** 0 when it does not authenticate. */
  readonly tagBytes: number;
  readonly options: { authTagLength?: number };
}

/** OpenSSL's words for block ciphers; the length of the key follows where there are several. */
const families: ReadonlyMap<number, string> = new Map([
  [CryptographicAlgorithm.AES, 'aes'],
  [CryptographicAlgorithm.Camellia, 'camellia'],
  [CryptographicAlgorithm.ARIA, 'aria'],
]);
const modes: ReadonlyMap<number, string> = new Map([
  [BlockCipherMode.ECB, 'ecb'],
  [BlockCipherMode.CBC, 'cbc'],
  [BlockCipherMode.CFB, 'cfb'],
  [BlockCipherMode.OFB, 'ofb'],
  [BlockCipherMode.CTR, 'ctr'],
  [BlockCipherMode.GCM, 'gcm'],
]);

function cipherOf(parameters: CryptographicParametersValue, key: Buffer): Cipher {
  const { cryptographicAlgorithm: algorithm, blockCipherMode: mode, paddingMethod, tagLength = 128 } = parameters;
  if (algorithm === CryptographicAlgorithm.ChaCha20Poly1305) {
    if (key.length !== 32) throw unsupported(parameters);
    return { name: 'chacha20-poly1305', ivBytes: 12, isPadded: false, tagBytes: 16, options: { authTagLength: 16 } };
  }
  const word = mode === undefined ? undefined : modes.get(mode);
  const family = algorithm === undefined ? undefined : families.get(algorithm);
  const isTripleDes = algorithm === CryptographicAlgorithm.DES3;
  if (word === undefined || !(family !== undefined || isTripleDes)) throw unsupported(parameters);
  const name = isTripleDes
    ? `${key.length === 16 ? 'des-ede' : 'des-ede3'}-${word}`
    : `${family}-${key.length * 8}-${word}`;
  if (!getCiphers().includes(name)) throw unsupported(parameters);
  const isBlockwise = word === 'ecb' || word === 'cbc';
  const isPadded = paddingMethod === PaddingMethod.PKCS5;
  if (paddingMethod !== undefined && paddingMethod !== PaddingMethod.None && !(isPadded && isBlockwise))
    throw unsupported(parameters);
  const blockBytes = isTripleDes ? 8 : 16;
  if (word !== 'gcm') return { name, ivBytes: word === 'ecb' ? 0 : blockBytes, isPadded, tagBytes: 0, options: {} };
  if (![128, 120, 112, 104, 96].includes(tagLength)) throw unsupported(parameters);
  return { name, ivBytes: 12, isPadded, tagBytes: tagLength / 8, options: { authTagLength: tagLength / 8 } };
}

/** GCM takes a nonce of any length (NIST SP 800-38D §5.2.1.1), the others one of their own. */
function ivOf({ ivBytes, name }: Cipher, given: Uint8Array | undefined): Uint8Array | null {
  if (ivBytes === 0) return null;
  if (given === undefined)
    throw new CryptographicFailure('Missing Initialization Vector', 'missing-iv: the mode needs an IV/Counter/Nonce');
  if (given.length === 0 || (!name.endsWith('gcm') && given.length !== ivBytes))
    throw new CryptographicFailure(
      'Cryptographic Failure',
      `an IV/Counter/Nonce of ${given.length} bytes, must be ${ivBytes}`,
    );
  return given;
}

const unsupported = ({ cryptographicAlgorithm, blockCipherMode, paddingMethod }: CryptographicParametersValue) =>
  new CryptographicFailure(
    'Unsupported Cryptographic Parameters',
    `${shown(CryptographicAlgorithm.names, cryptographicAlgorithm)} in mode ${shown(BlockCipherMode.names, blockCipherMode)} with padding ${shown(PaddingMethod.names, paddingMethod)} and a key of this length is not supported`,
  );
const shown = (names: { show(value: number): string }, value: number | undefined): string =>
  value === undefined ? 'not given' : names.show(value);
