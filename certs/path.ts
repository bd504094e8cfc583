import type { Certificate } from './certificate.ts';
import type { RevocationList } from './crl.ts';
import type { PathProblem } from './path-problem.ts';

export interface ValidatePath {
  /** What the peer proved to own, DER. */
  certificate: Uint8Array;
  /** Presented and given authorities, DER, in any order; there may be junk among them. */
  issuers: readonly Uint8Array[];
  /** DER. */
  root: Uint8Array;
  /** Lists in DER, or read before. */
  crls: readonly (Uint8Array | RevocationList)[];
  /** Whether a list that is past its next update, or not yet of its time, refuses the certificates of its issuer. */
  staleCrl: 'refuse' | 'accept';
  now: Date;
}

export type ValidatedPath =
  /** From the certificate to the root. From `validFrom` to `validUntil`, both included, the answer stays the same. */
  { ok: true; path: Certificate[]; validFrom: Date; validUntil: Date } | { ok: false; problem: PathProblem };

/** Whether a TLS client's certificate comes from this root: RFC 5280 §6. */
export function validatePath(_path: ValidatePath): ValidatedPath {
  throw new Error('comes with the next commit');
}

/** What would keep this certificate, DER, from being a trusted root; undefined when nothing does. To be asked before it is kept. */
export function rootProblem(_root: Uint8Array, _now: Date): PathProblem | undefined {
  throw new Error('comes with the next commit');
}
