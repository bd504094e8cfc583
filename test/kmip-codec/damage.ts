import { decodeItem, ItemType, TtlvWriter, type TtlvItem } from '../../kmip-codec/index.ts';

/** Whole numbers from 0 to below `n`, the same for the same seed (xorshift). */
export type Random = (n: number) => number;
export function randomOf(seed: number): Random {
  let state = seed | 1;
  return n => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % n;
  };
}

/** A message to damage. */
export interface Victim {
  readonly bytes: Buffer;
  readonly tree: TtlvItem;
  /** Where each item begins. */
  readonly offsets: readonly number[];
}

export function victimOf(bytes: Buffer): Victim {
  const offsets: number[] = [];
  const walk = (start: number, end: number) => {
    for (let at = start; at < end;) {
      offsets.push(at);
      const length = bytes.readUInt32BE(at + 4);
      if (bytes[at + 3] === ItemType.Structure) walk(at + 8, at + 8 + length);
      at += 8 + length + (-length & 7);
    }
  };
  walk(0, bytes.length);
  return { bytes, tree: decodeItem(bytes), offsets };
}

/** One to three damages, to the bytes or to the tree of items, whose lengths then are right again. */
export function damaged(victims: readonly Victim[], random: Random): Buffer {
  const victim = victims[random(victims.length)]!;
  if (random(40) === 0) return Buffer.from(Array.from({ length: random(200) }, () => random(256)));
  if (random(2) === 0) {
    let tree = victim.tree;
    for (let times = random(2) ? 1 : 1 + random(3); times > 0; times--) tree = damagedTree(tree, victims, random);
    return bytesOf(tree);
  }
  let bytes: Buffer = Buffer.from(victim.bytes);
  for (let times = random(2) ? 1 : 1 + random(3); times > 0; times--) bytes = damagedBytes(bytes, victim, random);
  return bytes;
}

/** Written item by item, since encodeItem refuses what is too deep. */
function bytesOf(tree: TtlvItem): Buffer {
  const writer = new TtlvWriter();
  writer.item(tree);
  return writer.finish();
}

const ODD_BYTES = [0x00, 0x01, 0x07, 0x08, 0x42, 0x54, 0x7f, 0x80, 0xff];
const ODD_LENGTHS = [0, 1, 3, 4, 5, 7, 8, 9, 16, 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff];

function damagedBytes(bytes: Buffer, { offsets }: Victim, random: Random): Buffer {
  const at = random(bytes.length + 1);
  const item = offsets[random(offsets.length)]!;
  const some = () => Buffer.from(Array.from({ length: 1 + random(24) }, () => random(256)));
  switch (random(9)) {
    case 0:
      if (at < bytes.length) bytes[at]! ^= 1 << random(8);
      return bytes;
    case 1:
      if (at < bytes.length) bytes[at] = ODD_BYTES[random(ODD_BYTES.length)]!;
      return bytes;
    case 2:
      return bytes.subarray(0, at);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), some(), bytes.subarray(at)]);
    case 4:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(24))]);
    case 5:
      return Buffer.concat([bytes, random(2) ? some() : Buffer.alloc(8 * (1 + random(3)))]);
    default:
      if (item + 8 > bytes.length) return bytes;
  }
  // The header of an item: its length, its type, its tag.
  switch (random(4)) {
    case 0:
      bytes.writeUInt32BE(ODD_LENGTHS[random(ODD_LENGTHS.length)]!, item + 4);
      return bytes;
    case 1:
      bytes.writeInt32BE((bytes.readInt32BE(item + 4) + random(33) - 16) | 0, item + 4);
      return bytes;
    case 2:
      bytes[item + 3] = random(13);
      return bytes;
    default:
      bytes[item + 2] = random(256);
      return bytes;
  }
}

/** The tree with one item taken away, doubled, moved, changed, replaced or buried. */
function damagedTree(tree: TtlvItem, victims: readonly Victim[], random: Random): TtlvItem {
  if (tree.type !== ItemType.Structure || tree.value.length === 0) return damagedLeaf(tree, random);
  const children = [...tree.value];
  const at = random(children.length);
  const child = children[at]!;
  if (child.type === ItemType.Structure && random(4) !== 0) {
    children[at] = damagedTree(child, victims, random);
    return { ...tree, value: children };
  }
  switch (random(7)) {
    case 0:
      children.splice(at, 1);
      break;
    case 1:
      children.splice(random(children.length), 0, child);
      break;
    case 2: {
      const other = random(children.length);
      [children[at], children[other]] = [children[other]!, child];
      break;
    }
    case 3:
      children[at] = { ...child, tag: (child.tag & ~255) | random(256) };
      break;
    case 4:
      children[at] = anywhere(victims[random(victims.length)]!.tree, random);
      break;
    case 5:
      children[at] = buried(child, random(40));
      break;
    default:
      children[at] = damagedLeaf(child, random);
  }
  return { ...tree, value: children };
}

function anywhere(tree: TtlvItem, random: Random): TtlvItem {
  return tree.type === ItemType.Structure && tree.value.length > 0 && random(4) !== 0
    ? anywhere(tree.value[random(tree.value.length)]!, random)
    : tree;
}

function buried(item: TtlvItem, depth: number): TtlvItem {
  let outer = item;
  for (let i = 0; i < depth; i++) outer = { tag: item.tag, type: ItemType.Structure, value: [outer] };
  return outer;
}

const numbers = [0, 1, 2, 3, 99, 0x7fffffff];
function damagedLeaf({ tag }: TtlvItem, random: Random): TtlvItem {
  const number = numbers[random(numbers.length)]!;
  switch (random(11)) {
    case 0:
      return { tag, type: ItemType.Structure, value: [] };
    case 1:
      return { tag, type: ItemType.Integer, value: random(2) ? number : ~number };
    case 2:
      return { tag, type: ItemType.LongInteger, value: BigInt.asIntN(64, BigInt(number) << BigInt(random(64))) };
    case 3:
      return { tag, type: ItemType.BigInteger, value: (BigInt(number) << BigInt(random(300))) - BigInt(random(3)) };
    case 4:
      return { tag, type: ItemType.Enumeration, value: random(2) ? number : (number | 0x80000000) >>> 0 };
    case 5:
      return { tag, type: ItemType.Boolean, value: random(2) === 0 };
    case 6:
      return {
        tag,
        type: ItemType.TextString,
        value: ['', 'x', '__proto__', 'State', 'Name', 'x-\0', 'y'.repeat(300)][random(7)]!,
      };
    case 7:
      return { tag, type: ItemType.ByteString, value: new Uint8Array(random(40)) };
    case 8:
      return { tag, type: ItemType.DateTime, value: new Date((random(2) ? number : -number) * 1000) };
    case 9:
      return { tag, type: ItemType.Interval, value: number };
    default:
      return { tag, type: ItemType.DateTimeExtended, value: BigInt(number) };
  }
}
