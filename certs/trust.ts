import { CertificateError } from './certificate-error.ts';
import { initiatorIdOf, sha256Fingerprint } from './fingerprint.ts';
import { type Validity, validityAt, validityOf } from './validity.ts';

/** Gives what is pinned to a certificate's SHA-256 fingerprint (64 lower-case hex digits), undefined when nothing is. */
export type Lookup<Pin> = (fingerprint: string) => Pin | undefined;

/** The peer's certificate, as every event about it names it. */
export interface PeerCertificate {
  fingerprint: string;
  /** `CertificateID-` and the fingerprint. */
  initiatorId: string;
}

/** What is read of a peer's certificate once, for a connection over which it is identified many times. */
export interface ReadPeer extends PeerCertificate {
  readonly der: Uint8Array;
  /** Whatever else it presented, DER, in its order; a resumed session brings none. */
  readonly issuers: readonly Uint8Array[];
  /** `undefined` when the dates cannot be read. */
  readonly validity: Validity | undefined;
}

/** Reads the certificate of a peer, DER; `undefined` when it presented none. `issuers`: what it presented with it, which is not read here. */
export function readPeer(peerDer: Uint8Array | undefined, issuers: readonly Uint8Array[] = []): ReadPeer | undefined {
  if (!peerDer || peerDer.length === 0) return undefined;
  const fingerprint = sha256Fingerprint(peerDer);
  const initiatorId = initiatorIdOf(fingerprint);
  return { fingerprint, initiatorId, validity: readValidity(peerDer), der: peerDer, issuers };
}

export type Identified<Pin> = { ok: true; pin: Pin } & PeerCertificate & Validity;

export type NotIdentified =
  | { ok: false; cause: 'no certificate' }
  | ({ ok: false; cause: 'unknown certificate' } & PeerCertificate)
  | ({ ok: false; cause: 'expired certificate' | 'certificate not yet valid' } & PeerCertificate & Validity);

/**
 * Who the peer is, by the certificate that it proved to own in the handshake. A pin is of a whole certificate: the
 * administrator vouched for exactly these bytes, so no chain, name, Extended Key Usage or basic constraint is asked
 * for; clients' certificates are often self-signed and have none. Only its dates are checked besides. Without a
 * certificate `peer` is undefined. A long-lived connection asks again, or watches `notAfter`.
 */
export function identify<Pin>(
  peer: ReadPeer | undefined,
  pins: Lookup<Pin>,
  now: Date,
): Identified<Pin> | NotIdentified {
  if (peer === undefined) return { ok: false, cause: 'no certificate' };
  const { validity, fingerprint, initiatorId } = peer;
  const certificate = { fingerprint, initiatorId };
  const pin = pins(fingerprint);
  // A certificate whose dates cannot be read cannot be pinned either.
  if (pin === undefined || !validity) return { ok: false, cause: 'unknown certificate', ...certificate };
  switch (validityAt(validity, now)) {
    case 'valid':
      return { ok: true, pin, ...certificate, ...validity };
    case 'expired':
      return { ok: false, cause: 'expired certificate', ...certificate, ...validity };
    case 'not yet valid':
      return { ok: false, cause: 'certificate not yet valid', ...certificate, ...validity };
  }
}

function readValidity(der: Uint8Array): Validity | undefined {
  try {
    return validityOf(der);
  } catch (error) {
    if (error instanceof CertificateError) return undefined;
    throw error;
  }
}
