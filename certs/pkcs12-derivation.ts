import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { utf16be } from './der-writer.ts';
import type { Derivation } from './encryption.ts';

/** What is derived, and the octet by which it differs (RFC 7292 appendix B.3). */
const purposes = { key: 1, iv: 2, mac: 3 } as const;

/** Iterations after which others get their turn: about two milliseconds. */
const ITERATIONS_PER_TURN = 2000;

/**
 * PKCS#12's own way from a password to a key (RFC 7292 appendix B.2): that of MACs, and of ciphers before PBES2. The password goes in
 * as a BMPString with two zero octets behind it.
 */
export async function deriveForPkcs12(
  password: string,
  { hash, salt, iterations }: Derivation,
  purpose: keyof typeof purposes,
  size: number,
): Promise<Buffer> {
  const blockOctets = hash === 'sha384' || hash === 'sha512' ? 128 : 64;
  const diversifier = Buffer.alloc(blockOctets, purposes[purpose]);
  const input = Buffer.concat([filled(salt, blockOctets), filled(utf16be(`${password}\0`), blockOctets)]);
  const blocks: Buffer[] = [];
  for (let have = 0; have < size; have += blocks.at(-1)!.length) {
    let block = createHash(hash).update(diversifier).update(input).digest();
    for (let i = 1; i < iterations; i++) {
      block = createHash(hash).update(block).digest();
      if (i % ITERATIONS_PER_TURN === 0) await setImmediate();
    }
    blocks.push(block);
    addToEach(input, filled(block, blockOctets).subarray(0, blockOctets));
  }
  return Buffer.concat(blocks).subarray(0, size);
}

/** The MAC over the content of a PKCS#12 file (RFC 7292 §4). */
export async function pkcs12Mac(password: string, how: Derivation, content: Uint8Array): Promise<Buffer> {
  const size = createHash(how.hash).digest().length;
  return createHmac(how.hash, await deriveForPkcs12(password, how, 'mac', size))
    .update(content)
    .digest();
}

export const isSameMac = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && timingSafeEqual(a, b);

/** Repeated until it fills whole blocks; nothing stays nothing. */
function filled(octets: Uint8Array, blockOctets: number): Buffer {
  return Buffer.alloc(Math.ceil(octets.length / blockOctets) * blockOctets, octets);
}

/** Adds B + 1 to every block of I, as numbers (appendix B.2, step 6C). */
function addToEach(input: Buffer, addend: Uint8Array): void {
  for (let start = 0; start < input.length; start += addend.length) {
    let carry = 1;
    for (let i = addend.length - 1; i >= 0; i--) {
      const sum = input[start + i]! + addend[i]! + carry;
      input[start + i] = sum & 0xff;
      carry = sum >> 8;
    }
  }
}
