import type { TransparentRsaPrivateKey } from '../../kmip-codec/index.ts';

/** All numbers of an RSA private key, by the names of RFC 8017 §3.2. */
export interface WholeRsaKey {
  readonly n: bigint;
  readonly e: bigint;
  readonly d: bigint;
  readonly p: bigint;
  readonly q: bigint;
  readonly dp: bigint;
  readonly dq: bigint;
  readonly qi: bigint;
}

/** Values of 2, 3 and so on to find the primes with: each one fails at most every second time. */
const ATTEMPTS_MAX = 100;

/** Bits of the largest modulus that is reckoned with: what is larger would keep everybody else waiting. */
const MODULUS_BITS_MAX = 8192;

/**
 * A private key may come with one of three sets of numbers (2.1 §3.7); the others follow from them. Undefined where they do not suffice
 * or do not belong together.
 */
export function wholeRsaKey(numbers: TransparentRsaPrivateKey): WholeRsaKey | undefined {
  const { modulus: n, publicExponent: e } = numbers;
  if (e === undefined || n <= 0n || n >> BigInt(MODULUS_BITS_MAX) > 0n || e <= 1n) return undefined;
  const { privateExponent } = numbers;
  if ([e, privateExponent, numbers.p, numbers.q].some(one => one !== undefined && (one > n || one < 0n)))
    return undefined;
  const primes =
    numbers.p !== undefined && numbers.q !== undefined
      ? { p: numbers.p, q: numbers.q }
      : privateExponent === undefined
        ? undefined
        : primesOf(n, e, privateExponent);
  if (primes === undefined) return undefined;
  const { p, q } = primes;
  if (p * q !== n || p <= 1n || q <= 1n) return undefined;
  const d = privateExponent ?? inverse(e, (p - 1n) * (q - 1n));
  const qi = inverse(q, p);
  if (d === undefined || qi === undefined) return undefined;
  return { n, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi };
}

/** The primes from the two exponents: e·d - 1 is a multiple of the order of every number, so its square roots of 1 part n (NIST SP 800-56B, C). */
function primesOf(n: bigint, e: bigint, d: bigint): { p: bigint; q: bigint } | undefined {
  let odd = e * d - 1n;
  let twos = 0;
  while (odd > 0n && odd % 2n === 0n) {
    odd /= 2n;
    twos++;
  }
  for (let base = 2n; twos > 0 && base < ATTEMPTS_MAX; base++) {
    let x = power(base, odd, n);
    for (let i = 0; i < twos; i++) {
      const square = (x * x) % n;
      if (square === 1n && x !== 1n && x !== n - 1n) {
        const p = greatestCommonDivisor(x - 1n, n);
        return p > n / p ? { p, q: n / p } : { p: n / p, q: p };
      }
      x = square;
    }
  }
  return undefined;
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}

/** The inverse by extended Euclid; undefined when there is none. */
function inverse(value: bigint, modulus: bigint): bigint | undefined {
  let [r, next, x, y] = [modulus, value % modulus, 0n, 1n];
  while (next !== 0n) {
    const times = r / next;
    [r, next] = [next, r - times * next];
    [x, y] = [y, x - times * y];
  }
  return r === 1n ? ((x % modulus) + modulus) % modulus : undefined;
}
