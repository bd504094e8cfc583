import t from 'tap';
import { DEPTH_MAX, ItemType, Tag, TtlvReader, type Reader } from '../../../kmip-codec/index.ts';
import { State, ValueNames } from '../../../kmip-codec/registry/index.ts';
import { codecErrorOf, hex, raw, rawStructure } from '../raw.ts';

const states = new ValueNames(State);
const tag = Tag.CompromiseDate;

t.test('bytes and their values, beginning with the examples of 1.4 §9.1.2', async t => {
  const list: [title: string, bytes: string, read: (r: Reader) => unknown, value: unknown][] = [
    // The examples of the specification.
    ['Integer', '420020 02 00000004 0000000800000000', r => r.integer(tag), 8],
    ['Long Integer', '420020 03 00000008 01B69B4BA5749200', r => r.longInteger(tag), 123456789000000000n],
    [
      'Big Integer',
      '420020 04 00000010 0000000003FD35EB6BC2DF4618080000',
      r => r.bigInteger(tag),
      1234567890000000000000000000n,
    ],
    ['Enumeration', '420020 05 00000004 000000FF00000000', r => r.enumeration(tag, states), 255],
    ['Boolean', '420020 06 00000008 0000000000000001', r => r.boolean(tag), true],
    ['Text String', '420020 07 0000000B 48656C6C6F20576F726C640000000000', r => r.textString(tag), 'Hello World'],
    ['Byte String', '420020 08 00000003 0102030000000000', r => [...r.byteString(tag)], [1, 2, 3]],
    ['Date-Time', '420020 09 00000008 0000000047DA67F8', r => r.dateTime(tag), new Date('2008-03-14T11:56:40Z')],
    ['Interval', '420020 0A 00000004 000D2F0000000000', r => r.interval(tag), 864000],
    [
      'Structure',
      '420020 01 00000020 420004 05 00000004 000000FE00000000 420005 02 00000004 000000FF00000000',
      r => {
        r.begin(tag);
        const values = [r.enumeration(0x420004, states), r.integer(0x420005)];
        r.end();
        return values;
      },
      [254, 255],
    ],
    ['negative Integer', '420020 02 00000004 FFFFFFFF00000000', r => r.integer(tag), -1],
    ['highest Enumeration', '420020 05 00000004 FFFFFFFF00000000', r => r.enumeration(tag, states), 0xffffffff],
    ['highest Interval', '420020 0A 00000004 FFFFFFFF00000000', r => r.interval(tag), 0xffffffff],
    ['false', '420020 06 00000008 0000000000000000', r => r.boolean(tag), false],
    ['no text', '420020 07 00000000', r => r.textString(tag), ''],
    ['a byte order mark is text', '420020 07 00000003 EFBBBF0000000000', r => r.textString(tag), '\ufeff'],
    ['negative Big Integer', '420020 04 00000008 FFFFFFFFFFFFFFFE', r => r.bigInteger(tag), -2n],
    [
      'negative Big Integer of two words',
      '420020 04 00000010 FFFFFFFFFFFFFFFF 7FFFFFFFFFFFFFFF',
      r => r.bigInteger(tag),
      -(2n ** 63n) - 1n,
    ],
    [
      'Big Integer extended more than needed',
      '420020 04 00000010 FFFFFFFFFFFFFFFF FFFFFFFFFFFFFFFE',
      r => r.bigInteger(tag),
      -2n,
    ],
    ['the last date', '420020 09 00000008 000007DBA8218000', r => r.dateTime(tag), new Date(8.64e15)],
    ['the first date', '420020 09 00000008 FFFFF82457DE8000', r => r.dateTime(tag), new Date(-8.64e15)],
  ];
  for (const [title, bytes, read, value] of list) {
    const reader = new TtlvReader(hex(bytes));
    t.same(read(reader), value, title);
    t.equal(reader.peek(), 0, `${title}: all is read`);
  }
});

t.test('bytes that must not decode, and where they fail', async t => {
  const list: [title: string, bytes: Buffer, read: (r: Reader) => unknown, problem: RegExp, offset: number][] = [
    ['nothing', hex(''), r => r.integer(tag), /CompromiseDate expected, the structure ended/, 0],
    ['part of a header', hex('420020 02 0000'), r => r.integer(tag), /only part of an item is left/, 0],
    ['another tag', hex('420021 02 00000004 0000000800000000'), r => r.integer(tag), /got CompromiseOccurrenceDate/, 0],
    ['tag zero', hex('000000 02 00000004 0000000800000000'), r => r.integer(tag), /got bytes that are no item/, 0],
    [
      'another type',
      hex('420020 05 00000004 0000000800000000'),
      r => r.integer(tag),
      /Integer expected, got Enumeration/,
      3,
    ],
    ['a type that does not exist', hex('420020 0C 00000004 0000000800000000'), r => r.integer(tag), /got 0x0c/, 3],
    [
      'length beyond the end',
      hex('420020 07 00000009 4865'),
      r => r.textString(tag),
      /exceeds the enclosing structure/,
      4,
    ],
    ['length of four gigabytes', hex('420020 08 FFFFFFFF 0000000000000000'), r => r.byteString(tag), /exceeds/, 4],
    ['padding beyond the end', hex('420020 07 00000002 4865'), r => r.textString(tag), /exceeds/, 4],
    [
      'padding that is not zero',
      hex('420020 07 00000002 4865 000000000001'),
      r => r.textString(tag),
      /padding is not zero/,
      15,
    ],
    [
      'Integer padding that is not zero',
      hex('420020 02 00000004 0000000800000001'),
      r => r.integer(tag),
      /padding/,
      15,
    ],
    [
      'Integer of eight bytes',
      hex('420020 02 00000008 0000000000000008'),
      r => r.integer(tag),
      /length 8, 4 is expected/,
      4,
    ],
    [
      'Long Integer of four',
      hex('420020 03 00000004 0000000800000000'),
      r => r.longInteger(tag),
      /length 4, 8 is expected/,
      4,
    ],
    ['Boolean 2', hex('420020 06 00000008 0000000000000002'), r => r.boolean(tag), /Boolean is 0 or 1/, 8],
    ['Boolean with high bits', hex('420020 06 00000008 0000000100000001'), r => r.boolean(tag), /Boolean is 0 or 1/, 8],
    ['date beyond range', hex('420020 09 00000008 000007DBA8218001'), r => r.dateTime(tag), /beyond the dates/, 8],
    ['date far beyond range', hex('420020 09 00000008 8000000000000000'), r => r.dateTime(tag), /beyond the dates/, 8],
    [
      'bytes that are not UTF-8',
      hex('420020 07 00000002 C328 000000000000'),
      r => r.textString(tag),
      /not valid UTF-8/,
      8,
    ],
    ['an overlong form', hex('420020 07 00000002 C080 000000000000'), r => r.textString(tag), /not valid UTF-8/, 8],
    ['a surrogate in UTF-8', hex('420020 07 00000003 EDA080 0000000000'), r => r.textString(tag), /not valid UTF-8/, 8],
    [
      'Big Integer of seven bytes',
      hex('420020 04 00000007 0000000000000100'),
      r => r.bigInteger(tag),
      /multiple of 8/,
      4,
    ],
    ['Big Integer of none', hex('420020 04 00000000'), r => r.bigInteger(tag), /length 0 of a Big Integer/, 4],
    ['Structure of nine bytes', raw(tag, ItemType.Structure, Buffer.alloc(9)), r => r.begin(tag), /multiple of 8/, 4],
    [
      'item left in a structure',
      rawStructure(tag, raw(Tag.ArchiveDate, ItemType.TextString)),
      r => (r.begin(tag), r.end()),
      /unexpected ArchiveDate/,
      8,
    ],
    [
      'zeros left in a structure',
      rawStructure(tag, Buffer.alloc(8)),
      r => (r.begin(tag), r.end()),
      /unexpected bytes that are no item/,
      8,
    ],
    [
      'item that leaves its structure',
      rawStructure(tag, raw(Tag.ArchiveDate, ItemType.TextString, Buffer.alloc(0), 8)),
      r => (r.begin(tag), r.textString(Tag.ArchiveDate)),
      /exceeds the enclosing structure/,
      12,
    ],
    ['tree: type that does not exist', hex('420020 00 00000000'), r => r.item(), /item type 0x00 does not exist/, 3],
    ['tree: tag of nobody', hex('430000 02 00000004 0000000800000000'), r => r.item(), /0x430000 is no item tag/, 0],
    ['tree: nothing', hex(''), r => r.item(), /an item expected, the structure ended/, 0],
    ['passed over: nothing', hex(''), r => r.skip(), /an item expected, the structure ended/, 0],
    ['passed over: length beyond the end', hex('420020 08 00000009 0000000000000000'), r => r.skip(), /exceeds/, 4],
  ];
  for (const [title, bytes, read, problem, offset] of list) {
    const error = codecErrorOf(() => read(new TtlvReader(bytes)));
    t.match(error.problem, problem, title);
    t.equal(error.offset, offset, `${title}: offset`);
  }
});

/** `depth` structures, one in the other. */
const nested = (depth: number): Buffer =>
  Array.from({ length: depth }).reduce<Buffer>(inner => rawStructure(0x540001, inner), Buffer.alloc(0));

t.test('structures deeper than the limit are refused, others are not', async t => {
  t.ok(new TtlvReader(nested(DEPTH_MAX)).item());
  const error = codecErrorOf(() => new TtlvReader(nested(DEPTH_MAX + 1)).item());
  t.equal(error.problem, `deeper than ${DEPTH_MAX} structures`);
  t.equal(error.offset, DEPTH_MAX * 8);
  t.equal(codecErrorOf(() => new TtlvReader(nested(4), 3).item()).offset, 24);
  t.match(codecErrorOf(() => new TtlvReader(nested(50_000)).item()).problem, /deeper/, 'no overflow of the stack');
});

t.test('a tree owns its bytes, a Byte String is a view of the input', async t => {
  const bytes = hex('420020 08 00000003 0102030000000000');
  const tree = new TtlvReader(bytes).item();
  const view = new TtlvReader(bytes).byteString(tag);
  bytes.fill(0);
  t.same([...(tree.value as Uint8Array)], [1, 2, 3]);
  t.same([...view], [0, 0, 0]);
});

t.test('reset comes back from wherever reading stopped', async t => {
  const reader = new TtlvReader(rawStructure(tag, raw(Tag.ArchiveDate, ItemType.TextString, hex('41'))));
  const mark = reader.mark();
  reader.begin(tag);
  t.equal(reader.peekType(), ItemType.TextString);
  t.throws(() => reader.integer(Tag.ArchiveDate));
  reader.reset(mark);
  t.equal(reader.offset, 0);
  reader.begin(tag);
  t.equal(reader.textString(Tag.ArchiveDate), 'A');
  t.equal(reader.peekType(), 0);
  reader.end();
});

t.test('input may be any view of bytes', async t => {
  const whole = new Uint8Array([9, 9, ...hex('420020 02 00000004 0000000800000000'), 9]);
  t.equal(new TtlvReader(whole.subarray(2, 18)).integer(tag), 8);
});
