import { createHash, timingSafeEqual } from 'node:crypto';
import { closeSync, constants, fstatSync, fsyncSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { RandomBytes } from '../randomness.ts';
import { RootKeyError } from './error.ts';
import { RootKeyInMemory, type RootKey } from './root-key.ts';
import { wipe, WRAPPING_KEY_BYTES } from './wrapping.ts';

/**
 * The file is three lines of text: what it is and in which format, the key in base64, and a checksum (the first 8 bytes of
 * SHA-256 over the domain and the key, in hex), which tells a damaged file from a wrong one before anything is unwrapped.
 */
const FIRST_LINE = 'kmipd root key, format 1';
const CHECKSUM_DOMAIN = 'kmipd root key checksum';
const CHECKSUM_BYTES = 8;

/** Far more than the three lines have; a longer file is something else. */
const FILE_BYTES_MAX = 1024;
const OTHERS = 0o077;

/**
 * Makes a root key file with 32 bytes from `randomBytes`, for its owner's eyes only (mode 0600), and returns when file and
 * folder entry are durable. Throws RootKeyError when the file exists (it is never overwritten) or cannot be written.
 */
export function createRootKeyFile(path: string, randomBytes: RandomBytes): void {
  const key = randomBytes(WRAPPING_KEY_BYTES);
  if (key.length !== WRAPPING_KEY_BYTES) {
    throw new RootKeyError(`root key has ${key.length} bytes, must have ${WRAPPING_KEY_BYTES}`);
  }
  const text = Buffer.from(`${FIRST_LINE}\n${base64(key)}\nchecksum ${checksum(key).toString('hex')}\n`);
  try {
    writeDurably(path, text);
  } finally {
    wipe(text);
    wipe(key);
  }
}

/**
 * The root key of a file that `createRootKeyFile` made. Throws RootKeyError, saying what is wrong and never what was read, when
 * the file is missing, may be read or written by group or others, or is damaged. `randomBytes` makes nonces.
 */
export function loadRootKey(path: string, randomBytes: RandomBytes): RootKey {
  const text = readPrivately(path);
  let key: Buffer | undefined;
  try {
    key = parse(path, text);
    return new RootKeyInMemory(key, randomBytes);
  } finally {
    wipe(text);
    if (key) wipe(key);
  }
}

function parse(path: string, text: Buffer): Buffer {
  const [first, keyText, checksumText, ...rest] = text.toString('latin1').split('\n');
  if (first !== FIRST_LINE) {
    throw new RootKeyError(`${path} is not a root key file of this version: its first line is not '${FIRST_LINE}'`);
  }
  const key = Buffer.from(keyText ?? '', 'base64');
  // Buffer.from skips what is not base64, so a damaged line shows only when it is compared with the line it should be.
  const isWhole = key.length === WRAPPING_KEY_BYTES && base64(key) === keyText && rest.join() === '';
  const found = Buffer.from(/^checksum ([0-9a-f]{16})$/.exec(checksumText ?? '')?.[1] ?? '', 'hex');
  if (!isWhole || found.length !== CHECKSUM_BYTES || !timingSafeEqual(found, checksum(key))) {
    const length = key.length;
    wipe(key);
    const reason =
      length === WRAPPING_KEY_BYTES ? 'its checksum does not fit' : `its key has ${length} bytes, must have 32`;
    throw new RootKeyError(`root key file ${path} is damaged: ${reason}; restore it from a backup`);
  }
  return key;
}

function readPrivately(path: string): Buffer {
  const file = attempt(`root key file ${path} cannot be read`, () => openSync(path, 'r'));
  try {
    const { mode, size } = fstatSync(file);
    if ((mode & OTHERS) !== 0) {
      const octal = (mode & 0o777).toString(8).padStart(4, '0');
      throw new RootKeyError(`root key file ${path} has mode ${octal}, must be 0600: run chmod 600 ${path}`);
    }
    if (size > FILE_BYTES_MAX) throw new RootKeyError(`root key file ${path} is damaged: it has ${size} bytes`);
    const text = Buffer.alloc(size);
    const length = attempt(`root key file ${path} cannot be read`, () => readSync(file, text, 0, size, 0));
    return text.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

function writeDurably(path: string, text: Buffer): void {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
  const file = attempt(`root key file ${path} cannot be created`, () => openSync(path, flags, 0o600));
  try {
    attempt(`root key file ${path} cannot be written`, () => {
      if (writeSync(file, text) !== text.length) throw new Error('no room for the whole file');
      fsyncSync(file);
    });
  } catch (error) {
    // Half a root key would be refused at the next start, and stand in the way of a new one.
    unlinkSync(path);
    throw error;
  } finally {
    closeSync(file);
  }
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function attempt<T>(what: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    throw new RootKeyError(`${what}: ${(cause as Error).message}`, { cause });
  }
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');

const checksum = (key: Uint8Array) =>
  createHash('sha256').update(CHECKSUM_DOMAIN).update(key).digest().subarray(0, CHECKSUM_BYTES);
