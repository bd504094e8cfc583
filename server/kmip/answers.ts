import {
  encodeResponse,
  ResultStatus,
  supportedVersions,
  fromProtocolVersion,
  ItemType,
  Tag,
  toProtocolVersion,
  V1_4,
  type RequestBatchItem,
  type RequestHeader,
  type ResponseBatchItem,
  type Version,
} from '../../kmip-codec/index.ts';
import { reasonFor } from '../operations/index.ts';
import type { ItemFailure, ItemResult } from './item-result.ts';

/** One batch item and how it ended. `result` changes when the batch is undone or its answer cannot be given. */
export interface ItemOutcome {
  readonly item: RequestBatchItem;
  result: ItemResult;
  /** Of the object that it was about. */
  readonly uniqueIdentifier: string | undefined;
}

/** What identifies the message in its answer. */
export interface Scene {
  readonly now: Date;
  readonly correlationId: string;
}

/** The answer to a batch, in the version of its request. */
export function encodeOutcomes(
  header: RequestHeader,
  version: Version,
  outcomes: readonly ItemOutcome[],
  scene: Scene,
): Buffer {
  const batchItems = outcomes.map(({ item, result }): ResponseBatchItem => ({
    operation: result.answers ?? item.operation,
    uniqueBatchItemId: item.uniqueBatchItemId,
    ...(result.ok
      ? { resultStatus: ResultStatus.Success, responsePayload: result.payload }
      : resultFields(result, version)),
  }));
  return encodeBatch(version, batchItems, scene, header.clientCorrelationValue !== undefined);
}

/** The answer to a message that was refused as a whole: one batch item that names no operation (1.4 §11.1). */
export const encodeRefusal = (version: Version, failure: ItemFailure, scene: Scene): Buffer =>
  encodeBatch(version, [resultFields(failure, version)], scene);

function encodeBatch(
  version: Version,
  batchItems: ResponseBatchItem[],
  { now, correlationId }: Scene,
  isCorrelated = false,
): Buffer {
  return encodeResponse(
    {
      responseHeader: {
        protocolVersion: toProtocolVersion(version),
        timeStamp: now,
        // A client that sends a correlation value knows what ours is for; its own is not echoed (1.4 §6.18, §6.19).
        ...(version >= V1_4 && isCorrelated && { serverCorrelationValue: correlationId }),
        batchCount: batchItems.length,
      },
      batchItems,
    },
    version,
  );
}

/** Only Operation Failed has a Result Reason (1.4 §6.10); an undone item has a message. */
const resultFields = (failure: ItemFailure, version: Version) => ({
  resultStatus: failure.status as ResponseBatchItem['resultStatus'],
  ...(failure.status === ResultStatus.OperationFailed && {
    resultReason: reasonFor(failure, version).value as NonNullable<ResponseBatchItem['resultReason']>,
  }),
  ...(failure.status === ResultStatus.OperationPending
    ? { asynchronousCorrelationValue: failure.asynchronousCorrelationValue }
    : { resultMessage: failure.message }),
  ...(failure.payload !== undefined && { responsePayload: failure.payload }),
});

/**
 * The version in which a message that cannot be decoded is answered: its own if we speak it, else one that its sender may read;
 * undefined if it names none. It is looked for where every valid message has it, so that the rest may be missing or wrong.
 */
export function versionToAnswer(bytes: Uint8Array): Version | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const begins = (at: number, tag: number, type: number) => buffer.readUIntBE(at, 4) === tag * 256 + type;
  if (
    buffer.length < 56 ||
    !begins(0, Tag.RequestMessage, ItemType.Structure) ||
    !begins(8, Tag.RequestHeader, ItemType.Structure) ||
    !begins(16, Tag.ProtocolVersion, ItemType.Structure) ||
    !begins(24, Tag.ProtocolVersionMajor, ItemType.Integer) ||
    !begins(40, Tag.ProtocolVersionMinor, ItemType.Integer)
  )
    return undefined;
  return spokenVersion(buffer.readInt32BE(32), buffer.readInt32BE(48));
}

/**
 * The version in which a message of this Protocol Version is answered: its own, else the newest of ours that is older, which its
 * sender is likeliest to read; our oldest where all are newer, our newest where it is none at all.
 */
export function spokenVersion(protocolVersionMajor: number, protocolVersionMinor: number): Version | undefined {
  const version = fromProtocolVersion({ protocolVersionMajor, protocolVersionMinor });
  if (version === undefined) return supportedVersions[0];
  return supportedVersions.find(one => one <= version) ?? supportedVersions.at(-1);
}
