import {
  BatchErrorContinuationOption,
  CodecError,
  CryptographicAlgorithm,
  CryptographicLength,
  CryptographicUsageMask,
  customAttribute,
  customText,
  ObjectType,
  Operation,
  ResultReason,
  ResultStatus,
  RevocationReasonCode,
  V1_4,
  type GetResponse,
  type KeyBlock,
  type KnownOperation,
  type RequestBatchItem,
  type RequestHeader,
  type RequestOf,
  type ResponseBatchItem,
  type TypeOf,
} from '../../kmip-codec/index.ts';
import { requestMessage, type KmipClient } from './kmip-client.ts';
import { template } from './operations/world.ts';

/** What came back for one message, as the client saw it. */
export interface Answered {
  /** The server's, which its events have too. */
  readonly correlationId: string;
  readonly items: readonly AnsweredItem[];
}
export interface AnsweredItem {
  readonly operation: number;
  /** Result Status. */
  readonly status: number;
  /** Name of the Result Reason, in the vocabulary of KMIP 1.4. */
  readonly reason: string | undefined;
  /** In the answer, or asked for. */
  readonly uniqueIdentifier: string | undefined;
}

/** A number from 0 up to but not including `below`. */
export type Draw = (below: number) => number;

/** Draws that are the same for the same seed (mulberry32). */
export function drawsFrom(seed: number): Draw {
  let state = seed >>> 0;
  return below => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** Custom attribute whose values the load never repeats. */
export const MARK = 'x-mark';
const NOBODYS = '00000000-0000-4000-8000-000000000000';
/** So that connections meet at the same objects and these get as far as Destroy. */
const RECENT = 12;

type GetAnswer = TypeOf<typeof GetResponse>;
interface Batch {
  readonly batchItems: readonly RequestBatchItem[];
  readonly option?: RequestHeader['batchErrorContinuationOption'];
}

/** What clients ask for and were answered, over the rounds. Connections share the objects they have made. */
export class Load {
  readonly answered: Answered[] = [];
  /** Key material by Unique Identifier, hexadecimal, of every Get that was answered. */
  readonly got = new Map<string, string>();
  readonly #draw: Draw;
  readonly #objects: string[] = [];
  #marks = 0;
  #messages = 0;
  #awaited: { count: number; readonly resolve: () => void } | undefined;

  constructor(draw: Draw) {
    this.#draw = draw;
  }

  /** Sends message after message, as fast as answers come, until the connection ends. Throws if it ends before `isExpected`. */
  async drive(client: KmipClient, isExpected: () => boolean): Promise<void> {
    for (;;) {
      try {
        await this.#send(client, this.#next());
      } catch (error) {
        if (error instanceof CodecError || !isExpected()) throw error;
        return;
      }
    }
  }

  /** Resolves when so many messages more have been answered. */
  answers(count: number): Promise<void> {
    return new Promise(resolve => (this.#awaited = { count, resolve }));
  }

  /** The object's key, hexadecimal; undefined when Get fails. */
  async fetch(client: KmipClient, uniqueIdentifier: string): Promise<string | undefined> {
    const [item] = await this.#send(client, { batchItems: [of(Operation.Get, { uniqueIdentifier })] });
    return item?.resultStatus === ResultStatus.Success ? keyIn(item.responsePayload as GetAnswer) : undefined;
  }

  async #send(client: KmipClient, { batchItems, option }: Batch): Promise<readonly ResponseBatchItem[]> {
    const header = { clientCorrelationValue: `${++this.#messages}`, batchErrorContinuationOption: option };
    const answer = await client.send(requestMessage(batchItems, { version: V1_4, header }));
    const items = answer.batchItems ?? [];
    this.answered.push({
      correlationId: answer.responseHeader.serverCorrelationValue ?? 'none',
      items: items.map((item, position) => this.#seen(item, batchItems[position]!)),
    });
    if (this.#awaited && --this.#awaited.count <= 0) this.#awaited.resolve();
    return items;
  }

  #seen(item: ResponseBatchItem, asked: RequestBatchItem): AnsweredItem {
    const payload = (item.responsePayload ?? {}) as { uniqueIdentifier?: string };
    const request = asked.requestPayload as { uniqueIdentifier?: string };
    const isDone = item.resultStatus === ResultStatus.Success;
    if (isDone && asked.operation === Operation.Create) this.#objects.push(payload.uniqueIdentifier!);
    if (isDone && asked.operation === Operation.Get)
      this.got.set(payload.uniqueIdentifier!, keyIn(item.responsePayload as GetAnswer));
    return {
      operation: asked.operation,
      status: item.resultStatus,
      reason: item.resultReason === undefined ? undefined : ResultReason.names.show(item.resultReason),
      uniqueIdentifier: payload.uniqueIdentifier ?? request.uniqueIdentifier,
    };
  }

  #next(): Batch {
    const one = this.#pick();
    switch (this.#draw(16)) {
      case 0:
      case 1:
        return { batchItems: [create(this.#mark())] };
      case 2:
        // All of it on the object that it makes, by the ID Placeholder.
        return { batchItems: [create(this.#mark()), this.#add(undefined), of(Operation.Activate, {})] };
      case 3:
        // Undone as a whole: no object may be left of it.
        return {
          batchItems: [create(this.#mark()), this.#add(one), of(Operation.Get, { uniqueIdentifier: NOBODYS })],
          option: BatchErrorContinuationOption.Undo,
        };
      case 4:
        return {
          batchItems: [this.#add(one), of(Operation.Activate, { uniqueIdentifier: NOBODYS }), this.#add(one)],
          option: BatchErrorContinuationOption.Continue,
        };
      case 5:
        return { batchItems: [this.#add(one), of(Operation.Destroy, { uniqueIdentifier: NOBODYS }), this.#add(one)] };
      case 6:
      case 7:
        return { batchItems: [of(Operation.Get, { uniqueIdentifier: one })] };
      case 8:
        return { batchItems: [of(Operation.GetAttributes, { uniqueIdentifier: one, attributeNames: [MARK] })] };
      case 9:
        return { batchItems: [this.#add(one)] };
      case 10:
        return { batchItems: [of(Operation.ModifyAttribute, { uniqueIdentifier: one, attribute: this.#mark() })] };
      case 11:
        return { batchItems: [of(Operation.DeleteAttribute, { uniqueIdentifier: one, attributeName: MARK })] };
      case 12:
      case 13:
        return { batchItems: [of(Operation.Activate, { uniqueIdentifier: one })] };
      case 14:
        return { batchItems: [revoke(one, this.#draw(2) === 0)] };
      default:
        return { batchItems: [of(Operation.Destroy, { uniqueIdentifier: one })] };
    }
  }

  #pick(): string {
    const recent = this.#objects.slice(-RECENT);
    return recent[this.#draw(recent.length)] ?? NOBODYS;
  }

  #add = (uniqueIdentifier: string | undefined) =>
    of(Operation.AddAttribute, { uniqueIdentifier, attribute: this.#mark() });

  #mark = () => ({ attribute: customAttribute(MARK), value: customText(`mark ${++this.#marks}`) });
}

type Mark = { attribute: ReturnType<typeof customAttribute>; value: ReturnType<typeof customText> };

const create = ({ attribute, value }: Mark) =>
  of(Operation.Create, {
    objectType: ObjectType.SymmetricKey,
    attributes: template(
      [CryptographicAlgorithm, CryptographicAlgorithm.AES],
      [CryptographicUsageMask, 12],
      [CryptographicLength, 256],
      [attribute, value],
    ),
  });

const revoke = (uniqueIdentifier: string, isCompromised: boolean) =>
  of(Operation.Revoke, {
    uniqueIdentifier,
    revocationReason: {
      revocationReasonCode: isCompromised
        ? RevocationReasonCode.KeyCompromise
        : RevocationReasonCode.CessationOfOperation,
    },
  });

const of = <O extends KnownOperation>(operation: O, requestPayload: RequestOf<O>): RequestBatchItem => ({
  operation,
  requestPayload,
});

/** The key of a Get's answer, hexadecimal. */
export function keyIn({ object }: GetAnswer): string {
  const { keyValue } = (object as { keyBlock: KeyBlock }).keyBlock;
  const material = keyValue instanceof Uint8Array ? keyValue : keyValue?.keyMaterial;
  return material instanceof Uint8Array ? Buffer.from(material).toString('hex') : '';
}
