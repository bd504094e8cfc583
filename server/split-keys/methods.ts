import type { RandomBytes } from '../randomness.ts';
import { gf256, gf65536, primeField, type Field } from './fields.ts';
import { combine, share } from './sharing.ts';

/** How a secret is shared, and into what. */
export interface Sharing {
  readonly method: SharingMethod;
  readonly parts: number;
  /** How many parts give the secret back. */
  readonly threshold: number;
  /** Of the prime field: bigger than any secret of this length. */
  readonly prime?: bigint | undefined;
}
export type SharingMethod = 'XOR' | 'GF(2^16)' | 'GF(2^8)' | 'prime field';

/** One part of a secret; `keyPartIdentifier` counts from 1. */
export interface Part {
  readonly keyPartIdentifier: number;
  readonly material: Uint8Array;
}

/** The secret cannot be shared that way, or not be joined from these parts. The message says why, without any of it. */
export class SharingError extends Error {
  override readonly name = 'SharingError';
}

/** The parts of a secret, each as long as it is; of the prime field as long as the prime (2.1 §2.8, 1.4 §2.2.5). Throws SharingError. */
export function splitSecret(secret: Uint8Array, sharing: Sharing, randomBytes: RandomBytes): Part[] {
  check(sharing);
  if (sharing.method === 'XOR') return splitByXor(secret, sharing.parts, randomBytes);
  if (sharing.method === 'prime field') return splitInPrimeField(secret, sharing, randomBytes);
  const { field, bytes } = binaryFields[sharing.method];
  if (secret.length % bytes !== 0)
    throw new SharingError(`a secret of ${secret.length} bytes is no whole number of ${bytes * 8} bits`);
  const parts = emptyParts(sharing.parts, secret.length);
  for (let at = 0; at < secret.length; at += bytes) {
    const coefficients = Array.from({ length: sharing.threshold - 1 }, () => elementAt(randomBytes(bytes), 0, bytes));
    share(field, elementAt(secret, at, bytes), coefficients, sharing.parts).forEach(({ value }, i) =>
      parts[i]!.material.writeUIntBE(value, at, bytes),
    );
  }
  return parts;
}

/** The secret, from at least as many parts as the threshold says; `length` is that of the secret in bytes, which a prime field does not show. Throws SharingError. */
export function joinSecret(given: readonly Part[], sharing: Sharing, length?: number): Uint8Array {
  check(sharing);
  const { method, threshold } = sharing;
  if (new Set(given.map(one => one.keyPartIdentifier)).size !== given.length)
    throw new SharingError('a part is given more than once');
  if (given.some(one => one.keyPartIdentifier < 1 || one.keyPartIdentifier > sharing.parts))
    throw new SharingError(`a Key Part Identifier is not between 1 and ${sharing.parts}`);
  if (given.length < threshold) throw new SharingError(`${given.length} parts, at least ${threshold} are needed`);
  if (method === 'prime field') return joinInPrimeField(given.slice(0, threshold), sharing, length);
  const size = given[0]!.material.length;
  if (given.some(one => one.material.length !== size)) throw new SharingError('the parts differ in length');
  if (method === 'XOR') return xorOf(given, size);
  const { field, bytes } = binaryFields[method];
  if (size % bytes !== 0) throw new SharingError(`parts of ${size} bytes are no whole number of ${bytes * 8} bits`);
  const secret = Buffer.alloc(size);
  for (let at = 0; at < size; at += bytes) {
    const shares = given
      .slice(0, threshold)
      .map(one => ({ keyPartIdentifier: one.keyPartIdentifier, value: elementAt(one.material, at, bytes) }));
    secret.writeUIntBE(combine(field, shares), at, bytes);
  }
  return secret;
}

const binaryFields: Record<'GF(2^16)' | 'GF(2^8)', { field: Field<number>; bytes: number }> = {
  'GF(2^16)': { field: gf65536, bytes: 2 },
  'GF(2^8)': { field: gf256, bytes: 1 },
};
/** Each part costs a polynomial's value for every piece of the secret: enough for people, not for mischief. */
const PARTS_MAX = 255;
/** Bits of a prime: far beyond any secret worth sharing. */
const PRIME_BITS_MAX = 8192;

function check({ method, parts, threshold, prime }: Sharing): void {
  if (parts < 1 || parts > PARTS_MAX) throw new SharingError(`${parts} Split Key Parts, must be 1 to ${PARTS_MAX}`);
  if (threshold < 1 || threshold > parts) throw new SharingError(`Split Key Threshold ${threshold} of ${parts} parts`);
  if (method === 'XOR' && threshold !== parts)
    throw new SharingError(`Split Key Threshold ${threshold}, by XOR all ${parts} parts are needed`);
  if (method !== 'prime field') return;
  if (prime === undefined) throw new SharingError('Prime Field Size is missing');
  if (prime <= BigInt(parts) || bitsOf(prime) > PRIME_BITS_MAX)
    throw new SharingError(
      `Prime Field Size must be greater than the number of parts and have at most ${PRIME_BITS_MAX} bits`,
    );
}

const emptyParts = (parts: number, length: number) =>
  Array.from({ length: parts }, (_, i) => ({ keyPartIdentifier: i + 1, material: Buffer.alloc(length) }));
const elementAt = (bytes: Uint8Array, at: number, length: number): number =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).readUIntBE(at, length);

function splitByXor(secret: Uint8Array, parts: number, randomBytes: RandomBytes): Part[] {
  const others = Array.from({ length: parts - 1 }, (_, i) => ({
    keyPartIdentifier: i + 1,
    material: randomBytes(secret.length),
  }));
  const last = xorOf([...others, { keyPartIdentifier: parts, material: secret }], secret.length);
  return [...others, { keyPartIdentifier: parts, material: last }];
}

const xorOf = (parts: readonly Part[], length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => parts.reduce((sum, { material }) => sum ^ material[i]!, 0));

function splitInPrimeField(secret: Uint8Array, { parts, threshold, prime }: Sharing, randomBytes: RandomBytes): Part[] {
  const number = toNumber(secret);
  if (prime! <= 1n << BigInt(secret.length * 8))
    throw new SharingError(`Prime Field Size has ${bitsOf(prime!)} bits, must be greater than 2^${secret.length * 8}`);
  const length = bytesOf(prime!);
  // Eight bytes more than the prime has: what the remainder prefers is then beyond notice.
  const coefficients = Array.from({ length: threshold - 1 }, () => toNumber(randomBytes(length + 8)) % prime!);
  return share(primeField(prime!), number, coefficients, parts).map(({ keyPartIdentifier, value }) => ({
    keyPartIdentifier,
    material: toBytes(value, length),
  }));
}

function joinInPrimeField(given: readonly Part[], { prime }: Sharing, length?: number): Uint8Array {
  const shares = given.map(({ keyPartIdentifier, material }) => ({ keyPartIdentifier, value: toNumber(material) }));
  if (shares.some(one => one.value >= prime!)) throw new SharingError('a part is no element of the prime field');
  const secret = combine(primeField(prime!), shares);
  const bytes = length ?? Math.floor((bitsOf(prime!) - 1) / 8);
  if (bytesOf(secret) > bytes) throw new SharingError(`the parts give no secret of ${bytes} bytes`);
  return toBytes(secret, bytes);
}

const bitsOf = (value: bigint): number => value.toString(2).length;
const bytesOf = (value: bigint): number => Math.ceil(bitsOf(value) / 8);
const toNumber = (bytes: Uint8Array): bigint => BigInt(`0x0${Buffer.from(bytes).toString('hex')}`);
const toBytes = (value: bigint, length: number): Uint8Array =>
  Buffer.from(value.toString(16).padStart(length * 2, '0'), 'hex');
