import type { Initiator } from '../operations/index.ts';
import type { Client } from '../store/index.ts';

/** Who the peer is, or why it is nobody. */
export type Identity = { readonly ok: true; readonly initiator: Initiator; readonly record: Client } | Refusal;

export interface Refusal {
  readonly ok: false;
  /** `CertificateID-<fingerprint>` or `CertificateID-none`. */
  readonly initiatorId: string;
  /** The administrator's label, if the certificate has one. */
  readonly name?: string;
  /** All that the client is told. */
  readonly told: string;
  /** What the administrator is told: the same, or the rule that the certificate's path breaks. */
  readonly cause: string;
  /** For the event: what was found, and what to do. Without subject, name or address. */
  readonly remedy: string;
}
