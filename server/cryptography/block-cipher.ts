import { createCipheriv, createDecipheriv, type CipherGCM, type DecipherGCM } from 'node:crypto';
import type { CryptographicParametersValue } from '../../kmip-codec/index.ts';
import { cipherOf, type Cipher } from './ciphers.ts';
import { attempt, CryptographicFailure } from './failure.ts';

export interface Encrypted {
  readonly data: Buffer;
  /** Present when it was made here. */
  readonly ivCounterNonce?: Uint8Array;
  readonly authenticatedEncryptionTag?: Buffer;
}
export interface CipherKey {
  readonly parameters: CryptographicParametersValue;
  readonly key: Buffer;
  readonly ivCounterNonce?: Uint8Array | undefined;
  readonly additionalData?: Uint8Array | undefined;
}
export interface CipherInput extends CipherKey {
  readonly data: Uint8Array;
}

/** Data that is encrypted or decrypted part by part. After an error nothing more can be done with it. */
export interface Ciphering {
  /** Made here. */
  readonly ivCounterNonce?: Uint8Array;
  update(data: Uint8Array): Buffer;
  /** The last part, with the tag where the mode has one. `tag` is what a decryption must find. */
  final(data: Uint8Array, tag?: Uint8Array): Omit<Encrypted, 'ivCounterNonce'>;
}

/** What is held back of an authenticated message in several parts until its tag is seen, in bytes. */
const HELD_BYTES_MAX = 4 * 1024 * 1024;

/**
 * Begins to encrypt with a symmetric key by its Cryptographic Parameters: the modes and block ciphers that OpenSSL has, ChaCha20
 * and ChaCha20Poly1305 (RFC 8439). Throws CryptographicFailure, as its methods do: Unsupported Cryptographic Parameters, Missing
 * Initialization Vector, Cryptographic Failure. `isOnly` says that all data come with `final`.
 */
export function encrypting(input: CipherKey, randomBytes: (length: number) => Buffer, isOnly = false): Ciphering {
  const { parameters, key, additionalData } = input;
  const cipher = cipherOf(parameters, key);
  const made = cipher.ivBytes > 0 && input.ivCounterNonce === undefined && parameters.randomIV === true;
  const given = made ? randomBytes(cipher.ivBytes) : input.ivCounterNonce;
  const iv = cipher.iv(given);
  checkWhole(cipher, isOnly);
  const failure = 'the data cannot be encrypted with this key';
  const work = attempt(failure, () => {
    const begun = createCipheriv(cipher.name, key, iv, optionsOf(cipher)) as CipherGCM;
    begun.setAutoPadding(cipher.isPadded);
    return begun;
  });
  const authenticate = (bytes: number) => {
    if (additionalData !== undefined && cipher.tagBytes > 0) work.setAAD(additionalData, { plaintextLength: bytes });
  };
  if (!cipher.needsLength) attempt(failure, () => authenticate(0));
  return {
    ...(made && { ivCounterNonce: given! }),
    update: data => attempt(failure, () => work.update(data)),
    final: data =>
      attempt(failure, () => {
        if (cipher.needsLength) authenticate(data.length);
        const last = Buffer.concat([work.update(data), work.final()]);
        return { data: last, ...(cipher.tagBytes > 0 && { authenticatedEncryptionTag: work.getAuthTag() }) };
      }),
  };
}

/**
 * Begins to decrypt what `encrypting` made. Throws as it does; a tag that does not fit is a Cryptographic Failure. Nothing of an
 * authenticated message leaves before its tag is seen: it all comes with the last part.
 */
export function decrypting(input: CipherKey, isOnly = false): Ciphering {
  const { parameters, key, additionalData } = input;
  const cipher = cipherOf(parameters, key);
  const iv = cipher.iv(input.ivCounterNonce);
  checkWhole(cipher, isOnly);
  const failure = 'the data cannot be decrypted with this key';
  const begin = () => {
    const begun = createDecipheriv(cipher.name, key, iv, optionsOf(cipher)) as DecipherGCM;
    begun.setAutoPadding(cipher.isPadded);
    return begun;
  };
  if (cipher.tagBytes === 0) {
    const work = attempt(failure, begin);
    return {
      update: data => attempt(failure, () => work.update(data)),
      final: data => attempt(failure, () => ({ data: Buffer.concat([work.update(data), work.final()]) })),
    };
  }
  const held: Uint8Array[] = [];
  let bytes = 0;
  const hold = (data: Uint8Array): void => {
    bytes += data.length;
    if (held.length > 0 && bytes > HELD_BYTES_MAX)
      throw new CryptographicFailure('Server Limit Exceeded', `more than ${HELD_BYTES_MAX} bytes with one tag`);
    held.push(data);
  };
  return {
    update(data) {
      hold(data);
      return Buffer.alloc(0);
    },
    final(data, tag) {
      hold(data);
      if (tag?.length !== cipher.tagBytes)
        throw new CryptographicFailure(
          'Cryptographic Failure',
          `an Authenticated Encryption Tag of ${tag?.length ?? 0} bytes, must be ${cipher.tagBytes}`,
        );
      return attempt(failure, () => {
        const work = begin();
        work.setAuthTag(tag);
        if (additionalData !== undefined) work.setAAD(additionalData, { plaintextLength: bytes });
        return { data: Buffer.concat([work.update(Buffer.concat(held)), work.final()]) };
      });
    },
  };
}

/** All at once. Throws as `encrypting` does. */
export function encrypt(input: CipherInput, randomBytes: (length: number) => Buffer): Encrypted {
  const work = encrypting(input, randomBytes, true);
  const { ivCounterNonce } = work;
  return { ...work.final(input.data), ...(ivCounterNonce !== undefined && { ivCounterNonce }) };
}

/** What `encrypt` was given. Throws as `decrypting` does. */
export const decrypt = (input: CipherInput & { readonly tag?: Uint8Array | undefined }): Buffer =>
  decrypting(input, true).final(input.data, input.tag).data;

const optionsOf = ({ tagBytes }: Cipher): object => (tagBytes > 0 ? { authTagLength: tagBytes } : {});

function checkWhole({ isWhole, name }: Cipher, isOnly: boolean): void {
  if (isWhole && !isOnly)
    throw new CryptographicFailure('Unsupported Cryptographic Parameters', `${name} takes no data in several parts`);
}
