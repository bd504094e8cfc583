import {
  BatchErrorContinuationOption,
  CodecError,
  isKnownOperation,
  ResultStatus,
  type RequestBatchItem,
  type RequestMessage,
} from '../../kmip-codec/index.ts';
import type { ItemOutcome } from './answers.ts';
import { DATA_ROWS } from './identifier-references.ts';
import { failed, type ItemFailure, type ItemResult } from './item-result.ts';
import { identifierIn, runItem, type ItemWork } from './pipeline.ts';

/**
 * What is wrong with the message as a whole before any item is looked at, or undefined. The Unique Batch Item ID that 1.4 §6.4
 * demands of larger batches is not insisted on: the order of the answers says the same, and clients leave it out.
 */
export function batchProblem({ requestHeader, batchItems = [] }: RequestMessage): ItemFailure | undefined {
  const { batchCount } = requestHeader;
  if (batchCount !== batchItems.length) {
    return failed(
      'Invalid Message',
      `requestHeader.batchCount: ${batchCount}, the message has ${batchItems.length} batch items`,
    );
  }
  return batchCount === 0
    ? failed('Invalid Message', 'requestHeader.batchCount: 0, at least one batch item is expected')
    : undefined;
}

/** Runs the items in order; what follows a failure is the Batch Error Continuation Option's to say (1.4 §6.13). Stop is the default. */
export async function runBatch(message: RequestMessage, work: Omit<ItemWork, 'item'>): Promise<ItemOutcome[]> {
  const option = message.requestHeader.batchErrorContinuationOption ?? BatchErrorContinuationOption.Stop;
  const start = work.unit.mark();
  const { batchItems = [] } = message;
  const refused = criticalExtension(batchItems);
  if (refused !== undefined)
    return batchItems.map(item => ({ item, result: refused, uniqueIdentifier: askedFor(item) }));
  const outcomes: ItemOutcome[] = [];
  for (const item of batchItems) {
    const asked = askedFor(item) ?? (isAboutObject(item, work) ? work.context.idPlaceholder : undefined);
    const result = await runItem({ ...work, item });
    work.context.answered?.push({ operation: item.operation, payload: result.ok ? result.payload : undefined });
    outcomes.push({
      item,
      result: item.ephemeral === true ? withoutData(result) : result,
      uniqueIdentifier: (result.ok ? identifierIn(result.payload) : undefined) ?? asked,
    });
    const isPending = !result.ok && result.status === ResultStatus.OperationPending;
    if (result.ok || isPending || option === BatchErrorContinuationOption.Continue) continue;
    if (option === BatchErrorContinuationOption.Undo) {
      work.unit.rollback(start);
      for (const one of outcomes) if (one.result.ok) one.result = undoing(one.result.payload);
    }
    break;
  }
  return outcomes;
}

/** We understand no Message Extension: a critical one makes the whole message fail (2.1 §9.13, 1.4 §6.16, §11.1). */
function criticalExtension(batchItems: readonly RequestBatchItem[]): ItemFailure | undefined {
  const critical = batchItems
    .flatMap(({ messageExtension, messageExtensions = [] }) => [messageExtension, ...messageExtensions])
    .find(one => one?.criticalityIndicator === true);
  if (critical === undefined) return undefined;
  const vendor = critical.vendorIdentification;
  return failed(
    'Feature Not Supported',
    `critical Message Extension ${vendor === undefined ? 'without vendor' : `of ${JSON.stringify(vendor)}`} is not understood`,
  );
}

/** What an ephemeral item is answered: its Data are for the items after it alone (2.1 §8.3). */
function withoutData(result: ItemResult): ItemResult {
  if (!result.ok) return result;
  const rows = Object.entries(result.payload).filter(([row]) => !DATA_ROWS.includes(row));
  return { ...result, payload: Object.fromEntries(rows) };
}

/** Undone is not failed, so the payload stays where it only names the object (2.1 §8.6, 1.4 §7.2). */
const undoing = (payload: object): ItemFailure =>
  Object.keys(payload).join() === 'uniqueIdentifier' ? { ...undone, payload } : undone;

const undone = failed('Operation Canceled By Requester', 'undone because a later batch item failed', {
  status: ResultStatus.OperationUndone,
  cause: 'failed dependency',
  reasonForFailure: 'A later item of the batch failed and the client asked for Undo.',
});

const isAboutObject = ({ operation }: RequestBatchItem, { operations }: Omit<ItemWork, 'item'>) =>
  isKnownOperation(operation) && operations.get(operation)?.needs !== undefined;

function askedFor({ requestPayload }: RequestBatchItem): string | undefined {
  return requestPayload === undefined || requestPayload instanceof CodecError
    ? undefined
    : identifierIn(requestPayload);
}
