import { type BinaryLike, scrypt as scryptCallback, type ScryptOptions, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { createGate } from './gate.ts';

const scrypt = promisify<BinaryLike, BinaryLike, number, ScryptOptions, Buffer>(scryptCallback);

/** Cost of a new hash: 16 MiB of memory and some 50 ms. KMIP sends the password with every message. */
const COST = { N: 2 ** 14, r: 8, p: 1 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** A hash that asks for more than this is not computed: it was not made here. */
const MEMORY_BYTES_MAX = 256 * 1024 * 1024;

/** Hashes run in the thread pool, which file work needs as well; and each holds its memory. */
const oneOfFew = createGate({ atOnce: 2 });

/** `scrypt$N$r$p$salt$hash`, salt and hash in base64url, to be kept in place of the password. */
export async function hashPassword(password: string, randomBytes: (size: number) => Uint8Array): Promise<string> {
  const salt = Buffer.from(randomBytes(SALT_BYTES));
  const hash = await oneOfFew(() => scrypt(password, salt, HASH_BYTES, COST));
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/**
 * Whether the hash was made from this password; compared in constant time. False for a text that is no such hash.
 * At most two run at once, the others wait in line.
 */
export async function verifyPassword(password: string, passwordHash: string): Promise<boolean> {
  const [, N, r, p, salt, expected] =
    /^scrypt\$(\d{1,8})\$(\d{1,3})\$(\d{1,3})\$([\w-]+)\$([\w-]+)$/.exec(passwordHash) ?? [];
  if (salt === undefined || expected === undefined) return false;
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  if (cost.N < 2 || (cost.N & (cost.N - 1)) !== 0 || cost.r < 1 || cost.p < 1) return false;
  if (128 * cost.N * cost.r + 128 * cost.r * cost.p > MEMORY_BYTES_MAX) return false;
  const expectedHash = Buffer.from(expected, 'base64url');
  const hash = await oneOfFew(() =>
    scrypt(password, Buffer.from(salt, 'base64url'), expectedHash.length, { ...cost, maxmem: 2 * MEMORY_BYTES_MAX }),
  );
  return timingSafeEqual(hash, expectedHash);
}
