import { createHash } from 'node:crypto';

/** SHA-256 over a certificate's DER: 64 lower-case hex digits. */
export const sha256Fingerprint = (der: Uint8Array): string => createHash('sha256').update(der).digest('hex');

/** SHA-1 over a certificate's DER: 40 lower-case hex digits. For comparing with what vCenter shows, never for trust. */
export const sha1Fingerprint = (der: Uint8Array): string => createHash('sha1').update(der).digest('hex');

/** A fingerprint as vCenter's dialogs show it: upper-case pairs with colons between. */
export const colons = (hex: string): string => (hex.toUpperCase().match(/../g) ?? []).join(':');

/** The initiator that an audit event names: `CertificateID-` and the SHA-256 fingerprint of the client's certificate. */
export const initiatorId = (der: Uint8Array): string => initiatorIdOf(sha256Fingerprint(der));

/** The same from a fingerprint that is known already (64 lower-case hex digits). */
export const initiatorIdOf = (fingerprint: string): string => `CertificateID-${fingerprint}`;
