import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import t from 'tap';
import {
  CodecError,
  decodeRequest,
  decodeResponse,
  encodeItem,
  encodeRequest,
  encodeResponse,
  ItemType,
  Tag,
  type TtlvItem,
} from '../../kmip-codec/index.ts';
import { damaged, randomOf, victimOf } from './damage.ts';
import { hex } from './raw.ts';
import { sampleMessages } from './samples.ts';

const count = Number(process.env['KMIP_FUZZ_COUNT'] ?? 200_000);
const seed = Number(process.env['KMIP_FUZZ_SEED'] ?? Math.floor(Math.random() * 0x7fffffff));

/** Messages that once gave something else than a message or a CodecError with a place. */
const found: readonly [what: string, bytes: Buffer][] = [
  [
    'bytes of zero after the message were taken for its end',
    hex(
      '420078 01 00000038 420077 01 00000030 420069 01 00000020 42006A 02 00000004 0000000100000000 42006B 02 00000004 0000000100000000 420000 00 00000000 0000000000000000',
    ),
  ],
];

type Outcome = 'message' | 'message with a refused payload' | 'refused';

/** What decoding gives. Throws whatever must not be. */
function judge(bytes: Buffer): Outcome {
  const one = decoded(bytes);
  if (one instanceof CodecError) return placed(one, '');
  const broken = one.errors[0];
  if (broken !== undefined) {
    for (const error of one.errors) placed(error, 'batchItems[');
    mustRefuse(one.encode);
    return 'message with a refused payload';
  }
  const first = one.encode();
  const again = decoded(first);
  if (again instanceof CodecError) throw new Error(`what was encoded does not decode: ${again.message}`);
  if (!again.encode().equals(first)) throw new Error('what was encoded decodes to something else');
  return 'message';
}

interface Decoded {
  readonly errors: CodecError[];
  readonly encode: () => Buffer;
}

function decoded(bytes: Buffer): Decoded | CodecError {
  try {
    // The first item's tag says which it wants to be.
    if (bytes[2] === (Tag.ResponseMessage & 255)) {
      const { version, message } = decodeResponse(bytes);
      const payloads = message.batchItems!.map(item => item.responsePayload);
      return { errors: errorsIn(payloads), encode: () => encodeResponse(message, version) };
    }
    const { version, message } = decodeRequest(bytes, { batchCountMax: 10 });
    const payloads = message.batchItems!.map(item => item.requestPayload);
    return { errors: errorsIn(payloads), encode: () => encodeRequest(message, version) };
  } catch (error) {
    if (error instanceof CodecError) return error;
    throw error;
  }
}

/** A payload that was refused, or the object in it. */
const errorsIn = (payloads: readonly (object | undefined)[]): CodecError[] =>
  payloads.flatMap(payload => {
    const part = payload instanceof CodecError ? payload : (payload as { object?: unknown } | undefined)?.object;
    return part instanceof CodecError ? [part] : [];
  });

function placed(error: CodecError, within: string): Outcome {
  const where = error.where();
  if (!where.startsWith(within)) throw new Error(`a path that does not begin with ${within}: ${error.message}`);
  if (where === '' && error.offset === undefined) throw new Error(`neither path nor offset: ${error.message}`);
  // A tree of the vendor may be 32 structures deep, each with a name in the path.
  if (error.message.length > 1500) throw new Error(`a message of ${error.message.length} characters`);
  return 'refused';
}

function mustRefuse(encode: () => Buffer): void {
  try {
    encode();
  } catch (error) {
    if (error instanceof CodecError) return;
    throw error;
  }
  throw new Error('a message with a refused payload was encoded');
}

/** Ends the process, and says which message it was, when one takes longer than any should. It never judges speed. */
function watch(secondsMax: number): { begin: (bytes: Buffer) => void; end: () => Promise<void> } {
  const shared = new SharedArrayBuffer(8 + 65536);
  const numbers = new Int32Array(shared, 0, 2);
  const place = new Uint8Array(shared, 8);
  const worker = new Worker(
    `const { workerData: { shared, secondsMax } } = require('node:worker_threads');
     const { writeSync } = require('node:fs');
     const numbers = new Int32Array(shared, 0, 2);
     let last = -1;
     setInterval(() => {
       const now = Atomics.load(numbers, 0);
       if (now === last) {
         writeSync(2, 'hangs: ' + Buffer.from(new Uint8Array(shared, 8, numbers[1])).toString('hex') + '\\n');
         process.kill(process.pid, 'SIGKILL');
       }
       last = now;
     }, secondsMax * 1000);`,
    { eval: true, workerData: { shared, secondsMax }, execArgv: [] },
  );
  return {
    begin(bytes) {
      numbers[1] = Math.min(bytes.length, place.length);
      place.set(bytes.subarray(0, place.length));
      Atomics.add(numbers, 0, 1);
    },
    end: async () => void (await worker.terminate()),
  };
}

t.test('messages that once were found', async t => {
  for (const [what, bytes] of found) t.equal(judge(bytes), 'refused', what);
});

t.test('whole messages come back', async t => {
  for (const { title, bytes } of sampleMessages()) t.equal(judge(bytes), 'message', title);
});

t.test('a damaged message gives a message or a CodecError with its place, and soon', async t => {
  t.comment(`seed ${seed}: repeat with KMIP_FUZZ_SEED=${seed}`);
  const victims = [...sampleMessages().map(sample => sample.bytes), ...recorded()].map(victimOf);
  const random = randomOf(seed);
  const outcomes = new Map<Outcome, number>();
  const { begin, end } = watch(30);
  try {
    for (let i = 0; i < count; i++) {
      const bytes = damaged(victims, random);
      begin(bytes);
      try {
        const outcome = judge(bytes);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      } catch (error) {
        t.fail(`message ${i} of seed ${seed}: ${String(error)}\n${(error as Error).stack}\n${bytes.toString('hex')}`);
        break;
      }
    }
  } finally {
    await end();
  }
  t.comment([...outcomes].map(([outcome, n]) => `${n} ${outcome}`).join(', '));
  for (const outcome of ['message', 'message with a refused payload', 'refused'] as const) {
    t.ok((outcomes.get(outcome) ?? 0) > count / 100, `the damage is neither too great nor too small: ${outcome}`);
  }
});

function recorded(): Buffer[] {
  const folder = process.env['KMIP_CAPTURES'];
  if (folder === undefined) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.hex'))
    .map(name => Buffer.from(readFileSync(join(folder, name), 'utf8').trim(), 'hex'));
}

t.test('any tree of items under the tag of a message does, too', async t => {
  const tags = fc.constantFrom(...Object.values(Tag));
  const leaf = fc.oneof(
    fc.record({ tag: tags, type: fc.constant(ItemType.Integer), value: fc.integer() }),
    fc.record({ tag: tags, type: fc.constant(ItemType.Enumeration), value: fc.integer({ min: 0, max: 0xffffffff }) }),
    fc.record({ tag: tags, type: fc.constant(ItemType.Boolean), value: fc.boolean() }),
    fc.record({ tag: tags, type: fc.constant(ItemType.TextString), value: fc.string({ unit: 'binary' }) }),
    fc.record({ tag: tags, type: fc.constant(ItemType.ByteString), value: fc.uint8Array() }),
    fc.record({ tag: tags, type: fc.constant(ItemType.BigInteger), value: fc.bigInt() }),
  );
  const { item } = fc.letrec<{ item: TtlvItem }>(tie => ({
    item: fc.oneof(
      { maxDepth: 6 },
      leaf,
      fc.record({ tag: tags, type: fc.constant(ItemType.Structure), value: fc.array(tie('item'), { maxLength: 4 }) }),
    ),
  }));
  const header = victimOf(sampleMessages()[0]!.bytes).tree;
  const requestHeader = (header as { value: readonly TtlvItem[] }).value[0]!;
  const whole = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map(bytes => Buffer.from(bytes)),
    fc
      .array(item, { maxLength: 4 })
      .map(value =>
        encodeItem({ tag: Tag.RequestMessage, type: ItemType.Structure, value: [requestHeader, ...value] }),
      ),
    fc.tuple(item, item).map(value =>
      encodeItem({
        tag: Tag.RequestMessage,
        type: ItemType.Structure,
        value: [requestHeader, { tag: Tag.BatchItem, type: ItemType.Structure, value }],
      }),
    ),
  );
  fc.assert(
    fc.property(whole, bytes => void judge(bytes)),
    { seed, numRuns: 3000 },
  );
  t.pass('3000 trees');
});

t.test('a length that lies costs no memory', async t => {
  const before = process.memoryUsage().arrayBuffers;
  for (const { bytes } of sampleMessages().slice(0, 20)) {
    for (const offset of victimOf(bytes).offsets) {
      for (const length of [0x10000000, 0x7ffffff8, 0xfffffff8, 0xffffffff]) {
        const lying = Buffer.from(bytes);
        lying.writeUInt32BE(length, offset + 4);
        judge(lying);
      }
    }
  }
  const grown = process.memoryUsage().arrayBuffers - before;
  t.ok(grown < 64 * 1024 * 1024, `${grown} bytes`);
});
