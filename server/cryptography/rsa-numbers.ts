import type { TransparentRsaPrivateKey } from '../../kmip-codec/index.ts';
import { CryptographicFailure } from './failure.ts';

export interface RsaNumbers {
  readonly n: bigint;
  readonly e: bigint;
  readonly d: bigint;
  readonly p: bigint;
  readonly q: bigint;
  readonly dp: bigint;
  readonly dq: bigint;
  readonly qi: bigint;
}

/** Bits; modular arithmetic on larger ones would take the server for itself. */
const MODULUS_BITS_MAX = 16384;
/** Exponents in use, tried where only the private one is given. */
const USUAL_EXPONENTS = [65537n, 3n, 17n, 5n, 257n];

/** All numbers of an RSA private key from those that are given (RFC 8017 §3.2). Throws CryptographicFailure when they are too few or contradict each other. */
export function completeRsa(given: TransparentRsaPrivateKey): RsaNumbers {
  const { modulus: n, privateExponent } = given;
  if (n <= 0n || n.toString(2).length > MODULUS_BITS_MAX) throw refused();
  const [p, q] = given.p !== undefined && given.q !== undefined ? [given.p, given.q] : factors(given);
  if (p <= 1n || q <= 1n || p * q !== n) throw refused();
  const phi = (p - 1n) * (q - 1n);
  const e = given.publicExponent ?? (privateExponent === undefined ? undefined : inverse(privateExponent, phi));
  if (e === undefined) throw refused();
  const d = privateExponent ?? inverse(e, phi);
  return {
    n,
    e,
    d,
    p,
    q,
    dp: given.primeExponentP ?? d % (p - 1n),
    dq: given.primeExponentQ ?? d % (q - 1n),
    qi: given.crtCoefficient ?? inverse(q, p),
  };
}

/** The primes from the exponents (NIST SP 800-56B, appendix C). */
function factors({ modulus: n, privateExponent: d, publicExponent }: TransparentRsaPrivateKey): [bigint, bigint] {
  if (d === undefined || d <= 0n) throw refused();
  for (const e of publicExponent === undefined ? USUAL_EXPONENTS : [publicExponent]) {
    let odd = d * e - 1n;
    let halvings = 0;
    for (; odd > 0n && odd % 2n === 0n; odd /= 2n) halvings++;
    for (let base = 2n; base < 40n && halvings > 0; base++) {
      let x = power(base, odd, n);
      for (let i = 0; i < halvings && x !== 1n && x !== n - 1n; i++) {
        const next = (x * x) % n;
        if (next === 1n) {
          const p = divisor(x - 1n, n);
          return [n / p, p].sort((a, b) => (a > b ? -1 : 1)) as [bigint, bigint];
        }
        x = next;
      }
    }
  }
  throw refused();
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

function divisor(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [r, next, x, y] = [modulus, ((value % modulus) + modulus) % modulus, 0n, 1n];
  while (next !== 0n) {
    const quotient = r / next;
    [r, next] = [next, r - quotient * next];
    [x, y] = [y, x - quotient * y];
  }
  if (r !== 1n) throw refused();
  return x < 0n ? x + modulus : x;
}

const refused = () => new CryptographicFailure('Cryptographic Failure', 'the numbers given are no RSA private key');
