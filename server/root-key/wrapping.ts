import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { RandomBytes } from '../randomness.ts';
import { RootKeyError } from './error.ts';

/** Bytes of every key that wraps: AES-256. */
export const WRAPPING_KEY_BYTES = 32;

const FORMAT = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + NONCE_BYTES;

/** What `wrap` adds to the plaintext. */
export const WRAPPING_OVERHEAD_BYTES = HEAD_BYTES + TAG_BYTES;

/**
 * Wraps `plaintext` with AES-256-GCM. The result is: format (1 byte, 1), nonce (12 bytes), ciphertext (as long as the
 * plaintext), tag (16 bytes). `context` says what is wrapped; it is not in the result, and only who names it again can unwrap.
 *
 * A random 96-bit nonce is safe for 2^32 wrappings under one key (NIST SP 800-38D §8.3); each vault has a key of its own.
 */
export function wrap(
  key: Uint8Array,
  context: readonly string[],
  plaintext: Uint8Array,
  randomBytes: RandomBytes,
): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  if (nonce.length !== NONCE_BYTES) throw new RootKeyError(`nonce has ${nonce.length} bytes, must have ${NONCE_BYTES}`);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associatedData(context));
  return Buffer.concat([Uint8Array.of(FORMAT), nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/**
 * The plaintext of what `wrap` made with the same key and context, in a buffer of its own that the caller wipes.
 * Throws RootKeyError for another key, another context, any changed bit and any other format: never garbage.
 */
export function unwrap(key: Uint8Array, context: readonly string[], wrapped: Uint8Array): Buffer {
  if (wrapped.length < WRAPPING_OVERHEAD_BYTES || wrapped[0] !== FORMAT) throw cannotUnwrap(context);
  const decipher = createDecipheriv('aes-256-gcm', key, wrapped.subarray(1, HEAD_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(associatedData(context));
  decipher.setAuthTag(wrapped.subarray(-TAG_BYTES));
  const plaintext = decipher.update(wrapped.subarray(HEAD_BYTES, -TAG_BYTES));
  try {
    decipher.final();
  } catch (cause) {
    wipe(plaintext);
    throw cannotUnwrap(context, cause);
  }
  return plaintext;
}

/** Overwrites a buffer that held a secret with zeros. */
export function wipe(buffer: Uint8Array): void {
  buffer.fill(0);
}

/** Format byte and every part behind its length (32 bits, big-endian, in bytes of UTF-8), so that no two contexts read alike. */
function associatedData(context: readonly string[]): Buffer {
  const parts = [Buffer.of(FORMAT)];
  for (const part of context) {
    const text = Buffer.from(part, 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(text.length);
    parts.push(length, text);
  }
  return Buffer.concat(parts);
}

const cannotUnwrap = (context: readonly string[], cause?: unknown) =>
  new RootKeyError(
    `${context.join(' ')} cannot be unwrapped: it was wrapped by another key, for something else, or was changed`,
    {
      cause,
    },
  );
