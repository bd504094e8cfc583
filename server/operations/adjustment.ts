import { AdjustmentType, ItemType, type TtlvItem } from '../../kmip-codec/index.ts';
import { OperationFailure } from './results.ts';

/** How values of one item type count. */
interface Counting {
  readonly min?: bigint;
  readonly max?: bigint;
  readonly canNegate: boolean;
  /** The types of what is added or taken away; of a date these are seconds, of an extended one microseconds. */
  readonly by: readonly number[];
}

const { Integer, LongInteger, BigInteger, Boolean: Truth, DateTime, Interval, DateTimeExtended } = ItemType;
const LONG_MAX = 2n ** 63n - 1n;
/** Seconds; as far as the runtime has dates. */
const DATE_MAX = 8_640_000_000_000n;

const counting: ReadonlyMap<number, Counting> = new Map([
  [Integer, { min: -(2n ** 31n), max: 2n ** 31n - 1n, canNegate: true, by: [Integer] }],
  [LongInteger, { min: -LONG_MAX - 1n, max: LONG_MAX, canNegate: true, by: [LongInteger, Integer] }],
  [BigInteger, { canNegate: true, by: [BigInteger, LongInteger, Integer] }],
  [Interval, { min: 0n, max: 2n ** 32n - 1n, canNegate: false, by: [Interval, Integer] }],
  [DateTime, { min: -DATE_MAX, max: DATE_MAX, canNegate: false, by: [DateTime, Interval, LongInteger, Integer] }],
  [
    DateTimeExtended,
    { min: -LONG_MAX - 1n, max: LONG_MAX, canNegate: false, by: [DateTimeExtended, LongInteger, Integer] },
  ],
]);

/** What a value that is not there counts from, by item type: numbers and intervals 0, truth false (2.1 §6.1.3). */
export const zeros = (tag: number): TtlvItem[] => [
  { tag, type: Integer, value: 0 },
  { tag, type: LongInteger, value: 0n },
  { tag, type: BigInteger, value: 0n },
  { tag, type: Interval, value: 0 },
  { tag, type: Truth, value: false },
];

/**
 * The item with its value adjusted (2.1 §11.1), by 1 where `by` is undefined.
 * Throws OperationFailure: 'Invalid Data Type' where the type of either does not allow it, 'Numeric Range' where the result does not fit.
 */
export function adjusted(item: TtlvItem, adjustmentType: number, by: TtlvItem | undefined): TtlvItem {
  const isNegated = adjustmentType === AdjustmentType.Negate;
  if (isNegated && by !== undefined)
    throw new OperationFailure('Invalid Field', 'an Adjustment Value is given, Negate takes none');
  if (item.type === Truth && isNegated) return { ...item, value: !item.value };
  const kind = counting.get(item.type);
  if (kind === undefined || (isNegated && !kind.canNegate))
    throw unfit(`a value of type ${showType(item)} has no ${AdjustmentType.names.show(adjustmentType)}`);
  if (by !== undefined && !kind.by.includes(by.type))
    throw unfit(`Adjustment Value of type ${showType(by)}, the value is of type ${showType(item)}`);
  const result = resultOf(countOf(item), by === undefined ? 1n : countOf(by), adjustmentType);
  if ((kind.min !== undefined && result < kind.min) || (kind.max !== undefined && result > kind.max))
    throw new OperationFailure('Numeric Range', `the result is beyond what type ${showType(item)} holds`);
  return withCount(item, result);
}

function resultOf(value: bigint, by: bigint, adjustmentType: number): bigint {
  switch (adjustmentType) {
    case AdjustmentType.Increment:
      return value + by;
    case AdjustmentType.Decrement:
      return value - by;
    case AdjustmentType.Negate:
      return -value;
    default:
      throw new OperationFailure(
        'Feature Not Supported',
        `Adjustment Type ${AdjustmentType.names.show(adjustmentType)}`,
      );
  }
}

/** Numbers as they are, dates in seconds. */
function countOf({ value }: TtlvItem): bigint {
  return value instanceof Date ? BigInt(Math.floor(value.getTime() / 1000)) : BigInt(value as number | bigint);
}

function withCount(item: TtlvItem, count: bigint): TtlvItem {
  if (item.type === DateTime) return { ...item, value: new Date(Number(count) * 1000) };
  return (typeof item.value === 'bigint' ? { ...item, value: count } : { ...item, value: Number(count) }) as TtlvItem;
}

const showType = ({ type }: TtlvItem): string =>
  Object.entries(ItemType)
    .find(([, number]) => number === type)![0]
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ');

const unfit = (message: string) => new OperationFailure('Invalid Data Type', message);
