// Shows properties 6 and 7 of docs/audit.md: no change, gap, cut or replacement of the log stays unseen.
import t, { type Test } from 'tap';
import { FIRST_PREV, nextRecord, recordLine } from '../../../server/chain/index.ts';
import { exportLines, fileOf, keyOf, makeLog, type MadeLog, verify } from './made-log.ts';

const small = makeLog({ count: 40, checkpointEvery: 13 });
const large = makeLog({ count: 1000, checkpointEvery: 100 });

/** How many of the mutations were not found; each is named. */
async function missed(
  t: Test,
  mutations: Iterable<[name: string, file: Buffer]>,
  isFound: (status: string) => boolean,
) {
  let count = 0;
  for (const [name, file] of mutations) {
    const verdict = await verify(file);
    if (!isFound(verdict.status)) t.fail(`not found: ${name}`, { verdict });
    count++;
  }
  return count;
}

function flipped(file: Buffer, position: number, bit: number): [string, Buffer] {
  const copy = Buffer.from(file);
  copy[position] = (copy[position] as number) ^ (1 << bit);
  return [`bit ${bit} of byte ${position}`, copy];
}

t.test('finds every bit flipped in a log of 6 records, and in every byte of 40', async t => {
  const tiny = fileOf(await exportLines(makeLog({ count: 6, checkpointEvery: 4 })));
  const file = fileOf(await exportLines(small));
  t.match(await verify(tiny), { status: 'intact', records: 6, checkpoints: 2 });
  t.match(await verify(file), { status: 'intact', records: 40, checkpoints: 4 });
  const everyBit = Array.from({ length: tiny.length * 8 }, (_, index) => flipped(tiny, index >> 3, index & 7));
  t.equal(await missed(t, everyBit, status => status !== 'intact'), tiny.length * 8);
  const everyByte = Array.from({ length: file.length }, (_, index) => flipped(file, index, index & 7));
  t.equal(await missed(t, everyByte, status => status !== 'intact'), file.length);
});

t.test('finds bits flipped all over a log of 1,000 records, of every record some', async t => {
  const lines = await exportLines(large);
  const file = fileOf(lines);
  t.match(await verify(file), { status: 'intact', records: 1000 });
  const positions: number[] = [];
  let begin = 0;
  for (const [index, line] of lines.entries()) {
    const bytes = Buffer.byteLength(line) + 1;
    if (index % 10 === 0) positions.push(begin + ((index * 7919) % bytes), begin + bytes - 1);
    begin += bytes;
  }
  // One bit for each, another one every time, as reading 1,000 records takes its time.
  const mutations = positions.map((position, index) => flipped(file, position, index % 8));
  t.equal(await missed(t, mutations, status => status !== 'intact'), positions.length);
});

t.test('names the record whose content was changed', async t => {
  for (const seq of [1, 17, 500, 1000]) {
    const lines = await exportLines(large);
    lines[seq] = (lines[seq] as string).replace('{"event":{"id":"', '{"event":{"id":"x');
    t.match(await verify(fileOf(lines)), { status: 'altered', seq, line: seq + 1, problem: /content/ });
  }
});

/** The lines of the export, changed at a record. */
async function withRecords(log: MadeLog, change: (records: string[]) => void): Promise<Buffer> {
  const lines = await exportLines(log);
  const records = lines.slice(1, 1 + log.records.length);
  change(records);
  return fileOf([lines[0] as string, ...records, ...lines.slice(1 + log.records.length)]);
}

const mutations: Readonly<Record<string, (records: string[], index: number) => void>> = {
  deleted: (records, index) => void records.splice(index, 1),
  doubled: (records, index) => void records.splice(index, 0, records[index] as string),
  inserted: (records, index) => {
    const { seq, prev } = JSON.parse(records[index] as string) as { seq: number; prev: string };
    records.splice(index, 0, recordLine(nextRecord(seq, prev, '{"id":"inserted"}')));
  },
  swapped: (records, index) => {
    const other = (index + 1) % records.length;
    [records[index], records[other]] = [records[other] as string, records[index] as string];
  },
  exchanged: (records, index) => {
    const { seq, prev } = JSON.parse(records[index] as string) as { seq: number; prev: string };
    records[index] = recordLine(nextRecord(seq, prev, '{"id":"exchanged"}'));
  },
};

for (const [name, mutate] of Object.entries(mutations)) {
  t.test(`finds each record ${name}, and says which`, async t => {
    for (const [log, step] of [
      [small, 1],
      [large, 9],
    ] as const) {
      for (let index = 0; index < log.records.length; index += step) {
        const verdict = await verify(await withRecords(log, records => mutate(records, index)));
        if (verdict.status !== 'altered') t.fail(`${name} at ${index + 1}`, { verdict });
        // The last record has no one after it, so that only the checkpoint tells.
        const isNamed = 'seq' in verdict && Math.abs((verdict.seq ?? Infinity) - (index + 1)) <= 1;
        if (index < log.records.length - 1 && !isNamed) {
          const isAround = name === 'swapped' && 'seq' in verdict;
          if (!isAround) t.fail(`${name} at ${index + 1} is not named`, { verdict });
        }
      }
    }
  });
}

t.test('finds the tail cut, however much of it, by a checkpoint from outside', async t => {
  const outside = [{ note: large.lastNote, from: 'of a sink' }];
  for (const cut of [1, 2, 10, 99, 500, 999, 1000]) {
    const lines = (await exportLines(large, { notes: [] })).slice(0, -cut);
    const verdict = await verify(fileOf(lines), { checkpoints: outside });
    t.match(verdict, {
      status: 'altered',
      problem: `the tail was cut: the checkpoint of a sink says 1000 records, the log ends at ${1000 - cut}`,
    });
  }
});

t.test('finds the tail cut by the checkpoint behind the records, too', async t => {
  const lines = await exportLines(small);
  t.match(await verify(fileOf(lines.toSpliced(-2, 1))), { status: 'altered', problem: /tail was cut/ });
  const beyond = await exportLines(small, { to: 30 });
  t.match(await verify(fileOf(beyond)), { status: 'intact', records: 30, signedSize: 40 });
  t.match(await verify(fileOf(beyond.toSpliced(-2, 1))), { status: 'altered', problem: /not those/ });
});

t.test('finds the whole log replaced by another valid one, by a checkpoint from outside', async t => {
  const outside = [{ note: large.lastNote, from: 'of a sink' }];
  for (const count of [1000, 1100]) {
    const other = makeLog({ count, checkpointEvery: 100, variant: 'b' });
    const file = fileOf(await exportLines(other));
    t.match(await verify(file), { status: 'intact', records: count }, 'which is valid by itself');
    t.match(await verify(file, { checkpoints: outside }), { status: 'altered', problem: /the log was replaced/ });
  }
});

t.test('does not believe a log that another key signed', async t => {
  const other = makeLog({ count: 100, checkpointEvery: 10, signer: keyOf(2) });
  t.match(await verify(fileOf(await exportLines(other))), { status: 'unchecked', problem: /not signed by a key/ });
});

t.test('finds an older backup restored, by a checkpoint from outside, whether it went on or not', async t => {
  const outside = [{ note: large.lastNote, from: 'of a sink' }];
  const backup = makeLog({ count: 700, checkpointEvery: 100 });
  t.match(await verify(fileOf(await exportLines(backup)), { checkpoints: outside }), {
    status: 'altered',
    problem: /tail was cut/,
  });
  const wentOn = makeLog({ count: 1300, checkpointEvery: 100, variant: 'b', variantFrom: 701 });
  const verdict = await verify(fileOf(await exportLines(wentOn)), { checkpoints: outside });
  t.match(verdict, { status: 'altered', problem: /older backup/ });
});

t.test('never ends but with a verdict, whatever the bytes (fuzz)', async t => {
  const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
  t.comment(`FUZZ_SEED=${seed}`);
  let state = seed;
  const random = (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const file = fileOf(await exportLines(small));
  for (let round = 0; round < 2000; round++) {
    const bytes =
      round % 4 === 0 ? Buffer.from(Array.from({ length: random(300) }, () => random(256))) : Buffer.from(file);
    for (let change = random(6); change >= 0 && bytes.length > 0; change--) bytes[random(bytes.length)] = random(256);
    const [begin, end] = [
      random(20) === 0 ? random(bytes.length) : 0,
      random(3) === 0 ? random(bytes.length) : bytes.length,
    ];
    const piece = bytes.subarray(begin, Math.max(begin, end));
    const { status } = await verify([piece, ...(random(10) === 0 ? [file] : [])]);
    // Whole lines from the beginning are a log too: what followed is missed only by who has a later checkpoint.
    const isBeginning = piece.at(-1) === 0x0a && file.subarray(0, piece.length).equals(piece);
    if (status === 'intact' && !isBeginning) t.fail(`round ${round} of seed ${seed}`);
  }
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  const nasty = [
    recordLine({ ...nextRecord(1, FIRST_PREV, deep) }),
    recordLine(nextRecord(1, FIRST_PREV, '{"a":1e999}')),
    recordLine(nextRecord(1, FIRST_PREV, '{"a":"\\ud800"}')),
    recordLine(nextRecord(1, FIRST_PREV, '{"b":1,"a":2}')),
    recordLine(nextRecord(1, FIRST_PREV, '{"a":1,"a":1}')),
    recordLine(nextRecord(1, FIRST_PREV, '{ "a":1}')),
    recordLine(nextRecord(1, FIRST_PREV, '{"__proto__":{"toString":1},"initiator":1} x')),
    recordLine(nextRecord(1, FIRST_PREV, 'null')).replace('"seq":1', '"seq":01'),
    '{"checkpoint":1}',
    '{"checkpoint":"","subtrees":[1,{},"zz"]}',
    'x'.repeat(3_000_000),
  ];
  const [header = ''] = await exportLines(small);
  for (const line of nasty) t.match(await verify(fileOf([header, line])), { status: 'altered' }, line.slice(0, 80));
});
