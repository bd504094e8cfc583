// make bench ARGS='--only codec'
// What decoding and encoding cost: an answer to Get with an AES-256 key, beside code written by hand for this one message.
import { deepStrictEqual } from 'node:assert';
import {
  CryptographicAlgorithm,
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  KeyFormatType,
  ObjectType,
  Operation,
  ResultStatus,
  toProtocolVersion,
  V1_4,
  type ResponseMessage,
} from '../kmip-codec/index.ts';
import { decodeGetAnswer, encodeGetAnswer } from './codec-by-hand.ts';
import * as requests from './requests.ts';

export interface CodecRow {
  readonly way: 'decode' | 'encode';
  /** Microseconds a message, the median of the rounds. */
  readonly kmipd: number;
  readonly byHand: number;
}

const ROUNDS = 9;
/** Messages between two looks at the clock. */
const AT_ONCE = 1000;

/** What came out is kept, so that no compiler leaves the work out. */
let kept: unknown;

/** Both ways, ours and the hand-written one in turns, `seconds` for each figure. Throws unless both do the same with the message. */
export function codecCost(seconds: number): CodecRow[] {
  const answer = getAnswer();
  const bytes = encodeResponse(answer, V1_4);
  meetOthers();
  deepStrictEqual(encodeGetAnswer(answer), bytes);
  deepStrictEqual(decodeGetAnswer(bytes), decodeResponse(bytes).message);
  return [
    {
      way: 'decode',
      ...compare(
        () => decodeResponse(bytes),
        () => decodeGetAnswer(bytes),
        seconds,
      ),
    },
    {
      way: 'encode',
      ...compare(
        () => encodeResponse(answer, V1_4),
        () => encodeGetAnswer(answer),
        seconds,
      ),
    },
  ];
}

/** A server has met other messages, too: what the compiler made fit for one alone would be faster than it ever is there. */
function meetOthers(): void {
  const { create, discoverVersions, get, getAttributes, activate, addAttributes, locateByName, createNamed } = requests;
  const others = [create(), discoverVersions(), get('a'), getAttributes('a', 'State'), activate('a')];
  others.push(addAttributes('a', { 'x-Vendor': 'b' }), locateByName('a'), createNamed(['a', 'b']));
  for (let i = 0; i < AT_ONCE; i++) {
    for (const bytes of others) {
      const { version, message } = decodeRequest(bytes);
      kept = encodeRequest(message, version);
    }
  }
}

function getAnswer(): ResponseMessage {
  const keyBlock = {
    keyFormatType: KeyFormatType.Raw,
    keyValue: { keyMaterial: Buffer.alloc(32, 0xa5) },
    cryptographicAlgorithm: CryptographicAlgorithm.AES,
    cryptographicLength: 256,
  };
  const responsePayload = {
    objectType: ObjectType.SymmetricKey,
    uniqueIdentifier: '4a3f1d1e-5a7e-4f53-9d2b-9f0d3c6a7b10',
    object: { keyBlock },
  };
  return {
    responseHeader: { protocolVersion: toProtocolVersion(V1_4), timeStamp: new Date(1_700_000_000_000), batchCount: 1 },
    batchItems: [
      {
        operation: Operation.Get,
        uniqueBatchItemId: Buffer.from('item 001'),
        resultStatus: ResultStatus.Success,
        responsePayload,
      },
    ],
  };
}

/** The first round warms up and does not count. */
function compare(ours: () => unknown, byHand: () => unknown, seconds: number): Pick<CodecRow, 'kmipd' | 'byHand'> {
  const times = { ours: [] as number[], byHand: [] as number[] };
  for (let round = 0; round <= ROUNDS; round++) {
    const [one, other] = [microseconds(ours, seconds / ROUNDS), microseconds(byHand, seconds / ROUNDS)];
    if (round > 0) times.ours.push(one);
    if (round > 0) times.byHand.push(other);
  }
  return { kmipd: median(times.ours), byHand: median(times.byHand) };
}

function microseconds(run: () => unknown, seconds: number): number {
  const start = performance.now();
  let [count, elapsed] = [0, 0];
  while (elapsed < seconds * 1000) {
    for (let i = 0; i < AT_ONCE; i++) kept = run();
    count += AT_ONCE;
    elapsed = performance.now() - start;
  }
  if (kept === undefined) throw new Error('nothing came out');
  return (elapsed * 1000) / count;
}

const median = (times: readonly number[]) => times.toSorted((a, b) => a - b)[times.length >> 1]!;
