/** A finite field in which secrets are shared; its elements are numbers or big numbers, from 0 on. */
export interface Field<E> {
  readonly zero: E;
  /** The element that stands for the part with this Key Part Identifier: never zero, another for each. */
  at(keyPartIdentifier: number): E;
  add(a: E, b: E): E;
  subtract(a: E, b: E): E;
  multiply(a: E, b: E): E;
  /** Of an element that is not zero. */
  invert(a: E): E;
}

const add = (a: number, b: number): number => a ^ b;

/** GF(2^8) modulo x^8+x^4+x^3+x+1 (FIPS 197 §4.2). No step depends on the elements: they are secret. */
export const gf256: Field<number> = {
  zero: 0,
  at: identifier => identifier,
  add,
  subtract: add,
  multiply(a, b) {
    let product = 0;
    for (let bit = 0; bit < 8; bit++) {
      product ^= -((b >> bit) & 1) & a;
      a = ((a << 1) ^ (-(a >> 7) & 0x11b)) & 0x1ff;
    }
    return product;
  },
  // a^254, since a^255 is 1.
  invert: a => power(a, 254),
};

function power(a: number, exponent: number): number {
  let result = 1;
  for (let bit = 7; bit >= 0; bit--) {
    result = gf256.multiply(result, result);
    if ((exponent >> bit) & 1) result = gf256.multiply(result, a);
  }
  return result;
}

/** GF(2^16) as GF(2^8)[y]/(y^2+y+m), the element uy+v as the number with the bytes u and v (2.1 §2.8, 1.4 §2.2.5). */
export const gf65536: Field<number> = {
  zero: 0,
  at: identifier => identifier,
  add,
  subtract: add,
  multiply(a, b) {
    const [r, s, u, v] = [a >> 8, a & 0xff, b >> 8, b & 0xff];
    const sv = gf256.multiply(s, v);
    const high = gf256.multiply(r ^ s, u ^ v) ^ sv;
    return (high << 8) | (gf256.multiply(gf256.multiply(r, u), M) ^ sv);
  },
  invert(a) {
    const [u, v] = [a >> 8, a & 0xff];
    const d = gf256.invert(gf256.multiply(u ^ v, v) ^ gf256.multiply(M, gf256.multiply(u, u)));
    return (gf256.multiply(u, d) << 8) | gf256.multiply(u ^ v, d);
  },
};
const M = 0x3a;

/** The integers modulo a prime. */
export const primeField = (prime: bigint): Field<bigint> => {
  const reduce = (a: bigint): bigint => ((a % prime) + prime) % prime;
  return {
    zero: 0n,
    at: BigInt,
    add: (a, b) => reduce(a + b),
    subtract: (a, b) => reduce(a - b),
    multiply: (a, b) => reduce(a * b),
    invert(a) {
      // By Euclid: x * a is r modulo the prime, all the way down to r = 1.
      let [r, x, nextR, nextX] = [prime, 0n, reduce(a), 1n];
      while (nextR !== 0n) {
        const quotient = r / nextR;
        [r, nextR] = [nextR, r - quotient * nextR];
        [x, nextX] = [nextX, x - quotient * nextX];
      }
      return reduce(x);
    },
  };
};
