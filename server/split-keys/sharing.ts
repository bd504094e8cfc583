import type { Field } from './fields.ts';

/** One share: the value of the polynomial at the element of the part. */
export interface Share<E> {
  readonly keyPartIdentifier: number;
  readonly value: E;
}

/** Shares of a secret for the parts 1 to `parts`: any `1 + coefficients.length` of them give it back. The coefficients are random elements. */
export const share = <E>(field: Field<E>, secret: E, coefficients: readonly E[], parts: number): Share<E>[] =>
  Array.from({ length: parts }, (_, i) => {
    const x = field.at(i + 1);
    const value = [secret, ...coefficients].reduceRight(
      (sum, one) => field.add(field.multiply(sum, x), one),
      field.zero,
    );
    return { keyPartIdentifier: i + 1, value };
  });

/** The secret from as many shares as the threshold says, of different parts: the polynomial at 0, by Lagrange. */
export function combine<E>(field: Field<E>, shares: readonly Share<E>[]): E {
  const points = shares.map(one => ({ x: field.at(one.keyPartIdentifier), y: one.value }));
  return points.reduce((sum, { x, y }, i) => {
    const term = points.reduce((product, other, j) => {
      if (i === j) return product;
      return field.multiply(product, field.multiply(other.x, field.invert(field.subtract(other.x, x))));
    }, y);
    return field.add(sum, term);
  }, field.zero);
}
