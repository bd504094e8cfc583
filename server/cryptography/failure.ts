import type { registry } from '../../kmip-codec/index.ts';

/** A Result Reason by the specification's name, in the newest vocabulary. */
export type FailureReason = (typeof registry.ResultReason.values)[keyof typeof registry.ResultReason.values][1];

/** Something cannot be computed, in a way that the specification foresees. The message never holds key material or data. */
export class CryptographicFailure extends Error {
  override readonly name = 'CryptographicFailure';
  readonly reason: FailureReason;
  constructor(reason: FailureReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** What `compute` gives. What OpenSSL refuses is a CryptographicFailure that says `what` failed and nothing of OpenSSL's words. */
export function attempt<T>(what: string, compute: () => T, reason: FailureReason = 'Cryptographic Failure'): T {
  try {
    return compute();
  } catch (error) {
    if (error instanceof CryptographicFailure) throw error;
    throw new CryptographicFailure(reason, what);
  }
}
