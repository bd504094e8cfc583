import {
  CryptographicAlgorithm,
  CryptographicLength,
  CryptographicUsageMask,
  encodeRequest,
  ObjectType,
  Operation,
  ResultReason,
  ResultStatus,
  V1_4,
  type RequestBatchItem,
  type ResponseBatchItem,
  type ResponseMessage,
} from '../../../kmip-codec/index.ts';
import { template } from '../operations/world.ts';
import { requestMessage, type BatchOptions } from '../running-server.ts';

/** Create of an AES key of 256 bits. */
export const createItem = (more: Partial<RequestBatchItem> = {}): RequestBatchItem => ({
  operation: Operation.Create,
  requestPayload: {
    objectType: ObjectType.SymmetricKey,
    attributes: template(
      [CryptographicAlgorithm, CryptographicAlgorithm.AES],
      [CryptographicLength, 256],
      [CryptographicUsageMask, 12],
    ),
  },
  ...more,
});

export const itemFor = (
  operation: RequestBatchItem['operation'],
  uniqueIdentifier?: string,
  more: Partial<RequestBatchItem> = {},
): RequestBatchItem => ({ operation, requestPayload: { uniqueIdentifier }, ...more });

export const getItem = (uniqueIdentifier?: string) => itemFor(Operation.Get, uniqueIdentifier);
export const NOBODYS = '00000000-0000-4000-8000-000000000000';

/** Bytes of a request message. */
export const bytesOf = (items: readonly RequestBatchItem[], options: BatchOptions = {}): Buffer =>
  encodeRequest(requestMessage(items, options), options.version ?? V1_4);

/** How each item ended: 'Success', or the Result Reason's name, or the status of one that has no reason. */
export const endings = ({ batchItems = [] }: ResponseMessage): string[] => batchItems.map(ending);

export function ending({ resultStatus, resultReason }: ResponseBatchItem): string {
  return resultReason === undefined ? ResultStatus.names.show(resultStatus) : ResultReason.names.show(resultReason);
}

export const identifierIn = (item: ResponseBatchItem | undefined): string =>
  (item?.responsePayload as { uniqueIdentifier: string }).uniqueIdentifier;
