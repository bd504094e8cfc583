/** A certificate, or a revocation list, and its end. */
export interface Expiry {
  readonly kind: 'server' | 'authority' | 'client' | 'root' | 'revocation list';
  /** Client's name; empty for the server's and the authority's. */
  readonly name: string;
  readonly sha256: string;
  /** RFC 4514; the issuer of a revocation list. */
  readonly subject: string;
  /** ISO 8601, UTC; the next update of a revocation list. */
  readonly notAfter: string;
  /** Whole days until its end, rounded down; negative once it is past. */
  readonly daysLeft: number;
  /** The narrowest of 90, 30, 7, 1 that it is within; 0 once it is past; null while it is in none. */
  readonly within: Threshold | null;
}

/** Days before its end at which a certificate is told of, from the last one on; 0: it is past. */
export const THRESHOLDS = [0, 1, 7, 30, 90] as const;
export type Threshold = (typeof THRESHOLDS)[number];

const DAY_MS = 86_400_000;

/** Whole days from `now` until `end`, rounded down. */
export const daysLeft = (end: Date, now: Date): number => Math.floor((end.getTime() - now.getTime()) / DAY_MS);

/** The narrowest threshold that the end is within; the moment of its end is still within 1 (RFC 5280 §4.1.2.5). */
export function thresholdAt(end: Date, now: Date): Threshold | null {
  const left = end.getTime() - now.getTime();
  if (left < 0) return 0;
  return THRESHOLDS.find(days => days > 0 && left <= days * DAY_MS) ?? null;
}

/**
 * As `thresholdAt`, for a list that was made to be replaced often: a threshold counts from half of the list's own time on,
 * or each weekly list would begin with a warning.
 */
export function listThresholdAt(made: Date, end: Date, now: Date): Threshold | null {
  const within = thresholdAt(end, now);
  if (within === null || within === 0) return within;
  return 2 * within * DAY_MS <= end.getTime() - made.getTime() ? within : null;
}
