import { TryLater } from '../audit/index.ts';
import type { HttpAnswer } from './http-post.ts';

/** The batch is too long for the receiver (413). */
export class BatchTooLong extends Error {
  override readonly name = 'BatchTooLong';
}

/** A receiver cannot ask for more than this: it would look dead. */
const RETRY_AFTER_MAX_MS = 300_000;
/** Too Many Requests, Bad Gateway, Service Unavailable, Gateway Timeout. */
const LATER = [429, 502, 503, 504];

/** Throws unless the answer says that the batch was taken (2xx): TryLater when the receiver says when to come again (RFC 9110 §10.2.3). */
export function refuseFailure({ status, headers }: HttpAnswer, now: Date): void {
  if (status >= 200 && status < 300) return;
  if (status === 413) throw new BatchTooLong('the receiver has answered 413, the batch is too long for it');
  const message = `the receiver has answered ${status}, 200 is expected`;
  const retryAfterMs = LATER.includes(status) ? delayIn(headers['retry-after'], now) : undefined;
  if (retryAfterMs !== undefined) throw new TryLater(message, Math.min(retryAfterMs, RETRY_AFTER_MAX_MS));
  throw new Error(status >= 300 && status < 400 ? `${message}; redirects are not followed` : message);
}

/** Seconds, or the date until which to wait; undefined for neither. */
function delayIn(value: string | undefined, now: Date): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const until = Date.parse(value);
  return Number.isNaN(until) ? undefined : Math.max(0, until - now.getTime());
}
