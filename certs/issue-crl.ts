import type { Authority } from './authority.ts';

export interface IssueCrl {
  authority: Authority;
  /** Serial numbers as certificates have them. */
  revoked: readonly { serialNumber: string; revokedAt: Date }[];
  now: Date;
  validityDays: number;
}

export interface IssuedCrl {
  crlPem: string;
  der: Uint8Array;
  thisUpdate: Date;
  nextUpdate: Date;
}

/**
 * Makes and signs the authority's revocation list, version 2. Its number is the time in milliseconds, so that it grows.
 * Throws CertificateError when the authority cannot sign lists now.
 */
export async function issueCrl(_issue: IssueCrl): Promise<IssuedCrl> {
  throw new Error('comes with the next commit');
}
