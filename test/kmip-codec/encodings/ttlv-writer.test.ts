import t from 'tap';
import { CodecError, ItemType, Tag, TtlvWriter, type TtlvItem, type Writer } from '../../../kmip-codec/index.ts';
import { ValueNames } from '../../../kmip-codec/registry/index.ts';
import { CryptographicUsageMask, State } from '../../../kmip-codec/registry/index.ts';
import { hex } from '../raw.ts';

const states = new ValueNames(State);
const usages = new ValueNames(CryptographicUsageMask);
const tag = Tag.CompromiseDate;

function written(write: (writer: Writer) => void): string {
  const writer = new TtlvWriter(1);
  write(writer);
  return writer.finish().toString('hex');
}

t.test('values and their bytes, beginning with the examples of 1.4 §9.1.2', async t => {
  const list: [title: string, write: (w: Writer) => void, bytes: string][] = [
    // The examples of the specification.
    ['Integer', w => w.integer(tag, 8), '420020 02 00000004 0000000800000000'],
    ['Long Integer', w => w.longInteger(tag, 123456789000000000n), '420020 03 00000008 01B69B4BA5749200'],
    [
      'Big Integer',
      w => w.bigInteger(tag, 1234567890000000000000000000n),
      '420020 04 00000010 0000000003FD35EB6BC2DF4618080000',
    ],
    ['Enumeration', w => w.enumeration(tag, 255, states), '420020 05 00000004 000000FF00000000'],
    ['Boolean', w => w.boolean(tag, true), '420020 06 00000008 0000000000000001'],
    ['Text String', w => w.textString(tag, 'Hello World'), '420020 07 0000000B 48656C6C6F20576F726C640000000000'],
    ['Byte String', w => w.byteString(tag, hex('010203')), '420020 08 00000003 0102030000000000'],
    ['Date-Time', w => w.dateTime(tag, new Date('2008-03-14T11:56:40Z')), '420020 09 00000008 0000000047DA67F8'],
    ['Interval', w => w.interval(tag, 864000), '420020 0A 00000004 000D2F0000000000'],
    [
      'Structure',
      w => {
        w.begin(tag);
        w.enumeration(Tag.ApplicationSpecificInformation, 254, states);
        w.integer(Tag.ArchiveDate, 255);
        w.end();
      },
      '420020 01 00000020 420004 05 00000004 000000FE00000000 420005 02 00000004 000000FF00000000',
    ],
    // The ends of the ranges.
    ['lowest Integer', w => w.integer(tag, -0x80000000), '420020 02 00000004 8000000000000000'],
    ['highest Integer', w => w.integer(tag, 0x7fffffff), '420020 02 00000004 7FFFFFFF00000000'],
    ['highest Enumeration', w => w.enumeration(tag, 0xffffffff, states), '420020 05 00000004 FFFFFFFF00000000'],
    ['highest Interval', w => w.interval(tag, 0xffffffff), '420020 0A 00000004 FFFFFFFF00000000'],
    ['lowest Long Integer', w => w.longInteger(tag, -(2n ** 63n)), '420020 03 00000008 8000000000000000'],
    ['mask with its highest bit', w => w.mask(tag, 0x80000001, usages), '420020 02 00000004 8000000100000000'],
    ['the same mask as it is read', w => w.mask(tag, 0x80000001 | 0, usages), '420020 02 00000004 8000000100000000'],
    ['false', w => w.boolean(tag, false), '420020 06 00000008 0000000000000000'],
    ['a date before 1970', w => w.dateTime(tag, new Date(-1500)), '420020 09 00000008 FFFFFFFFFFFFFFFE'],
    ['parts of a second', w => w.dateTime(tag, new Date(1999)), '420020 09 00000008 0000000000000001'],
    // Padding, and what needs none.
    ['no text', w => w.textString(tag, ''), '420020 07 00000000'],
    ['no bytes', w => w.byteString(tag, hex('')), '420020 08 00000000'],
    ['eight bytes', w => w.byteString(tag, hex('0102030405060708')), '420020 08 00000008 0102030405060708'],
    [
      'text of many bytes a character',
      w => w.textString(tag, 'é€😀'),
      '420020 07 00000009 C3A9E282ACF09F9880 00000000000000',
    ],
    ['nothing in a structure', w => (w.begin(tag), w.end()), '420020 01 00000000'],
    // Big Integers: two's complement, sign-extended to multiples of eight bytes.
    ['0', w => w.bigInteger(tag, 0n), '420020 04 00000008 0000000000000000'],
    ['-1', w => w.bigInteger(tag, -1n), '420020 04 00000008 FFFFFFFFFFFFFFFF'],
    ['2^63 - 1', w => w.bigInteger(tag, 2n ** 63n - 1n), '420020 04 00000008 7FFFFFFFFFFFFFFF'],
    ['2^63', w => w.bigInteger(tag, 2n ** 63n), '420020 04 00000010 0000000000000000 8000000000000000'],
    ['-2^63', w => w.bigInteger(tag, -(2n ** 63n)), '420020 04 00000008 8000000000000000'],
    ['-2^63 - 1', w => w.bigInteger(tag, -(2n ** 63n) - 1n), '420020 04 00000010 FFFFFFFFFFFFFFFF 7FFFFFFFFFFFFFFF'],
    ['2^64 - 1', w => w.bigInteger(tag, 2n ** 64n - 1n), '420020 04 00000010 0000000000000000 FFFFFFFFFFFFFFFF'],
    // Trees.
    [
      'a tree',
      w =>
        w.item({
          tag: 0x540001,
          type: ItemType.Structure,
          value: [
            { tag: 0x540002, type: ItemType.DateTimeExtended, value: -1n },
            { tag: 0x540003, type: ItemType.Boolean, value: true },
          ],
        }),
      '540001 01 00000020 540002 0B 00000008 FFFFFFFFFFFFFFFF 540003 06 00000008 0000000000000001',
    ],
  ];
  for (const [title, write, bytes] of list) t.equal(written(write), hex(bytes).toString('hex'), title);
});

t.test('values that must not encode', async t => {
  const list: [title: string, write: (w: Writer) => void][] = [
    ['Integer of 33 bits', w => w.integer(tag, 2 ** 31)],
    ['Integer below 32 bits', w => w.integer(tag, -(2 ** 31) - 1)],
    ['half an Integer', w => w.integer(tag, 0.5)],
    ['no number', w => w.integer(tag, NaN)],
    ['negative Enumeration', w => w.enumeration(tag, -1, states)],
    ['Enumeration of 33 bits', w => w.enumeration(tag, 2 ** 32, states)],
    ['negative Interval', w => w.interval(tag, -1)],
    ['Interval of 33 bits', w => w.interval(tag, 2 ** 32)],
    ['mask of 33 bits', w => w.mask(tag, 2 ** 32, usages)],
    ['half a mask', w => w.mask(tag, 1.5, usages)],
    ['Long Integer of 65 bits', w => w.longInteger(tag, 2n ** 63n)],
    ['invalid date', w => w.dateTime(tag, new Date(NaN))],
    ['half a surrogate pair', w => w.textString(tag, 'a\ud800b')],
    ['a tag that is none', w => w.item({ tag: 0x430000, type: ItemType.Integer, value: 1 })],
    ['Date Time Extended of 65 bits', w => w.item({ tag, type: ItemType.DateTimeExtended, value: 2n ** 63n })],
  ];
  for (const [title, write] of list) t.throws(() => written(write), CodecError, title);
});

t.test('a Big Integer as long as a message is written in one pass', async t => {
  // Attempts that grow by 64 bits each would take minutes for a megabyte.
  const value = -(1n << 8_000_000n);
  const writer = new TtlvWriter();
  writer.bigInteger(tag, value);
  t.equal(writer.finish().length, 8 + 1_000_008);
});

t.test('reset wipes what was written and starts anew', async t => {
  const writer = new TtlvWriter(64);
  writer.begin(tag);
  writer.byteString(tag, hex('0102030405060708'));
  const bytes = writer.finish();
  writer.reset();
  t.ok(bytes.every(byte => byte === 0));
  writer.integer(tag, 8);
  t.equal(writer.finish().toString('hex'), hex('420020 02 00000004 0000000800000000').toString('hex'));
});

t.test('the buffer grows as needed, whatever is written first', async t => {
  const items: TtlvItem[] = Array.from({ length: 200 }, (_, i) => ({
    tag,
    type: ItemType.ByteString,
    value: new Uint8Array(i),
  }));
  const writer = new TtlvWriter(0);
  for (const item of items) writer.item(item);
  t.equal(
    writer.finish().length,
    items.reduce((sum, _, i) => sum + 8 + i + (-i & 7), 0),
  );
});
