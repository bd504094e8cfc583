import { AsynchronousIndicator, Operation, type RequestMessage } from '../../kmip-codec/index.ts';
import { failed, type ItemFailure } from './item-result.ts';

/** What is about asynchronous requests is answered at once (2.1 §6.1.5, §6.1.38). */
const IMMEDIATE: ReadonlySet<number> = new Set([
  Operation.Poll,
  Operation.Cancel,
  Operation.Process,
  Operation.QueryAsynchronousRequests,
]);

/** What may take long, where a client leaves the choice to us: keys are made, or much is gone through. */
const LONG: ReadonlySet<number> = new Set([
  Operation.CreateKeyPair,
  Operation.ReKeyKeyPair,
  Operation.DeriveKey,
  Operation.Locate,
  Operation.Archive,
  Operation.Recover,
]);

/**
 * Whether the items of a message are done now or after it was answered (2.1 §9.2, §11.3, 1.4 §6.7), or why they cannot be. The items
 * of one message belong together, so that all of them go the same way.
 */
export function asynchronousWay({ requestHeader, batchItems = [] }: RequestMessage): 'now' | 'later' | ItemFailure {
  const { asynchronousIndicator = AsynchronousIndicator.Prohibited } = requestHeader;
  const isMandatory = asynchronousIndicator === AsynchronousIndicator.Mandatory;
  if (!isMandatory && asynchronousIndicator !== AsynchronousIndicator.Optional) return 'now';
  const immediate = batchItems.filter(({ operation }) => IMMEDIATE.has(operation));
  if (immediate.length === batchItems.length) return 'now';
  if (immediate.length > 0 && isMandatory)
    return failed(
      'Feature Not Supported',
      `${Operation.names.show(immediate[0]!.operation)} is answered at once, and cannot be in a batch that must not be`,
    );
  if (immediate.length > 0) return 'now';
  return isMandatory || batchItems.some(({ operation }) => LONG.has(operation)) ? 'later' : 'now';
}
