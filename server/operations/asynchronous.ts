import { Operation, type AsynchronousRequest, type CancellationResult } from '../../kmip-codec/index.ts';
import { operation, type Context } from './operation.ts';

/** Batch items of one client that are done after their answer was given (2.1 §9.1, 1.4 §6.8). Those of others are not there for it. */
export interface AsynchronousRequests {
  /**
   * What the item has come to, which the pipeline answers with in place of a payload of Poll's own. What waits begins. Throws
   * OperationFailure 'Invalid Asynchronous Correlation Value'.
   */
  poll(correlationValue: Uint8Array): object;
  /** A Cancellation Result. */
  cancel(correlationValue: Uint8Array): number;
  /** Resolves when it is done. Throws OperationFailure. */
  process(correlationValue: Uint8Array): Promise<void>;
  /** Those whose results nobody has fetched, in the order in which they came. */
  outstanding(): AsynchronousRequest[];
}

/** Poll: 2.1 §6.1.38, 1.4 §4.28. */
export const poll = operation(Operation.Poll, {
  changes: false,
  async run({ asynchronous }, { asynchronousCorrelationValue }) {
    return asynchronous.poll(asynchronousCorrelationValue);
  },
});

/** Cancel: 2.1 §6.1.5, 1.4 §4.27. What has begun is not stopped. */
export const cancel = operation(Operation.Cancel, {
  changes: false,
  async run({ asynchronous }, { asynchronousCorrelationValue }) {
    const cancellationResult = asynchronous.cancel(asynchronousCorrelationValue) as typeof CancellationResult.Canceled;
    return { asynchronousCorrelationValue, cancellationResult };
  },
});

/** Process: 2.1 §6.1.39. It is answered when the request is done, so that the next Poll has the result. */
export const processRequest = operation(Operation.Process, {
  changes: false,
  async run({ asynchronous }, { asynchronousCorrelationValue }) {
    await asynchronous.process(asynchronousCorrelationValue);
    return {};
  },
});

/** Query Asynchronous Requests: 2.1 §6.1.41. Given values and operations both narrow the answer. */
export const queryAsynchronousRequests = operation(Operation.QueryAsynchronousRequests, {
  changes: false,
  async run({ asynchronous }: Context, { asynchronousCorrelationValues, operations }) {
    const values = asynchronousCorrelationValues?.asynchronousCorrelationValues?.map(value => Buffer.from(value));
    const asked = operations?.operations;
    const asynchronousRequests = asynchronous
      .outstanding()
      .filter(one => values?.some(value => value.equals(one.asynchronousCorrelationValue)) ?? true)
      .filter(one => asked?.includes(one.operation) ?? true);
    return { asynchronousRequests };
  },
});
