import t from 'tap';
import { decodeItem, encodeItem } from '../../../kmip-codec/encodings/item-binary.ts';
import { ItemType, type TtlvItem } from '../../../kmip-codec/encodings/ttlv-item.ts';
import { bigIntegerBytes } from '../../../kmip-codec/encodings/ttlv-writer.ts';
import { CodecError } from '../../../kmip-codec/error.ts';

const bytes = (hex: string) => Buffer.from(hex.replaceAll(/[ |]/g, ''), 'hex');
const COMPROMISE_DATE = 0x420020;

t.test('values and their bytes (the examples of 1.4 §9.1.2)', async t => {
  const examples: [item: TtlvItem, hex: string][] = [
    [{ tag: COMPROMISE_DATE, type: ItemType.Integer, value: 8 }, '420020 02 00000004 0000000800000000'],
    [
      { tag: COMPROMISE_DATE, type: ItemType.LongInteger, value: 123456789000000000n },
      '420020 03 00000008 01B69B4BA5749200',
    ],
    [
      { tag: COMPROMISE_DATE, type: ItemType.BigInteger, value: 1234567890000000000000000000n },
      '420020 04 00000010 0000000003FD35EB6BC2DF4618080000',
    ],
    [{ tag: COMPROMISE_DATE, type: ItemType.Enumeration, value: 255 }, '420020 05 00000004 000000FF00000000'],
    [{ tag: COMPROMISE_DATE, type: ItemType.Boolean, value: true }, '420020 06 00000008 0000000000000001'],
    [
      { tag: COMPROMISE_DATE, type: ItemType.TextString, value: 'Hello World' },
      '420020 07 0000000B 48656C6C6F20576F726C640000000000',
    ],
    [
      { tag: COMPROMISE_DATE, type: ItemType.ByteString, value: new Uint8Array([1, 2, 3]) },
      '420020 08 00000003 0102030000000000',
    ],
    [
      { tag: COMPROMISE_DATE, type: ItemType.DateTime, value: new Date('2008-03-14T11:56:40Z') },
      '420020 09 00000008 0000000047DA67F8',
    ],
    [{ tag: COMPROMISE_DATE, type: ItemType.Interval, value: 864000 }, '420020 0A 00000004 000D2F0000000000'],
    [
      {
        tag: COMPROMISE_DATE,
        type: ItemType.Structure,
        value: [
          { tag: 0x420004, type: ItemType.Enumeration, value: 254 },
          { tag: 0x420005, type: ItemType.Integer, value: 255 },
        ],
      },
      '420020 01 00000020 420004 05 00000004 000000FE00000000 420005 02 00000004 000000FF00000000',
    ],
    [{ tag: 0x540001, type: ItemType.DateTimeExtended, value: -1n }, '540001 0B 00000008 FFFFFFFFFFFFFFFF'],
    [
      { tag: 0x540001, type: ItemType.BigInteger, value: -1n << 64n },
      '540001 04 00000010 FFFFFFFFFFFFFFFF 0000000000000000',
    ],
    [{ tag: 0x540001, type: ItemType.TextString, value: '' }, '540001 07 00000000'],
    [{ tag: 0x540001, type: ItemType.Structure, value: [] }, '540001 01 00000000'],
    [{ tag: 0x540001, type: ItemType.Interval, value: 0xffffffff }, '540001 0A 00000004 FFFFFFFF00000000'],
  ];
  for (const [item, hex] of examples) {
    t.equal(encodeItem(item).toString('hex'), bytes(hex).toString('hex'));
    t.same(decodeItem(bytes(hex)), item);
  }
});

t.test('a Big Integer takes the fewest multiples of eight bytes (2.1 §10.1.2)', async t => {
  t.equal(bigIntegerBytes(0n), 8);
  t.equal(bigIntegerBytes((1n << 63n) - 1n), 8);
  t.equal(bigIntegerBytes(1n << 63n), 16);
  t.equal(bigIntegerBytes(-(1n << 63n)), 8);
});

t.test('values that their item type cannot hold', async t => {
  const wrong: TtlvItem[] = [
    { tag: COMPROMISE_DATE, type: ItemType.Integer, value: 2 ** 31 },
    { tag: COMPROMISE_DATE, type: ItemType.Integer, value: 1.5 },
    { tag: COMPROMISE_DATE, type: ItemType.Enumeration, value: -1 },
    { tag: COMPROMISE_DATE, type: ItemType.Interval, value: 2 ** 32 },
    { tag: COMPROMISE_DATE, type: ItemType.LongInteger, value: 1n << 63n },
    { tag: COMPROMISE_DATE, type: ItemType.DateTime, value: new Date(NaN) },
    { tag: 0x430000, type: ItemType.Integer, value: 1 },
  ];
  for (const item of wrong) t.throws(() => encodeItem(item), CodecError);
  const nested: TtlvItem = {
    tag: 0x420078,
    type: ItemType.Structure,
    value: [{ tag: 0x42000d, type: 2, value: 2 ** 31 }],
  };
  t.throws(() => encodeItem(nested), { message: 'RequestMessage.BatchCount: 2147483648 is not an Integer of 32 bits' });
});

t.test('bytes that are no item, and the path and offset they fail at', async t => {
  const header = '420078 01 00000020';
  const item = '42000D 02 00000004 00000001 00000000';
  const refused: [hex: string, where: string, offset: number, problem: RegExp][] = [
    ['', '', 0, /an item expected, the structure ended/],
    ['42000D', '', 0, /only part of an item is left/],
    ['43000D 02 00000004 00000001 00000000', '', 0, /0x43000d is no item tag/],
    ['42000D 02 00000008 00000001 00000000', 'BatchCount', 4, /length 8, 4 is expected/],
    ['42000D 02 00000004 00000001 00000001', 'BatchCount', 15, /padding is not zero/],
    ['42000D 00 00000000', 'BatchCount', 3, /item type 0x00 does not exist/],
    ['42000D 0C 00000000', 'BatchCount', 3, /item type 0x0c/],
    ['42000D 02 00000004 00000001', 'BatchCount', 4, /length 4 exceeds the enclosing structure/],
    ['42000D 02 FFFFFFFF 00000001 00000000', 'BatchCount', 4, /exceeds/],
    [`${item} 00`, '', 16, /1 bytes follow the item/],
    ['420010 06 00000008 0000000000000002', 'BatchOrderOption', 8, /Boolean is 0 or 1/],
    ['420055 07 00000002 C328 000000000000', 'NameValue', 8, /not valid UTF-8/],
    ['420052 04 00000000', 'Modulus', 4, /length 0 of a Big Integer/],
    ['420052 04 00000004 00000001 00000000', 'Modulus', 4, /length 4 of a Big Integer/],
    ['420092 09 00000008 7FFFFFFFFFFFFFFF', 'TimeStamp', 8, /beyond the dates/],
    [`${header} ${item} 42000D 02 00000004 00000001 00000001`, 'RequestMessage.BatchCount[1]', 39, /padding/],
    [`${header} ${item} 42000F 01 00000010 00000000 00000000`, 'RequestMessage.BatchItem', 28, /exceeds/],
    ['420078 01 00000004 42000D02', 'RequestMessage', 4, /exceeds/],
  ];
  for (const [hex, where, offset, problem] of refused) {
    try {
      decodeItem(bytes(hex));
      t.fail(`${hex} decodes`);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      t.same({ where: error.where(), offset: error.offset }, { where, offset }, hex);
      t.match(error.problem, problem);
    }
  }
});

t.test('what a sender may make us do is bounded', async t => {
  const nest = (depth: number): TtlvItem => ({
    tag: 0x540001,
    type: ItemType.Structure,
    value: depth === 1 ? [] : [nest(depth - 1)],
  });
  t.same(decodeItem(encodeItem(nest(32))), nest(32));
  t.throws(() => encodeItem(nest(33)), /deeper than 32/);
  t.throws(() => decodeItem(encodeItem(nest(4)), { depthMax: 3, itemsMax: 10 }), /deeper than 3/);
  t.throws(() => decodeItem(encodeItem(nest(4)), { depthMax: 9, itemsMax: 3 }), /more than 3 items/);
});

t.test('every cut and every changed byte of a message gives an item or a CodecError', async t => {
  const message = encodeItem({
    tag: 0x420078,
    type: ItemType.Structure,
    value: [
      { tag: 0x42000d, type: ItemType.Integer, value: 1 },
      { tag: 0x42000f, type: ItemType.Structure, value: [{ tag: 0x420055, type: ItemType.TextString, value: 'né' }] },
      { tag: 0x420052, type: ItemType.BigInteger, value: 5n },
    ],
  });
  let refused = 0;
  const attempt = (damaged: Uint8Array) => {
    try {
      decodeItem(damaged);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      refused++;
    }
  };
  for (let length = 0; length < message.length; length++) attempt(message.subarray(0, length));
  t.equal(refused, message.length, 'every cut is refused');
  for (let at = 0; at < message.length; at++) {
    for (let value = 0; value < 256; value++) {
      const damaged = Buffer.from(message);
      damaged[at] = value;
      attempt(damaged);
    }
  }
});
