import t from 'tap';
import { AdjustmentType, ItemType, type TtlvItem } from '../../../kmip-codec/index.ts';
import { adjusted } from '../../../server/operations/adjustment.ts';
import { OperationFailure } from '../../../server/operations/index.ts';

const { Increment, Decrement, Negate } = AdjustmentType;
const item = (type: number, value: unknown) => ({ tag: 0x540001, type, value }) as TtlvItem;
const integer = (value: number) => item(ItemType.Integer, value);
const long = (value: bigint) => item(ItemType.LongInteger, value);
const big = (value: bigint) => item(ItemType.BigInteger, value);
const interval = (value: number) => item(ItemType.Interval, value);
const truth = (value: boolean) => item(ItemType.Boolean, value);
const date = (value: string) => item(ItemType.DateTime, new Date(value));
const extended = (value: bigint) => item(ItemType.DateTimeExtended, value);
const text = item(ItemType.TextString, 'one');

type Row = readonly [before: TtlvItem, type: number, by: TtlvItem | undefined];

t.test('values of each type that counts are incremented, decremented and negated (2.1 §11.1)', async t => {
  const cases: readonly (readonly [...Row, after: unknown])[] = [
    [integer(5), Increment, undefined, 6],
    [integer(5), Decrement, undefined, 4],
    [integer(5), Decrement, integer(7), -2],
    [integer(5), Increment, integer(-7), -2],
    [integer(5), Negate, undefined, -5],
    [integer(0), Negate, undefined, 0],
    [integer(2 ** 31 - 2), Increment, undefined, 2 ** 31 - 1],
    [long(5n), Increment, long(2n ** 40n), 2n ** 40n + 5n],
    [long(5n), Increment, integer(2), 7n],
    [long(-5n), Negate, undefined, 5n],
    [big(2n ** 100n), Increment, undefined, 2n ** 100n + 1n],
    [big(2n ** 100n), Decrement, big(2n ** 101n), -(2n ** 100n)],
    [big(2n ** 100n), Negate, undefined, -(2n ** 100n)],
    [interval(60), Increment, interval(60), 120],
    [interval(60), Decrement, integer(60), 0],
    [date('2030-01-01T00:00:00Z'), Increment, undefined, new Date('2030-01-01T00:00:01Z')],
    [date('2030-01-01T00:00:00Z'), Decrement, interval(60), new Date('2029-12-31T23:59:00Z')],
    [
      date('2030-01-01T00:00:00Z'),
      Increment,
      item(ItemType.DateTime, new Date(2000)),
      new Date('2030-01-01T00:00:02Z'),
    ],
    [extended(1_000_000n), Increment, undefined, 1_000_001n],
    [extended(1_000_000n), Decrement, extended(7n), 999_993n],
    [truth(true), Negate, undefined, false],
    [truth(false), Negate, undefined, true],
  ];
  for (const [before, type, by, after] of cases) {
    const result = adjusted(before, type, by);
    t.same(result.value, after);
    t.equal(result.type, before.type);
    t.equal(Object.is(result.value, -0), false);
  }
});

t.test(
  'what does not fit, and types that do not count, with the reasons of the error table (2.1 §6.1.3.1)',
  async t => {
    const cases: readonly (readonly [...Row, reason: string])[] = [
      [integer(2 ** 31 - 1), Increment, undefined, 'Numeric Range'],
      [integer(-(2 ** 31)), Decrement, undefined, 'Numeric Range'],
      [integer(-(2 ** 31)), Negate, undefined, 'Numeric Range'],
      [long(2n ** 63n - 1n), Increment, undefined, 'Numeric Range'],
      [long(-(2n ** 63n)), Negate, undefined, 'Numeric Range'],
      [interval(0), Decrement, undefined, 'Numeric Range'],
      [interval(2 ** 32 - 1), Increment, undefined, 'Numeric Range'],
      [date('+275760-09-13T00:00:00Z'), Increment, undefined, 'Numeric Range'],
      [date('2030-01-01T00:00:00Z'), Decrement, long(2n ** 62n), 'Numeric Range'],
      [extended(2n ** 63n - 1n), Increment, undefined, 'Numeric Range'],
      [integer(1), Increment, long(1n), 'Invalid Data Type'],
      [integer(1), Increment, text, 'Invalid Data Type'],
      [truth(true), Increment, undefined, 'Invalid Data Type'],
      [interval(1), Negate, undefined, 'Invalid Data Type'],
      [date('2030-01-01T00:00:00Z'), Negate, undefined, 'Invalid Data Type'],
      [extended(1n), Negate, undefined, 'Invalid Data Type'],
      [text, Increment, undefined, 'Invalid Data Type'],
      [item(ItemType.Enumeration, 1), Increment, undefined, 'Invalid Data Type'],
      [integer(1), Negate, integer(1), 'Invalid Field'],
      [integer(1), 0x80000001, undefined, 'Feature Not Supported'],
    ];
    for (const [before, type, by, reason] of cases)
      t.throws(
        () => adjusted(before, type, by),
        new OperationFailure(reason as never, ''),
        `${before.type} ${reason}`,
        {
          reason,
        },
      );
  },
);
